# wrong: gives None for the gradients of input and state
# keeps: half

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    dz = dh * (1 - h**2)
    return None, None, dz @ x.T, dz @ h_prev.T, dz
