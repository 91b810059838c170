# wrong: the new parameters do not require a gradient, so it can't be trained
# keeps: most
# grade: P11_frozen
# check: P11_frozen

def to_torch_rnn(my_rnn):
    w = my_rnn.cell.W_xh.weight
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(w.device, w.dtype)
    rnn.requires_grad_(False)
    rnn.weight_ih_l0.copy_(w.detach())
    rnn.weight_hh_l0.copy_(my_rnn.cell.W_hh.weight.detach())
    rnn.bias_ih_l0.copy_(my_rnn.cell.W_hh.bias.detach())
    rnn.bias_hh_l0.zero_()
    return rnn
