# wrong: never asks for dtype or device: a float64 network becomes float32
# keeps: most
# grade: P06_default_dtype P17_default_device
# check: P06_default_dtype P17_default_device

def to_torch_rnn(my_rnn):
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(my_rnn.cell.W_xh.weight)
        rnn.weight_hh_l0.copy_(my_rnn.cell.W_hh.weight)
        rnn.bias_hh_l0.copy_(my_rnn.cell.W_hh.bias)
        rnn.bias_ih_l0.zero_()
    return rnn
