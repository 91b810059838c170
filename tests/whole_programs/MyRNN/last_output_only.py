# wrong: returns the last state in place of all states
# keeps: half
# grade: M19_last_output_only
# check: M19_last_output_only

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        h = h0
        for t in range(x.shape[1]):
            h = self.cell(x[:, t, :], h)
        return h, h
