# wrong: walks over the first axis, which is the batch, as nn.RNN does without batch_first
# keeps: little
# grade: M25_time_first
# check: M25_time_first

class MyRNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.cell = RNNCell(input_size, hidden_size)

    def forward(self, x, h0=None):
        seq_len, batch, _ = x.shape
        if h0 is None:
            h0 = x.new_zeros(batch, self.hidden_size)
        h, out = h0, []
        for t in range(seq_len):
            h = self.cell(x[t], h)
            out.append(h)
        return torch.stack(out), h
