# right: copies in place under no_grad
# keeps: all

def to_torch_rnn(my_rnn):
    ref = my_rnn.cell.W_hh.weight
    out = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True, dtype=ref.dtype, device=ref.device)
    with torch.no_grad():
        out.weight_ih_l0.copy_(my_rnn.cell.W_xh.weight)
        out.weight_hh_l0.copy_(my_rnn.cell.W_hh.weight)
        out.bias_ih_l0.copy_(my_rnn.cell.W_hh.bias)
        out.bias_hh_l0.zero_()
    return out
