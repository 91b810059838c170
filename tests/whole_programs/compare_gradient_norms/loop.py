# right: a loop over keys
# keeps: all

def compare_gradient_norms(models, seq_lengths, seed=0):
    results = {}
    for key in models:
        results[key] = compute_gradient_norms(models[key], seq_lengths, seed=seed)
    return results
