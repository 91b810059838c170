# wrong: changes a clone of the bias and never writes it back
# keeps: little
# grade: L26_sets_nothing
# check: L26_sets_nothing

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    b = lstm.bias_ih_l0.detach().clone()
    b[hidden_size : 2 * hidden_size] = forget_bias
    b2 = lstm.bias_hh_l0.detach().clone()
    b2[hidden_size : 2 * hidden_size] = 0
    return lstm
