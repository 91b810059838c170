# wrong: makes an nn.RNN that expects time first
# keeps: half
# grade: P05_time_first
# check: P05_time_first

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size).to(cell.W_xh.weight)
    for p, q in zip(
        [rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0],
        [cell.W_xh.weight, cell.W_hh.weight, cell.W_hh.bias],
    ):
        p.data = q.data.clone()
    rnn.bias_hh_l0.data.fill_(0)
    return rnn
