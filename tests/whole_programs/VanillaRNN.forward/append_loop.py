# right: appends state and output of each step
# keeps: all

def forward(self, inputs, h_prev=None):
    if h_prev is None:
        h_prev = np.zeros((self.W_hh.shape[0], 1), dtype=self.W_hh.dtype)
    hs, ys = [h_prev], []
    for x in inputs:
        hs.append(rnn_step(x, hs[-1], self.W_xh, self.W_hh, self.b_h))
        ys.append(self.W_hy @ hs[-1] + self.b_y)
    return ys, hs
