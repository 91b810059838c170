# right: torch.narrow takes the last steps
# keeps: all

def compute_gradient_norms(model, seq_lengths, seed=0):
    T = max(seq_lengths)
    x = sample_input(T, model.input_size, seed)
    norms = []
    for n in seq_lengths:
        part = torch.narrow(x, 1, T - n, n)
        norms.append(gradient_norm(model, part))
    return norms
