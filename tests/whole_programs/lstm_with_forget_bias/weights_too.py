# wrong: xavier and orthogonal weights, as the blog recommends, with right biases
# keeps: half
# grade: L22_orthogonal L29_other_weights_too
# check: L22_orthogonal L29_other_weights_too

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    for name, p in lstm.named_parameters():
        if "weight_ih" in name:
            nn.init.xavier_uniform_(p)
        elif "weight_hh" in name:
            nn.init.orthogonal_(p)
    with torch.no_grad():
        lstm.bias_ih_l0[hidden_size : 2 * hidden_size] = forget_bias
        lstm.bias_hh_l0[hidden_size : 2 * hidden_size] = 0
    return lstm
