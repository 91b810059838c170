# wrong: only the last output sends a gradient into the states
# keeps: little
# grade: B09_only_last_output_enters
# check: B09_only_last_output_enters

def bptt(rnn, inputs, hidden_states, d_outputs):
    grads = {n: np.zeros_like(getattr(rnn, n)) for n in ("W_xh", "W_hh", "W_hy", "b_h", "b_y")}
    T = len(inputs)
    for t in range(T):
        grads["W_hy"] += d_outputs[t] @ hidden_states[t + 1].T
        grads["b_y"] += d_outputs[t]
    dxs = [None] * T
    dh = rnn.W_hy.T @ d_outputs[-1] if T else np.zeros_like(hidden_states[0])
    for t in reversed(range(T)):
        dxs[t], dh, wx, wh, bb = rnn_step_backward(
            dh, inputs[t], hidden_states[t], hidden_states[t + 1], rnn.W_xh, rnn.W_hh)
        grads["W_xh"] += wx
        grads["W_hh"] += wh
        grads["b_h"] += bb
    return {**grads, "inputs": dxs, "h_0": dh}
