# wrong: scales the caller's gradient in place
# keeps: most
# grade: B61_overwrites_dh
# check: B61_overwrites_dh

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    dh *= 1 - h**2
    return W_xh.T @ dh, W_hh.T @ dh, dh @ x.T, dh @ h_prev.T, dh
