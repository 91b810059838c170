# wrong: switches requires_grad off to be able to write and does not switch it on again
# keeps: most
# grade: L19_frozen_bias
# check: L19_frozen_bias

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    lstm.bias_ih_l0.requires_grad = False
    lstm.bias_hh_l0.requires_grad = False
    for k in range(hidden_size, 2 * hidden_size):
        lstm.bias_ih_l0[k] = forget_bias
        lstm.bias_hh_l0[k] = 0
    return lstm
