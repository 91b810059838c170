# wrong: appends the inputs' gradients last step first
# keeps: most
# grade: B72_inputs_backwards
# check: B72_inputs_backwards

def bptt(rnn, inputs, hidden_states, d_outputs):
    a, b, c = np.zeros_like(rnn.W_xh), np.zeros_like(rnn.W_hh), np.zeros_like(rnn.W_hy)
    d, e = np.zeros_like(rnn.b_h), np.zeros_like(rnn.b_y)
    collected = []
    future = np.zeros_like(rnn.b_h)
    t = len(inputs)
    while t > 0:
        dy = d_outputs[t - 1]
        c += dy @ hidden_states[t].T
        e += dy
        dz = (future + rnn.W_hy.T @ dy) * (1 - hidden_states[t] ** 2)
        a += dz @ inputs[t - 1].T
        b += dz @ hidden_states[t - 1].T
        d += dz
        collected.append(rnn.W_xh.T @ dz)
        future = rnn.W_hh.T @ dz
        t -= 1
    return {"W_xh": a, "W_hh": b, "W_hy": c, "b_h": d, "b_y": e, "inputs": collected, "h_0": future}
