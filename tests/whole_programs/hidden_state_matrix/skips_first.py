# wrong: leaves the initial state out
# keeps: most
# grade: V01_drops_h_0
# check: V01_drops_h_0

def hidden_state_matrix(rnn, inputs):
    _, hs = rnn.forward(inputs)
    T = len(inputs)
    return np.array([hs[t + 1].ravel() for t in range(T)])
