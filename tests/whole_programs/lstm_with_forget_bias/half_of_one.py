# wrong: sets half the value in one bias and zero in the other
# keeps: half
# grade: L28_half_in_one
# check: L28_half_in_one

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    H = hidden_size
    lstm.bias_ih_l0.data[H : 2 * H] = forget_bias / 2
    lstm.bias_hh_l0.data[H : 2 * H] = 0
    return lstm
