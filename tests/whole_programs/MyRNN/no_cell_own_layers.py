# wrong: has no self.cell but the two linear layers itself; the recurrence is right
# keeps: most
# grade: M36_second_set_of_weights M57_layers_for_cell
# check: M36_second_set_of_weights M57_layers_for_cell

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        out = []
        h = h0
        for t in range(x.shape[1]):
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            out.append(h)
        return torch.stack(out, dim=1), h
