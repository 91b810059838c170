# right: each different length once, kept in a dictionary
# keeps: all

def compute_gradient_norms(model, seq_lengths, seed=0):
    total = max(seq_lengths)
    data = sample_input(total, model.input_size, seed=seed)
    cache = {}
    result = []
    for L in seq_lengths:
        if L not in cache:
            cache[L] = gradient_norm(model, data[:, -L:, :])
        result.append(cache[L])
    return result
