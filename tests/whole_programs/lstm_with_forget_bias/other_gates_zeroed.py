# wrong: zeroes the biases before setting the gate's
# keeps: most
# grade: L16_clears_all_biases
# check: L16_clears_all_biases

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    bias = torch.zeros(4 * hidden_size)
    bias[hidden_size : 2 * hidden_size] = forget_bias
    lstm.bias_ih_l0.data.copy_(bias)
    lstm.bias_hh_l0.data.zero_()
    return lstm
