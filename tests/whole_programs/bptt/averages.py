# wrong: divides the weights' gradients by the number of steps
# keeps: most
# grade: B12_divides_by_T
# check: B12_divides_by_T

def bptt(rnn, inputs, hidden_states, d_outputs):
    T = len(inputs)
    names = ("W_xh", "W_hh", "W_hy", "b_h", "b_y")
    total = {n: np.zeros_like(getattr(rnn, n)) for n in names}
    dxs = []
    back = np.zeros_like(hidden_states[0])
    for t in range(T - 1, -1, -1):
        total["W_hy"] += d_outputs[t] @ hidden_states[t + 1].T
        total["b_y"] += d_outputs[t]
        back = back + rnn.W_hy.T @ d_outputs[t]
        dx, back, a, b, c = rnn_step_backward(
            back, inputs[t], hidden_states[t], hidden_states[t + 1], rnn.W_xh, rnn.W_hh)
        total["W_xh"] += a
        total["W_hh"] += b
        total["b_h"] += c
        dxs.append(dx)
    dxs.reverse()
    for n in names:
        total[n] /= max(T, 1)
    return {**total, "inputs": dxs, "h_0": back}
