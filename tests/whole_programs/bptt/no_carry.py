# wrong: resets the gradient from the future at every step
# keeps: little
# grade: B01_no_future_gradient
# check: B01_no_future_gradient

def bptt(rnn, inputs, hidden_states, d_outputs):
    out = {k: np.zeros_like(getattr(rnn, k)) for k in ["W_xh", "W_hh", "W_hy", "b_h", "b_y"]}
    out["inputs"] = []
    out["h_0"] = np.zeros_like(hidden_states[0])
    for t in reversed(range(len(inputs))):
        dh_next = np.zeros_like(hidden_states[0])
        dh = rnn.W_hy.T @ d_outputs[t] + dh_next
        dx, dh_next, dWx, dWh, db = rnn_step_backward(
            dh, inputs[t], hidden_states[t], hidden_states[t + 1], rnn.W_xh, rnn.W_hh)
        out["W_xh"] += dWx
        out["W_hh"] += dWh
        out["b_h"] += db
        out["W_hy"] += d_outputs[t] @ hidden_states[t + 1].T
        out["b_y"] += d_outputs[t]
        out["inputs"].insert(0, dx)
        out["h_0"] = dh_next
    return out
