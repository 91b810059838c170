# wrong: a set drops repeated lengths (and their order)
# keeps: most
# grade: G20_drops_repeats G20_sorts G62_sorted_set
# check: G20_drops_repeats G20_sorts G62_sorted_set

def compute_gradient_norms(model, seq_lengths, seed=0):
    unique = sorted(set(seq_lengths))
    x = sample_input(max(unique), model.input_size, seed)
    return [gradient_norm(model, x[:, -n:]) for n in unique]
