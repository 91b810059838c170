# wrong: uses the derivative of the logistic function
# keeps: little
# grade: B51_derivative_of_sigmoid
# check: B51_derivative_of_sigmoid

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    dz = h * (1 - h) * dh
    return W_xh.T @ dz, W_hh.T @ dz, dz @ x.T, dz @ h_prev.T, dz
