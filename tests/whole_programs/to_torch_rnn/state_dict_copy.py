# right: loads a state dict of cloned tensors, the second bias zero
# keeps: all

def to_torch_rnn(my_rnn):
    cell = my_rnn.cell
    w = cell.W_xh.weight.detach()
    rnn = nn.RNN(my_rnn.input_size, my_rnn.hidden_size, batch_first=True)
    rnn = rnn.to(device=w.device, dtype=w.dtype)
    rnn.load_state_dict({
        "weight_ih_l0": w.clone(),
        "weight_hh_l0": cell.W_hh.weight.detach().clone(),
        "bias_ih_l0": torch.zeros_like(cell.W_hh.bias),
        "bias_hh_l0": cell.W_hh.bias.detach().clone(),
    })
    return rnn
