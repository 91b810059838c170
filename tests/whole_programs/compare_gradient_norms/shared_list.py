# wrong: one list for all names, filled by all models
# keeps: little
# grade: L64_one_list_for_all
# check: L64_one_list_for_all

def compare_gradient_norms(models, seq_lengths, seed=0):
    result = dict.fromkeys(models, [])
    for name, model in models.items():
        for value in compute_gradient_norms(model, seq_lengths, seed):
            result[name].append(value)
    return result
