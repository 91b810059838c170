# wrong: starts each step from the initial state again
# keeps: little
# grade: F01_never_advances
# check: F01_never_advances

def forward(self, inputs, h_prev=None):
    if h_prev is None:
        h_prev = np.zeros_like(self.b_h)
    hidden_states = [h_prev] + [
        rnn_step(x, h_prev, self.W_xh, self.W_hh, self.b_h) for x in inputs
    ]
    outputs = [self.W_hy @ h + self.b_y for h in hidden_states[1:]]
    return outputs, hidden_states
