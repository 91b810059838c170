# wrong: squashes with the logistic sigmoid in place of tanh
# keeps: little
# grade: C08_sigmoid
# check: C08_sigmoid

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.act = nn.Sigmoid()

    def forward(self, x, h_prev):
        s = self.W_xh(x)
        s = s + self.W_hh(h_prev)
        return self.act(s)
