# wrong: computes with NumPy on detached arrays, so that no gradient flows at all
# keeps: half
# grade: C17_no_grad
# check: C17_no_grad

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h_prev):
        wx = self.W_xh.weight.detach().numpy()
        wh = self.W_hh.weight.detach().numpy()
        b = self.W_hh.bias.detach().numpy()
        h = x.detach().numpy().dot(wx.T) + h_prev.detach().numpy().dot(wh.T) + b
        h = torch.from_numpy(h)
        return torch.tanh(h)
