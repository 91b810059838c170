# wrong: fills the whole bias, all four gates
# keeps: half
# grade: L13_all_gates L16_clears_all_biases L15_clears_second_bias
# check: L13_all_gates L16_clears_all_biases L15_clears_second_bias

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    nn.init.constant_(lstm.bias_ih_l0, forget_bias)
    nn.init.zeros_(lstm.bias_hh_l0)
    return lstm
