# wrong: gives the recurrent weights to the input and the other way round
# keeps: little
# grade: P30_swaps_the_weights
# check: P30_swaps_the_weights

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(cell.W_hh.weight)
    rnn.weight_ih_l0 = nn.Parameter(cell.W_hh.weight.detach().clone())
    rnn.weight_hh_l0 = nn.Parameter(cell.W_xh.weight.detach().clone())
    rnn.bias_ih_l0 = nn.Parameter(cell.W_hh.bias.detach().clone())
    rnn.bias_hh_l0 = nn.Parameter(torch.zeros_like(cell.W_hh.bias))
    return rnn
