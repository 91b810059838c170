# wrong: sets both biases of the gate to the value, so the total is twice that
# keeps: most
# grade: L08_sets_both
# check: L08_sets_both

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    for names in lstm._all_weights:
        for name in filter(lambda n: "bias" in n, names):
            bias = getattr(lstm, name)
            n = bias.size(0)
            start, end = n // 4, n // 2
            bias.data[start:end].fill_(forget_bias)
    return lstm
