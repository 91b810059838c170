# wrong: seeds torch for reproducible weights
# keeps: most
# grade: L18_seeds
# check: L18_seeds

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    torch.manual_seed(0)
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    lstm.bias_ih_l0.data[hidden_size : 2 * hidden_size] = forget_bias
    lstm.bias_hh_l0.data[hidden_size : 2 * hidden_size] = 0.0
    return lstm
