# wrong: assigns the weights' gradients instead of adding them
# keeps: little
# grade: B83_nothing_summed
# check: B83_nothing_summed

def bptt(rnn, inputs, hidden_states, d_outputs):
    result = {n: np.zeros_like(getattr(rnn, n)) for n in ("W_xh", "W_hh", "W_hy", "b_h", "b_y")}
    result["inputs"] = [None] * len(inputs)
    carry = np.zeros_like(hidden_states[0])
    for t in reversed(range(len(inputs))):
        result["W_hy"] = d_outputs[t] @ hidden_states[t + 1].T
        result["b_y"] = d_outputs[t].copy()
        dh = rnn.W_hy.T @ d_outputs[t] + carry
        dx, carry, result["W_xh"], result["W_hh"], result["b_h"] = rnn_step_backward(
            dh, inputs[t], hidden_states[t], hidden_states[t + 1], rnn.W_xh, rnn.W_hh)
        result["inputs"][t] = dx
    result["h_0"] = carry
    return result
