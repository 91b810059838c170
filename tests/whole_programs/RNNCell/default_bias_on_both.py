# wrong: both layers have a bias, so there is one parameter too many
# keeps: most
# grade: C01_bias_in_both
# check: C01_bias_in_both

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h_prev):
        h = torch.tanh(self.W_xh(x) + self.W_hh(h_prev))
        return h
