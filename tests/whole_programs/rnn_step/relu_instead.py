# wrong: takes ReLU as the activation
# keeps: little

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    hidden = np.dot(W_xh, x)
    hidden += np.dot(W_hh, h_prev)
    hidden += b_h
    return np.maximum(hidden, 0)
