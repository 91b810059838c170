# wrong: sums over the wrong index of W_hh, so it is transposed
# keeps: little
# grade: S02_transposes_W_hh
# check: S02_transposes_W_hh

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    a = np.einsum("hd,do->ho", W_xh, x)
    b = np.einsum("kh,ko->ho", W_hh, h_prev)
    return np.tanh(a + b + b_h)
