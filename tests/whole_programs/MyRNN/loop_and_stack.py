# right: collects states in a list and stacks along time
# keeps: all

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = torch.zeros(x.size(0), self.hidden_size, dtype=x.dtype, device=x.device)
        h = h0
        hs = []
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            hs.append(h)
        return torch.stack(hs, dim=1), h
