# wrong: one number for each model: the mean of the norms
# keeps: little
# grade: L69_means
# check: L69_means

def compare_gradient_norms(models, seq_lengths, seed=0):
    result = {}
    for name, model in models.items():
        norms = compute_gradient_norms(model, seq_lengths, seed)
        result[name] = sum(norms) / len(norms)
    return result
