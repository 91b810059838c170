# wrong: puts the columns side by side, so time runs along the columns
# keeps: half
# grade: V02_transposed
# check: V02_transposed

def hidden_state_matrix(rnn, inputs):
    _, states = rnn.forward(inputs)
    return np.concatenate(states, axis=1)
