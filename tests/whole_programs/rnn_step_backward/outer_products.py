# right: outer products of flat vectors
# keeps: all

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    g = (dh - dh * h * h).ravel()
    gx = (g @ W_xh).reshape(x.shape)
    gh = (g @ W_hh).reshape(h_prev.shape)
    return (gx, gh, np.outer(g, x), np.outer(g, h_prev), g.reshape(dh.shape))
