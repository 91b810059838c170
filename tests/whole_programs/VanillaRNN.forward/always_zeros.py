# wrong: starts from zeros whatever the caller gives
# keeps: most
# grade: F09_ignores_h_prev
# check: F09_ignores_h_prev

def forward(self, inputs, h_prev=None):
    h_prev = np.zeros_like(self.b_h)
    hidden_states = [h_prev]
    outputs = []
    for x_t in inputs:
        h_prev = rnn_step(x_t, h_prev, self.W_xh, self.W_hh, self.b_h)
        hidden_states.append(h_prev)
        outputs.append(self.W_hy @ h_prev + self.b_y)
    return outputs, hidden_states
