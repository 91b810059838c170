# wrong: another seed for each model
# keeps: half
# grade: L31_seed_per_model
# check: L31_seed_per_model

def compare_gradient_norms(models, seq_lengths, seed=0):
    result = {}
    for i, name in enumerate(models):
        result[name] = compute_gradient_norms(models[name], seq_lengths, seed + i)
    return result
