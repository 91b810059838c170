# right: parameters kept in empty modules under the demanded names
# keeps: all

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        bound = 1.0 / hidden_size**0.5
        self.W_xh = nn.Module()
        self.W_xh.weight = nn.Parameter(torch.empty(hidden_size, input_size).uniform_(-bound, bound))
        self.W_hh = nn.Module()
        self.W_hh.weight = nn.Parameter(torch.empty(hidden_size, hidden_size).uniform_(-bound, bound))
        self.W_hh.bias = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x, h_prev):
        a = torch.matmul(x, self.W_xh.weight.t())
        a = a + torch.matmul(h_prev, self.W_hh.weight.t())
        a = a + self.W_hh.bias
        return torch.tanh(a)
