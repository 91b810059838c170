# wrong: loads the cell's state dict with strict=False, so nothing is copied
# keeps: nothing
# grade: P10_copies_nothing P20_needs_a_module
# check: P10_copies_nothing P20_needs_a_module

def to_torch_rnn(my_rnn):
    device = next(my_rnn.parameters()).device
    dtype = next(my_rnn.parameters()).dtype
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True).to(device, dtype)
    rnn.load_state_dict(my_rnn.state_dict(), strict=False)
    return rnn
