# right: puts the sum into a helper
# keeps: all

def _affine(W, v):
    return np.matmul(W, v)


def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    pre_activation = _affine(W_xh, x)
    pre_activation = pre_activation + _affine(W_hh, h_prev)
    pre_activation = pre_activation + b_h
    return np.tanh(pre_activation)
