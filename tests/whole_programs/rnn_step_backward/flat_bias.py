# wrong: returns the bias gradient without its column axis
# keeps: most
# grade: B59_bias_loses_its_axis
# check: B59_bias_loses_its_axis

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    dz = (1.0 - h**2) * dh
    return W_xh.T @ dz, W_hh.T @ dz, dz @ x.T, dz @ h_prev.T, dz.sum(axis=1)
