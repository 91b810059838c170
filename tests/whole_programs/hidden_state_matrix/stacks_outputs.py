# wrong: takes the outputs for the states
# keeps: little
# grade: V11_outputs
# check: V11_outputs

def hidden_state_matrix(rnn, inputs):
    states, _ = rnn.forward(inputs)
    return np.hstack(states).T
