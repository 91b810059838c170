# right: a dict comprehension
# keeps: all

def compare_gradient_norms(models, seq_lengths, seed=0):
    return {name: compute_gradient_norms(model, seq_lengths, seed) for name, model in models.items()}
