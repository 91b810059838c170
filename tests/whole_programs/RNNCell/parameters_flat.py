# wrong: makes plain parameters named W_xh, W_hh and b instead of layers; the function is right
# keeps: most
# grade: C40_tensors_for_layers
# check: C40_tensors_for_layers

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Parameter(torch.randn(hidden_size, input_size) * 0.1)
        self.W_hh = nn.Parameter(torch.randn(hidden_size, hidden_size) * 0.1)
        self.b = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x, h_prev):
        return torch.tanh(x @ self.W_xh.T + h_prev @ self.W_hh.T + self.b)
