# right: fills each gradient in loops
# keeps: all

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    H, D = W_xh.shape
    db = np.zeros_like(dh)
    dx, dhp = np.zeros_like(x), np.zeros_like(h_prev)
    dWx, dWh = np.zeros_like(W_xh), np.zeros_like(W_hh)
    for i in range(H):
        db[i, 0] = dh[i, 0] * (1 - h[i, 0]) * (1 + h[i, 0])
        for j in range(D):
            dWx[i, j] = db[i, 0] * x[j, 0]
            dx[j, 0] += db[i, 0] * W_xh[i, j]
        for k in range(H):
            dWh[i, k] = db[i, 0] * h_prev[k, 0]
            dhp[k, 0] += db[i, 0] * W_hh[i, k]
    return [dx, dhp, dWx, dWh, db]
