# wrong: writes into a leaf that requires a gradient: an error
# keeps: nothing
# grade: L27_writes_into_a_leaf
# check: L27_writes_into_a_leaf

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    lstm.bias_ih_l0[hidden_size : 2 * hidden_size] = forget_bias
    lstm.bias_hh_l0[hidden_size : 2 * hidden_size] = 0
    return lstm
