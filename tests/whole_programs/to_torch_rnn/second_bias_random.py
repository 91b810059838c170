# wrong: leaves the other bias at its random initial values
# keeps: little
# grade: P02_random_bias_hh P33_random_bias_ih
# check: P02_random_bias_hh P33_random_bias_ih

def to_torch_rnn(my_rnn):
    dtype, device = my_rnn.cell.W_xh.weight.dtype, my_rnn.cell.W_xh.weight.device
    net = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(device, dtype)
    sd = net.state_dict()
    sd["weight_ih_l0"] = my_rnn.cell.W_xh.weight.detach().clone()
    sd["weight_hh_l0"] = my_rnn.cell.W_hh.weight.detach().clone()
    sd["bias_hh_l0"] = my_rnn.cell.W_hh.bias.detach().clone()
    net.load_state_dict(sd)
    return net
