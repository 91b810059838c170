# wrong: keeps the column axis of the states
# keeps: half
# grade: V13_keeps_columns
# check: V13_keeps_columns

def hidden_state_matrix(rnn, inputs):
    (_, hs) = rnn.forward(inputs, None)
    return np.asarray(hs)
