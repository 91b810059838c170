# wrong: squashes with the logistic function
# keeps: little
# grade: S05_sigmoid
# check: S05_sigmoid

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    net = W_xh @ x + W_hh @ h_prev + b_h
    s = 1 / (1 + np.exp(-net))
    return s
