# wrong: h_T has the leading axis of nn.RNN, (1, B, H)
# keeps: most
# grade: M18_state_with_layer_axis
# check: M18_state_with_layer_axis

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        bsz, seqlen, _ = x.shape
        ht = x.new_zeros(bsz, self.hidden_size) if h0 is None else h0
        ys = []
        for k in range(seqlen):
            ht = self.cell(x[:, k, :], ht)
            ys.append(ht)
        return torch.stack(ys, dim=1), ht.unsqueeze(0)
