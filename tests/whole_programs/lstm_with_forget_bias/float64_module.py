# wrong: makes the whole module float64
# keeps: most
# grade: L23_float64
# check: L23_float64

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True).double()
    H = hidden_size
    lstm.bias_ih_l0.data[H : 2 * H] = forget_bias
    lstm.bias_hh_l0.data[H : 2 * H] = 0
    return lstm
