# wrong: takes the first quarter (the input gate) for the forget gate
# keeps: half
# grade: L07_input_gate
# check: L07_input_gate

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    net = nn.LSTM(input_size, hidden_size, batch_first=True)
    with torch.no_grad():
        net.bias_ih_l0[:hidden_size] = forget_bias
        net.bias_hh_l0[:hidden_size] = 0.0
    return net
