# right: chunks of .data are views; half in each
# keeps: all

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    net = nn.LSTM(input_size, hidden_size, num_layers=1, batch_first=True)
    for b in (net.bias_ih_l0, net.bias_hh_l0):
        i, f, g, o = b.data.chunk(4)
        f.fill_(forget_bias / 2)
    return net
