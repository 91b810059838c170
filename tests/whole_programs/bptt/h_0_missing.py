# wrong: leaves out the gradient of the initial state
# keeps: most

def bptt(rnn, inputs, hidden_states, d_outputs):
    gWx, gWh, gWy = np.zeros_like(rnn.W_xh), np.zeros_like(rnn.W_hh), np.zeros_like(rnn.W_hy)
    gbh, gby = np.zeros_like(rnn.b_h), np.zeros_like(rnn.b_y)
    gx = []
    nxt = np.zeros_like(rnn.b_h)
    for t in range(len(inputs))[::-1]:
        gWy += d_outputs[t] @ hidden_states[t + 1].T
        gby += d_outputs[t]
        dx, nxt, p, q, r = rnn_step_backward(rnn.W_hy.T @ d_outputs[t] + nxt, inputs[t],
                                             hidden_states[t], hidden_states[t + 1],
                                             rnn.W_xh, rnn.W_hh)
        gWx += p
        gWh += q
        gbh += r
        gx = [dx] + gx
    return {"W_xh": gWx, "W_hh": gWh, "W_hy": gWy, "b_h": gbh, "b_y": gby, "inputs": gx}
