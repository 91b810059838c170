# wrong: copies the bias into both biases, so it counts twice
# keeps: little
# grade: P01_bias_twice
# check: P01_bias_twice

def to_torch_rnn(my_rnn):
    c = my_rnn.cell
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(c.W_hh.weight)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(c.W_xh.weight)
        rnn.weight_hh_l0.copy_(c.W_hh.weight)
        rnn.bias_ih_l0.copy_(c.W_hh.bias)
        rnn.bias_hh_l0.copy_(c.W_hh.bias)
    return rnn
