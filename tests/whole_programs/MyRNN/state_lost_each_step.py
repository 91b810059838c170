# wrong: every step starts from h0 again
# keeps: little
# grade: M17_never_advances
# check: M17_never_advances

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
        for t in range(x.shape[1]):
            outputs.append(self.cell(x[:, t, :], h0))
        outputs = torch.stack(outputs, dim=1)
        return outputs, outputs[:, -1, :]
