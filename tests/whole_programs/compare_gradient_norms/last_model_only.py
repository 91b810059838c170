# wrong: returns inside the loop, after the first model
# keeps: little
# grade: L63_one_model_only
# check: L63_one_model_only

def compare_gradient_norms(models, seq_lengths, seed=0):
    result = {}
    for name, model in models.items():
        result[name] = compute_gradient_norms(model, seq_lengths, seed)
        return result
