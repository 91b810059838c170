# wrong: multiplies the state by W_hh instead of by its transpose
# keeps: little
# grade: C06_transposes_W_hh
# check: C06_transposes_W_hh

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h_prev):
        u = torch.einsum("bd,hd->bh", x, self.W_xh.weight)
        v = torch.einsum("bi,ij->bj", h_prev, self.W_hh.weight)
        return torch.tanh(u + v + self.W_hh.bias)
