# wrong: multiplies with W_hh instead of its transpose
# keeps: most
# grade: B02_W_hh_forwards
# check: B02_W_hh_forwards

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    dz = dh * (1 - h**2)
    dx = np.matmul(np.transpose(W_xh), dz)
    dh_prev = np.matmul(W_hh, dz)
    return dx, dh_prev, np.matmul(dz, x.T), np.matmul(dz, h_prev.T), dz
