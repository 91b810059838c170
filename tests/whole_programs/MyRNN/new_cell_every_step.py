# wrong: makes a cell for each step, so that weights are not shared
# keeps: little
# grade: M24_new_cell_each_call
# check: M24_new_cell_each_call

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        outputs = []
        h = h0
        for t in range(x.shape[1]):
            cell = RNNCell(self.input_size, self.hidden_size).to(x)
            h = cell(x[:, t, :], h)
            outputs.append(h)
        return torch.stack(outputs, dim=1), h
