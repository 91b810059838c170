# wrong: fills a float64 matrix whatever the states' dtype
# keeps: most
# grade: V17_float64
# check: V17_float64

def hidden_state_matrix(rnn, inputs):
    _, hs = rnn.forward(inputs)
    mat = np.zeros((len(inputs) + 1, len(hs[0])))
    for i, h in enumerate(hs):
        mat[i] = h[:, 0]
    return mat
