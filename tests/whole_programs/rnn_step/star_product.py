# wrong: multiplies the state entry by entry with the recurrent matrix
# keeps: little

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(W_xh @ x + np.sum(W_hh * h_prev, axis=1, keepdims=True) + b_h)
