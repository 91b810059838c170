# wrong: applies tanh to the outputs as well
# keeps: half
# grade: F06_squashes_y
# check: F06_squashes_y

def forward(self, inputs, h_prev=None):
    h = np.zeros_like(self.b_h) if h_prev is None else h_prev
    hs = [h]
    ys = []
    for x in inputs:
        h = rnn_step(x, h, self.W_xh, self.W_hh, self.b_h)
        o = self.W_hy.dot(h) + self.b_y
        ys.append(np.tanh(o))
        hs.append(h)
    return ys, hs
