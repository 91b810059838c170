# wrong: squeezes every axis of length one, also of a single unit or state
# keeps: most
# grade: V14_squeezed
# check: V14_squeezed

def hidden_state_matrix(rnn, inputs):
    _, states = rnn.forward(inputs)
    arr = np.array(states)
    return arr.squeeze()
