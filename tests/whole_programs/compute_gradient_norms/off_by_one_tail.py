# wrong: one step too few is cut off: the tail is n + 1 long where it can be
# keeps: half
# grade: G59_one_step_more
# check: G59_one_step_more

def compute_gradient_norms(model, seq_lengths, seed=0):
    T = max(seq_lengths)
    x = sample_input(T, model.input_size, seed)
    out = []
    for n in seq_lengths:
        start = T - n - 1
        if start < 0:
            start = 0
        out.append(gradient_norm(model, x[:, start:T, :]))
    return out
