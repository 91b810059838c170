# wrong: iterates over the dictionary as if over pairs: an error
# keeps: nothing
# grade: L67_pairs_of_keys
# check: L67_pairs_of_keys

def compare_gradient_norms(models, seq_lengths, seed=0):
    result = {}
    for name, model in models:
        result[name] = compute_gradient_norms(model, seq_lengths, seed)
    return result
