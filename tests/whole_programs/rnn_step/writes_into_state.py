# wrong: writes the new state into the caller's array
# keeps: most
# grade: S10_overwrites_h_prev
# check: S10_overwrites_h_prev

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    new = np.tanh(W_xh.dot(x) + W_hh.dot(h_prev) + b_h)
    h_prev[:] = new
    return h_prev
