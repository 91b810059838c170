# wrong: sets one of the two biases and leaves the other random
# keeps: half
# grade: L11_leaves_second_bias L41_leaves_first_bias
# check: L11_leaves_second_bias L41_leaves_first_bias

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    net = nn.LSTM(input_size, hidden_size, batch_first=True)
    with torch.no_grad():
        net.bias_hh_l0[hidden_size : 2 * hidden_size] = forget_bias
    return net
