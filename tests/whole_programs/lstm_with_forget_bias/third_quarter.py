# wrong: order of gates as in Keras papers misremembered: the third quarter
# keeps: half
# grade: L07_cell_gate
# check: L07_cell_gate

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    m = nn.LSTM(input_size, hidden_size, batch_first=True)
    lo, hi = 2 * hidden_size, 3 * hidden_size
    m.bias_ih_l0.data[lo:hi] = forget_bias
    m.bias_hh_l0.data[lo:hi] = 0
    return m
