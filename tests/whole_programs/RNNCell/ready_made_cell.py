# wrong: calls nn.RNNCell, which is forbidden
# keeps: nothing
# grade:
# check:

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.cell = nn.RNNCell(input_size, hidden_size)

    def forward(self, x, h_prev):
        return self.cell(x, h_prev)
