# wrong: reads the output from the state before the step
# keeps: half
# grade: F05_output_before_update
# check: F05_output_before_update

def forward(self, inputs, h_prev=None):
    if h_prev is None:
        h_prev = np.zeros_like(self.b_h)
    states, outs = [h_prev], []
    for x in inputs:
        outs.append(self.W_hy @ states[-1] + self.b_y)
        states.append(rnn_step(x, states[-1], self.W_xh, self.W_hh, self.b_h))
    return outs, states
