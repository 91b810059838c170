# wrong: squashes the state's part alone and adds the input's part outside
# keeps: little
# grade: C14_two_tanhs
# check: C14_two_tanhs

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h_prev):
        old = torch.tanh(self.W_hh(h_prev))
        new = torch.tanh(self.W_xh(x))
        return old + new
