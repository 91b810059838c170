# right: concatenates the weights and the inputs and multiplies once
# keeps: all

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size, bias=True)

    def forward(self, x, h_prev):
        W = torch.cat([self.W_xh.weight, self.W_hh.weight], dim=1)
        both = torch.cat([x, h_prev], dim=-1)
        return nn.functional.linear(both, W, self.W_hh.bias).tanh()
