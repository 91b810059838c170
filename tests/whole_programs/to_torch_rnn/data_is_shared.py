# wrong: sets .data to the cell's .data, which shares the memory
# keeps: most
# grade: P29_shares_everything P04_shares_storage
# check: P29_shares_everything P04_shares_storage

def to_torch_rnn(my_rnn):
    my_weights = my_rnn.cell
    torch_rnn = nn.RNN(input_size=my_rnn.input_size, hidden_size=my_rnn.hidden_size, batch_first=True)
    torch_rnn.to(my_weights.W_xh.weight.dtype)
    torch_rnn.to(my_weights.W_xh.weight.device)
    torch_rnn.weight_ih_l0.data = my_weights.W_xh.weight.data
    torch_rnn.weight_hh_l0.data = my_weights.W_hh.weight.data
    torch_rnn.bias_ih_l0.data = my_weights.W_hh.bias.data
    torch_rnn.bias_hh_l0.data = torch.zeros_like(my_weights.W_hh.bias.data)
    return torch_rnn
