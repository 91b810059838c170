# wrong: one linear layer over the concatenation of input and state, as in the name classification tutorial; the demanded parameters do not exist
# keeps: little
# grade: C37_one_layer_for_both
# check: C37_one_layer_for_both

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, h_prev):
        combined = torch.cat((x, h_prev), 1)
        hidden = torch.tanh(self.i2h(combined))
        return hidden
