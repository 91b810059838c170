# wrong: differentiates at tanh(h) although h is already the tanh
# keeps: little
# grade: B50_tanh_of_the_state
# check: B50_tanh_of_the_state

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    derivative = 1 - np.tanh(h) ** 2
    dz = derivative * dh
    grads_x = W_xh.T.dot(dz)
    grads_h = W_hh.T.dot(dz)
    return grads_x, grads_h, dz.dot(x.T), dz.dot(h_prev.T), dz
