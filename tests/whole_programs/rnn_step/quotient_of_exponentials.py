# wrong: writes tanh as a quotient that overflows
# keeps: most
# grade: S14_exponentials_overflow
# check: S14_exponentials_overflow

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    z = W_xh @ x + W_hh @ h_prev + b_h
    e_plus = np.exp(z)
    e_minus = np.exp(-z)
    return (e_plus - e_minus) / (e_plus + e_minus)
