# wrong: sums the bias gradient over the hidden units as over a batch
# keeps: most

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    dz = dh * (1 - h**2)
    db = np.sum(dz, axis=0, keepdims=True)
    return W_xh.T @ dz, W_hh.T @ dz, dz @ x.T, dz @ h_prev.T, db
