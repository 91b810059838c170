# right: fills a tensor of zeros step by step, which autograd can follow
# keeps: all

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        batch, steps, _ = x.shape
        outputs = torch.zeros(batch, steps, self.hidden_size, dtype=x.dtype, device=x.device)
        if h0 is None:
            h = torch.zeros_like(outputs[:, 0])
        else:
            h = h0
        for i in range(steps):
            h = self.cell(x[:, i, :], h)
            outputs[:, i, :] = h
        return outputs, h
