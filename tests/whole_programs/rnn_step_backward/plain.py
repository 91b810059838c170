# right: the textbook formulas in another order
# keeps: all

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    delta = np.multiply(dh, 1.0 - np.square(h))
    dW_hh = np.dot(delta, h_prev.T)
    dW_xh = np.dot(delta, x.T)
    dx = np.dot(W_xh.T, delta)
    dh_prev = np.dot(W_hh.T, delta)
    return dx, dh_prev, dW_xh, dW_hh, delta
