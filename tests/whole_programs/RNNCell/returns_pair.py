# wrong: returns output and state as a pair, as nn.RNN does
# keeps: most
# grade: C38_returns_a_pair
# check: C38_returns_a_pair

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h_prev):
        h = torch.tanh(self.W_xh(x) + self.W_hh(h_prev))
        return h, h
