# wrong: asks for the truth of the array h_prev
# keeps: half

def forward(self, inputs, h_prev=None):
    h = h_prev or np.zeros_like(self.b_h)
    hs, ys = [h], []
    for x in inputs:
        h = rnn_step(x, h, self.W_xh, self.W_hh, self.b_h)
        hs.append(h)
        ys.append(self.W_hy @ h + self.b_y)
    return ys, hs
