# wrong: right biases but time first
# keeps: most
# grade: L14_time_first
# check: L14_time_first

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size)
    with torch.no_grad():
        lstm.bias_ih_l0[hidden_size : hidden_size * 2] = forget_bias
        lstm.bias_hh_l0[hidden_size : hidden_size * 2] = 0
    return lstm
