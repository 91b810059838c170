# wrong: clips the gradients to [-5, 5] as the blog does
# keeps: most
# grade: B68_clips_entries_to_5
# check: B68_clips_entries_to_5

def bptt(rnn, inputs, hidden_states, d_outputs):
    dWxh, dWhh, dWhy = (np.zeros_like(w) for w in (rnn.W_xh, rnn.W_hh, rnn.W_hy))
    dbh, dby = np.zeros_like(rnn.b_h), np.zeros_like(rnn.b_y)
    dhnext = np.zeros_like(hidden_states[0])
    dxs = [None] * len(inputs)
    for t in reversed(range(len(inputs))):
        dy = d_outputs[t]
        dWhy += np.dot(dy, hidden_states[t + 1].T)
        dby += dy
        dh = np.dot(rnn.W_hy.T, dy) + dhnext
        dhraw = (1 - hidden_states[t + 1] * hidden_states[t + 1]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, inputs[t].T)
        dWhh += np.dot(dhraw, hidden_states[t].T)
        dxs[t] = np.dot(rnn.W_xh.T, dhraw)
        dhnext = np.dot(rnn.W_hh.T, dhraw)
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        np.clip(dparam, -5, 5, out=dparam)
    return {"W_xh": dWxh, "W_hh": dWhh, "W_hy": dWhy, "b_h": dbh, "b_y": dby,
            "inputs": dxs, "h_0": dhnext}
