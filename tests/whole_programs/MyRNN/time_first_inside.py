# right: moves time to the front, runs, and moves it back
# keeps: all

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        xt = x.transpose(0, 1)
        T, B, _ = xt.shape
        if h0 is None:
            h0 = torch.zeros((B, self.hidden_size)).to(x)
        states = [h0]
        for t in range(T):
            states.append(self.cell(xt[t], states[-1]))
        out = torch.stack(states[1:]).permute(1, 0, 2)
        return out, states[-1]
