# wrong: multiplies W x as in the NumPy part, with the batch in the wrong place; shapes do not match
# keeps: little
# grade: C39_column_vectors
# check: C39_column_vectors

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h_prev):
        return torch.tanh(self.W_xh.weight @ x + self.W_hh.weight @ h_prev + self.W_hh.bias)
