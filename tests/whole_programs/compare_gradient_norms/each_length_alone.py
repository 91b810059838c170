# wrong: measures each length alone, so each has an input of its own length
# keeps: half
# grade: L66_each_length_alone
# check: L66_each_length_alone

def compare_gradient_norms(models, seq_lengths, seed=0):
    result = {}
    for name, model in models.items():
        result[name] = []
        for n in seq_lengths:
            result[name].append(compute_gradient_norms(model, [n], seed)[0])
    return result
