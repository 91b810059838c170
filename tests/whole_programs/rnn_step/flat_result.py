# wrong: returns a vector without its column axis
# keeps: most

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    x = x.reshape(-1)
    h_prev = h_prev.reshape(-1)
    b = b_h.reshape(-1)
    return np.tanh(W_xh.dot(x) + W_hh.dot(h_prev) + b)
