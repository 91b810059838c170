# wrong: adds the value to the random bias of the gate
# keeps: half
# grade: L12_adds_to_random
# check: L12_adds_to_random

def lstm_with_forget_bias(input_size, hidden_size, forget_bias):
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    with torch.no_grad():
        lstm.bias_ih_l0[hidden_size : 2 * hidden_size] += forget_bias
    return lstm
