# wrong: adds the old state to the new one as in a residual network
# keeps: little

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    candidate = np.tanh(np.dot(W_xh, x) + np.dot(W_hh, h_prev) + b_h)
    return h_prev + candidate
