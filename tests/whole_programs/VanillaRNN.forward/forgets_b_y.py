# wrong: forgets the output bias
# keeps: most
# grade: F07_forgets_b_y
# check: F07_forgets_b_y

def forward(self, inputs, h_prev=None):
    if h_prev is None:
        h_prev = np.zeros_like(self.b_h)
    history = [h_prev]
    predictions = []
    for step in inputs:
        nxt = rnn_step(step, history[-1], self.W_xh, self.W_hh, self.b_h)
        history.append(nxt)
        predictions.append(np.matmul(self.W_hy, nxt))
    return predictions, history
