# wrong: asks the cell for named_parameters, which a cell that is no module lacks
# keeps: most
# grade: P20_needs_a_module
# check: P20_needs_a_module

def to_torch_rnn(my_rnn):
    params = {name: p.detach().clone() for name, p in my_rnn.cell.named_parameters()}
    Wx, Wh, b = params["W_xh.weight"], params["W_hh.weight"], params["W_hh.bias"]
    r = nn.RNN(Wx.shape[1], Wx.shape[0], batch_first=True).to(Wx)
    r.weight_ih_l0 = nn.Parameter(Wx)
    r.weight_hh_l0 = nn.Parameter(Wh)
    r.bias_ih_l0 = nn.Parameter(b / 2)
    r.bias_hh_l0 = nn.Parameter(b / 2)
    return r
