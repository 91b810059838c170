# wrong: transposes the recurrent weights on the way
# keeps: little
# grade: P07_transposes_W_hh
# check: P07_transposes_W_hh

def to_torch_rnn(my_rnn):
    p = dict(my_rnn.cell.named_parameters())
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(p["W_hh.bias"])
    with torch.no_grad():
        rnn.weight_ih_l0[:] = p["W_xh.weight"]
        rnn.weight_hh_l0[:] = p["W_hh.weight"].T
        rnn.bias_ih_l0[:] = p["W_hh.bias"]
        rnn.bias_hh_l0[:] = 0.0
    return rnn
