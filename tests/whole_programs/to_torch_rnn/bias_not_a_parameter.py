# wrong: replaces the parameters by plain tensors through setattr
# keeps: most
# grade:
# check:

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(cell.W_hh.weight)
    values = {
        "weight_ih_l0": cell.W_xh.weight.detach().clone(),
        "weight_hh_l0": cell.W_hh.weight.detach().clone(),
        "bias_ih_l0": cell.W_hh.bias.detach().clone(),
        "bias_hh_l0": torch.zeros_like(cell.W_hh.bias.detach()),
    }
    for key in values:
        delattr(rnn, key)
        setattr(rnn, key, values[key])
    return rnn
