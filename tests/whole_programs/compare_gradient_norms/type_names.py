# wrong: names the entries by the models' classes
# keeps: half
# grade: L32_names_of_classes
# check: L32_names_of_classes

def compare_gradient_norms(models, seq_lengths, seed=0):
    result = {}
    for model in models.values():
        result[type(model).__name__] = compute_gradient_norms(model, seq_lengths, seed)
    return result
