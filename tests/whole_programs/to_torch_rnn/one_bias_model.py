# wrong: bias=False and the bias set as attributes, which nn.RNN ignores
# keeps: little
# grade: P14_no_bias
# check: P14_no_bias

def to_torch_rnn(my_rnn):
    w = my_rnn.cell.W_xh.weight
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, bias=False, batch_first=True).to(w.device, w.dtype)
    rnn.weight_ih_l0.data.copy_(w)
    rnn.weight_hh_l0.data.copy_(my_rnn.cell.W_hh.weight)
    rnn.bias_hh_l0 = nn.Parameter(my_rnn.cell.W_hh.bias.detach().clone())
    return rnn
