# wrong: detaches the state after each step, so gradients stop after one step
# keeps: half
# grade: M14_detaches_carry M59_detaches_states_and_h_T
# check: M14_detaches_carry M59_detaches_states_and_h_T

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        if h0 is None:
            h0 = torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype, device=x.device)
        h = h0
        seq = []
        for t in range(x.shape[1]):
            h = self.cell(x[:, t, :], h)
            seq.append(h)
            h = h.detach()
        return torch.stack(seq, dim=1), h
