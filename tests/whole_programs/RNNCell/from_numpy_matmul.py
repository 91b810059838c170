# right: layers only hold the weights; products are written out with @ and transposes; arguments named otherwise
# keeps: all

class RNNCell(nn.Module):
    def __init__(self, n_in, n_hid):
        super(RNNCell, self).__init__()
        self.W_xh = nn.Linear(n_in, n_hid, False)
        self.W_hh = nn.Linear(n_hid, n_hid, True)

    def forward(self, X, state):
        Wx = self.W_xh.weight
        Wh = self.W_hh.weight
        b = self.W_hh.bias
        z = X @ Wx.T + state @ Wh.T + b
        return z.tanh()
