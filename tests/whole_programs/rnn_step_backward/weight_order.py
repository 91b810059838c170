# wrong: returns the weights' gradients first, as in the blog
# keeps: most
# grade: B60_order_of_results
# check: B60_order_of_results

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    dz = dh * (1 - h**2)
    dW_xh = dz @ x.T
    dW_hh = dz @ h_prev.T
    return dW_xh, dW_hh, dz, W_xh.T @ dz, W_hh.T @ dz
