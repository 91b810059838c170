# right: gives each of the two biases half of the bias
# keeps: all

def to_torch_rnn(my_rnn):
    source = my_rnn.cell
    Wx, Wh, b = (p.detach().clone() for p in (source.W_xh.weight, source.W_hh.weight, source.W_hh.bias))
    r = nn.RNN(Wx.shape[1], Wx.shape[0], batch_first=True).to(Wx)
    r.weight_ih_l0 = nn.Parameter(Wx)
    r.weight_hh_l0 = nn.Parameter(Wh)
    r.bias_ih_l0 = nn.Parameter(b / 2)
    r.bias_hh_l0 = nn.Parameter(b / 2)
    return r
