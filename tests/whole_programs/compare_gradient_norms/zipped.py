# right: dict of zip of names and mapped lists
# keeps: all

def compare_gradient_norms(models, seq_lengths, seed=0):
    names = list(models.keys())
    lists = map(lambda m: compute_gradient_norms(m, seq_lengths, seed), models.values())
    return dict(zip(names, lists))
