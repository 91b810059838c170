# wrong: forgets the nonlinearity
# keeps: little
# grade: C07_no_tanh
# check: C07_no_tanh

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h_prev):
        new_state = torch.add(self.W_xh(x), self.W_hh(h_prev))
        return new_state
