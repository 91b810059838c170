# wrong: does not hand the seed on
# keeps: most
# grade: G42_ignores_seed
# check: G42_ignores_seed

def compute_gradient_norms(model, seq_lengths, seed=0):
    biggest = max(seq_lengths)
    x = sample_input(biggest, model.input_size)
    return [gradient_norm(model, x[:, biggest - k : biggest]) for k in seq_lengths]
