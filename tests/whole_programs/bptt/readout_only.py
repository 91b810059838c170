# wrong: stops after the readout's gradients
# keeps: little

def bptt(rnn, inputs, hidden_states, d_outputs):
    dW_hy = np.zeros_like(rnn.W_hy)
    db_y = np.zeros_like(rnn.b_y)
    for t in range(len(d_outputs)):
        dW_hy += d_outputs[t] @ hidden_states[t + 1].T
        db_y += d_outputs[t]
    return {"W_hy": dW_hy, "b_y": db_y, "W_xh": np.zeros_like(rnn.W_xh),
            "W_hh": np.zeros_like(rnn.W_hh), "b_h": np.zeros_like(rnn.b_h),
            "inputs": [np.zeros_like(x) for x in inputs], "h_0": np.zeros_like(rnn.b_h)}
