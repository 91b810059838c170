# wrong: returns only the last output
# keeps: half

def forward(self, inputs, h_prev=None):
    h = np.zeros_like(self.b_h) if h_prev is None else h_prev
    hs = [h]
    for x in inputs:
        h = rnn_step(x, h, self.W_xh, self.W_hh, self.b_h)
        hs.append(h)
    return self.W_hy @ h + self.b_y, hs
