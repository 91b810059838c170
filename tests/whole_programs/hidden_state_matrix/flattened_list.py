# right: flattens each state into a row
# keeps: all

def hidden_state_matrix(rnn, inputs):
    rows = []
    for h in rnn.forward(inputs)[1]:
        rows.append(h.flatten())
    return np.array(rows)
