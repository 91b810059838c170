# right: a loop over pairs with .data.copy_
# keeps: all

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    model = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, num_layers=1, nonlinearity="tanh", batch_first=True)
    model = model.to(cell.W_hh.bias.device).to(cell.W_hh.bias.dtype)
    pairs = [
        (model.weight_ih_l0, cell.W_xh.weight),
        (model.weight_hh_l0, cell.W_hh.weight),
        (model.bias_hh_l0, cell.W_hh.bias),
    ]
    for target, source in pairs:
        target.data.copy_(source.data)
    nn.init.zeros_(model.bias_ih_l0)
    return model
