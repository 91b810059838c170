# wrong: leaves the last step out
# keeps: little
# grade: M32_drops_last_input
# check: M32_drops_last_input

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
        T = x.shape[1]
        all_h = []
        for t in range(1, T):
            h = self.cell(x[:, t - 1, :], h)
            all_h.append(h)
        return torch.stack(all_h, dim=1), h
