# wrong: draws with torch.randn after manual_seed, not with sample_input
# keeps: half
# grade: G53_seeds_the_global_generator
# check: G53_seeds_the_global_generator

def compute_gradient_norms(model, seq_lengths, seed=0):
    torch.manual_seed(seed)
    x = torch.randn(1, max(seq_lengths), model.input_size, dtype=torch.float64)
    norms = []
    for n in seq_lengths:
        norms.append(gradient_norm(model, x[:, -n:, :]))
    return norms
