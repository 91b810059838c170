# wrong: zeros of the default dtype, so float64 inputs fail without h0
# keeps: most
# grade: M02_default_dtype M21_default_device M58_default_zeros
# check: M02_default_dtype M21_default_device M58_default_zeros

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def init_hidden(self, batch_size):
        return torch.zeros(batch_size, self.hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = self.init_hidden(x.shape[0])
        hidden = h0
        result = []
        for t in range(x.shape[1]):
            hidden = self.cell(x[:, t, :], hidden)
            result.append(hidden)
        return torch.stack(result, dim=1), hidden
