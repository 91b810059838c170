# wrong: keeps the state in the module and ignores h_prev after the first call
# keeps: most
# grade: C26_starts_from_its_own_state C44_keeps_its_state
# check: C26_starts_from_its_own_state C44_keeps_its_state

class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.h = None

    def forward(self, x, h_prev):
        if self.h is None or self.h.shape != h_prev.shape:
            self.h = h_prev
        self.h = torch.tanh(self.W_xh(x) + self.W_hh(self.h))
        return self.h
