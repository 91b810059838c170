# right: writes into one array and hands out its slices
# keeps: all

def forward(self, inputs, h_prev=None):
    T = len(inputs)
    H = np.zeros((T + 1,) + self.b_h.shape, dtype=self.b_h.dtype)
    if h_prev is not None:
        H[0] = h_prev
    Y = np.zeros((T,) + self.b_y.shape, dtype=self.b_y.dtype)
    for t in range(T):
        H[t + 1] = rnn_step(inputs[t], H[t], self.W_xh, self.W_hh, self.b_h)
        Y[t] = self.W_hy @ H[t + 1] + self.b_y
    return list(Y), list(H)
