# wrong: does not hand the seed on
# keeps: half
# grade: L30_ignores_seed
# check: L30_ignores_seed

def compare_gradient_norms(models, seq_lengths, seed=0):
    comparison = {}
    for name, net in models.items():
        comparison[name] = compute_gradient_norms(net, seq_lengths)
    return comparison
