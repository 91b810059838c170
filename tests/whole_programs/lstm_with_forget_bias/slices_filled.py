# right: fills the second quarter of one bias and zeroes it in the other
# keeps: all

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    n = hidden_size
    with torch.no_grad():
        lstm.bias_ih_l0[n : 2 * n].fill_(forget_bias)
        lstm.bias_hh_l0[n : 2 * n].zero_()
    return lstm
