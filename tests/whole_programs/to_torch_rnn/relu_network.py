# wrong: asks for the relu nonlinearity
# keeps: little
# grade: P09_relu
# check: P09_relu

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, 1, "relu", batch_first=True).to(cell.W_hh.weight)
    state = {
        "weight_ih_l0": cell.W_xh.weight,
        "weight_hh_l0": cell.W_hh.weight,
        "bias_ih_l0": cell.W_hh.bias,
        "bias_hh_l0": torch.zeros_like(cell.W_hh.bias),
    }
    rnn.load_state_dict(state)
    return rnn
