# wrong: returns a list of rows, not an array
# keeps: half

def hidden_state_matrix(rnn, inputs):
    _, hs = rnn.forward(inputs)
    return [list(h.ravel()) for h in hs]
