# wrong: treats the step as linear and leaves tanh's derivative out
# keeps: little
# grade: B03_no_tanh_derivative B17_db_h_is_dh
# check: B03_no_tanh_derivative B17_db_h_is_dh

def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    db_h = dh.copy()
    dW_xh = db_h @ x.T
    dW_hh = db_h @ h_prev.T
    dx = W_xh.T @ db_h
    dh_prev = W_hh.T @ db_h
    return dx, dh_prev, dW_xh, dW_hh, db_h
