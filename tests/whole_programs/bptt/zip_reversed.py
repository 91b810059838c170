# right: walks reversed zips and calls the step
# keeps: all

def bptt(rnn, inputs, hidden_states, d_outputs):
    dWx, dWh, dWy = rnn.W_xh * 0, rnn.W_hh * 0, rnn.W_hy * 0
    dbh, dby = rnn.b_h * 0, rnn.b_y * 0
    dh_next = np.zeros_like(rnn.b_h)
    d_inputs = []
    steps = list(zip(inputs, hidden_states[:-1], hidden_states[1:], d_outputs))
    for x, before, after, dy in reversed(steps):
        dWy = dWy + dy @ after.T
        dby = dby + dy
        dx, dh_next, a, b, c = rnn_step_backward(
            rnn.W_hy.T @ dy + dh_next, x, before, after, rnn.W_xh, rnn.W_hh
        )
        dWx, dWh, dbh = dWx + a, dWh + b, dbh + c
        d_inputs.append(dx)
    return dict(W_xh=dWx, W_hh=dWh, W_hy=dWy, b_h=dbh, b_y=dby, inputs=d_inputs[::-1], h_0=dh_next)
