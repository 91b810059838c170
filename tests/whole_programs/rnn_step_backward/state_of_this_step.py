# wrong: takes the new state for the gradient of W_hh
# keeps: most
# grade: B07_dW_hh_with_h
# check: B07_dW_hh_with_h

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    draw = (1 - h * h) * dh
    dwhh = np.dot(draw, h.T)
    dwxh = np.dot(draw, x.T)
    return np.dot(W_xh.T, draw), np.dot(W_hh.T, draw), dwxh, dwhh, draw
