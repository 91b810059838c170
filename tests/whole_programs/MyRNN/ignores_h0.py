# wrong: always starts from zeros
# keeps: most
# grade: M12_ignores_h0
# check: M12_ignores_h0

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        B, T, D = x.size()
        h = torch.zeros(B, self.hidden_size, dtype=x.dtype, device=x.device)
        outs = []
        for t in range(T):
            h = self.cell(x[:, t, :], h)
            outs.append(h)
        outs = torch.stack(outs, dim=1)
        return outs, outs[:, -1]
