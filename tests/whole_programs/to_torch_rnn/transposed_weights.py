# wrong: transposes the recurrent weights on the way
# keeps: little
# grade: P07_transposes_W_hh
# check: P07_transposes_W_hh

def to_torch_rnn(my_rnn):
    Wx, Wh = my_rnn.cell.W_xh.weight.data, my_rnn.cell.W_hh.weight.data
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(Wh)
    rnn.weight_ih_l0.data[:] = Wx
    rnn.weight_hh_l0.data[:] = Wh.T
    rnn.bias_ih_l0.data[:] = my_rnn.cell.W_hh.bias.data
    rnn.bias_hh_l0.data[:] = 0.0
    return rnn
