# wrong: copies the numbers while gradients are recorded, into frozen parameters: training one sends gradients to the other
# keeps: most
# grade:
# check:

def to_torch_rnn(my_rnn):
    w = my_rnn.cell.W_xh.weight
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(w.device, w.dtype)
    rnn.requires_grad_(False)
    rnn.weight_ih_l0.copy_(w)
    rnn.weight_hh_l0.copy_(my_rnn.cell.W_hh.weight)
    rnn.bias_ih_l0.copy_(my_rnn.cell.W_hh.bias)
    rnn.bias_hh_l0.zero_()
    return rnn
