# wrong: stacks along time first and reshapes to (B, T, H) with view, which mixes sequences
# keeps: little
# grade: M34_views_time_as_batch
# check: M34_views_time_as_batch

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        B, T, _ = x.shape
        h = h0 if h0 is not None else torch.zeros(B, self.hidden_size).to(x)
        out = []
        for t in range(T):
            h = self.cell(x[:, t], h)
            out.append(h)
        out = torch.cat(out, dim=0)
        return out.view(B, T, self.hidden_size), h
