# wrong: takes the bias over and zeroes it in the source, so my_rnn changes
# keeps: most
# grade:
# check:

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(cell.W_hh.weight)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(cell.W_xh.weight)
        rnn.weight_hh_l0.copy_(cell.W_hh.weight)
        rnn.bias_hh_l0.copy_(cell.W_hh.bias)
        rnn.bias_ih_l0.copy_(cell.W_hh.bias.zero_())
    return rnn
