# wrong: zeroes both biases and forgets the cell's bias
# keeps: little
# grade: P13_forgets_bias
# check: P13_forgets_bias

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(cell.W_hh.weight)
    with torch.no_grad():
        for name, p in rnn.named_parameters():
            if name.startswith("bias"):
                p.zero_()
        rnn.weight_ih_l0.copy_(cell.W_xh.weight)
        rnn.weight_hh_l0.copy_(cell.W_hh.weight)
    return rnn
