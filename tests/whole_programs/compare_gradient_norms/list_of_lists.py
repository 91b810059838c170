# wrong: returns a list of lists without the names
# keeps: half
# grade: L33_list
# check: L33_list

def compare_gradient_norms(models, seq_lengths, seed=0):
    everything = []
    for model in models.values():
        everything.append(compute_gradient_norms(model, seq_lengths, seed))
    return everything
