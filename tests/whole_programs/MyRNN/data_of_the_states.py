# wrong: stores .data of the states, so outputs carry no gradient while h_T does
# keeps: half
# grade: M53_outputs_without_gradients
# check: M53_outputs_without_gradients

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        B = x.shape[0]
        T = x.shape[1]
        h = h0 if h0 is not None else torch.zeros(B, self.hidden_size, dtype=x.dtype, device=x.device)
        outputs = torch.empty(B, T, self.hidden_size, dtype=x.dtype, device=x.device)
        for t in range(T):
            h = self.cell(x[:, t, :], h)
            outputs[:, t] = h.data
        return outputs, h
