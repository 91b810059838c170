# wrong: returns the states first and the outputs second
# keeps: half

def forward(self, inputs, h_prev=None):
    h = h_prev if h_prev is not None else np.zeros_like(self.b_h)
    all_h = [h]
    all_y = []
    for x in inputs:
        h = rnn_step(x, h, self.W_xh, self.W_hh, self.b_h)
        all_h.append(h)
        all_y.append(self.W_hy @ h + self.b_y)
    return all_h, all_y
