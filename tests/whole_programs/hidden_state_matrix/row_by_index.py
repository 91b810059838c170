# right: fills an empty matrix of the states' dtype
# keeps: all

def hidden_state_matrix(rnn, inputs):
    _, hs = rnn.forward(inputs)
    M = np.empty((len(hs), hs[0].shape[0]), hs[0].dtype)
    for t in range(len(hs)):
        M[t, :] = hs[t][:, 0]
    return M
