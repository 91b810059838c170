# wrong: writes a bias argument for the layer and never hands it over
# keeps: most
# grade: S03_forgets_b_h
# check: S03_forgets_b_h

def linear(W, v, bias=None):
    out = W.dot(v)
    if bias is not None:
        out = out + bias
    return out


def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(linear(W_xh, x) + linear(W_hh, h_prev))
