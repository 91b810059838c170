# right: loops over named parameters that hold bias in the name
# keeps: all

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    first = True
    for name, param in lstm.named_parameters():
        if "bias" in name:
            start, end = param.size(0) // 4, param.size(0) // 2
            param.data[start:end].fill_(forget_bias if first else 0.0)
            first = False
    return lstm
