# wrong: asks the network for hidden_size
# keeps: most
# grade: V41_hidden_size
# check: V41_hidden_size

def hidden_state_matrix(rnn, inputs):
    _, hs = rnn.forward(inputs)
    return np.stack(hs).reshape(len(hs), rnn.hidden_size)
