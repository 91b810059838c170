# right: a helper calls itself for the rest of the sequence
# keeps: all

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def _run(self, x, t, h):
        if t == x.shape[1]:
            return [], h
        h = self.cell(x[:, t, :], h)
        rest, last = self._run(x, t + 1, h)
        return [h] + rest, last

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        states, last = self._run(x, 0, h0)
        return torch.stack(states, 1), last
