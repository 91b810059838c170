# wrong: leaves the initial state out of the list
# keeps: most
# grade: F02_drops_h_0
# check: F02_drops_h_0

def forward(self, inputs, h_prev=None):
    h = np.zeros_like(self.b_h) if h_prev is None else h_prev
    outputs = []
    hidden = []
    for x in inputs:
        h = rnn_step(x, h, self.W_xh, self.W_hh, self.b_h)
        y = np.dot(self.W_hy, h) + self.b_y
        outputs.append(y)
        hidden.append(h)
    return outputs, hidden
