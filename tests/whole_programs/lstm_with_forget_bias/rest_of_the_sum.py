# right: keeps the random bias of one and sets the other to the difference
# keeps: all

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    model = nn.LSTM(input_size, hidden_size, batch_first=True)
    forget = slice(hidden_size, 2 * hidden_size)
    bih = model.bias_ih_l0.detach().clone()
    bhh = model.bias_hh_l0.detach().clone()
    bhh[forget] = forget_bias
    bih[forget] = 0
    model.bias_ih_l0 = nn.Parameter(bih)
    model.bias_hh_l0 = nn.Parameter(bhh)
    return model
