# right: runs the states first and reads all out afterwards
# keeps: all

def forward(self, inputs, h_prev=None):
    start = np.zeros_like(self.b_h) if h_prev is None else h_prev
    states = [start]
    for t in range(len(inputs)):
        z = np.dot(self.W_xh, inputs[t]) + np.dot(self.W_hh, states[t]) + self.b_h
        states.append(np.tanh(z))
    outputs = [np.dot(self.W_hy, s) + self.b_y for s in states[1:]]
    return outputs, states
