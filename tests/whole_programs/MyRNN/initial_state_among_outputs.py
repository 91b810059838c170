# wrong: outputs start with h_0 and so have one step too many
# keeps: most
# grade: M20_outputs_with_h0
# check: M20_outputs_with_h0

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        hidden_states = [h0]
        for t in range(x.shape[1]):
            hidden_states.append(self.cell(x[:, t, :], hidden_states[t]))
        return torch.stack(hidden_states, dim=1), hidden_states[-1]
