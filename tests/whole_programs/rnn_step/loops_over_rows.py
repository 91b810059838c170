# right: sums every product in Python loops
# keeps: all

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    H, D = W_xh.shape
    h = np.zeros_like(h_prev)
    for i in range(H):
        z = b_h[i, 0]
        for j in range(D):
            z = z + W_xh[i, j] * x[j, 0]
        for k in range(H):
            z = z + W_hh[i, k] * h_prev[k, 0]
        h[i, 0] = np.tanh(z)
    return h
