# wrong: walks from the last step to the first
# keeps: little
# grade: M13_reversed_in_time M60_from_the_end
# check: M13_reversed_in_time M60_from_the_end

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = x.new_zeros(x.shape[0], self.hidden_size)
        T = x.shape[1]
        outputs = [None] * T
        h = h0
        for t in reversed(range(T)):
            h = self.cell(x[:, t, :], h)
            outputs[t] = h
        return torch.stack(outputs, dim=1), h
