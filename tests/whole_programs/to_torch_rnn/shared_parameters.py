# wrong: assigns the very parameters of the cell, so both networks share them
# keeps: most
# grade: P03_shares_parameters P29_shares_everything P04_shares_storage P32_shares_all_parameters
# check: P03_shares_parameters P29_shares_everything P04_shares_storage P32_shares_all_parameters

def to_torch_rnn(my_rnn):
    w = my_rnn.cell.W_hh.weight
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True, dtype=w.dtype, device=w.device)
    rnn.weight_ih_l0 = my_rnn.cell.W_xh.weight
    rnn.weight_hh_l0 = my_rnn.cell.W_hh.weight
    rnn.bias_hh_l0 = my_rnn.cell.W_hh.bias
    rnn.bias_ih_l0 = nn.Parameter(torch.zeros_like(my_rnn.cell.W_hh.bias))
    return rnn
