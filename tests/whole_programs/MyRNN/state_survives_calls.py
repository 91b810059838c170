# wrong: the last state of a call is the first of the next when h0 is not given
# keeps: most
# grade: M10_keeps_state M45_keeps_the_graph
# check: M10_keeps_state M45_keeps_the_graph

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)
        self.hidden = None

    def forward(self, x, h0=None):
        if h0 is not None:
            self.hidden = h0
        elif self.hidden is None or self.hidden.shape[0] != x.shape[0]:
            self.hidden = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        outputs = []
        for t in range(x.shape[1]):
            self.hidden = self.cell(x[:, t, :], self.hidden)
            outputs.append(self.hidden)
        return torch.stack(outputs, dim=1), self.hidden
