# wrong: cuts the gates by the input size
# keeps: half
# grade: L20_input_size
# check: L20_input_size

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    with torch.no_grad():
        lstm.bias_ih_l0[input_size : 2 * input_size] = forget_bias
        lstm.bias_hh_l0[input_size : 2 * input_size] = 0
    return lstm
