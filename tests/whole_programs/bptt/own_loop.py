# right: the whole backward loop written out
# keeps: all

def bptt(rnn, inputs, hidden_states, d_outputs):
    g = {k: np.zeros_like(getattr(rnn, k)) for k in ("W_xh", "W_hh", "W_hy", "b_h", "b_y")}
    dxs = []
    carry = np.zeros_like(hidden_states[0])
    for t in range(len(inputs) - 1, -1, -1):
        h = hidden_states[t + 1]
        g["W_hy"] += d_outputs[t] @ h.T
        g["b_y"] += d_outputs[t]
        dz = (rnn.W_hy.T @ d_outputs[t] + carry) * (1 - h**2)
        g["W_xh"] += dz @ inputs[t].T
        g["W_hh"] += dz @ hidden_states[t].T
        g["b_h"] += dz
        dxs.insert(0, rnn.W_xh.T @ dz)
        carry = rnn.W_hh.T @ dz
    g["inputs"] = dxs
    g["h_0"] = carry
    return g
