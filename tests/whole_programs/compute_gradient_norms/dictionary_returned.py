# wrong: returns a dictionary from length to norm
# keeps: most
# grade: G52_dict
# check: G52_dict

def compute_gradient_norms(model, seq_lengths, seed=0):
    x = sample_input(max(seq_lengths), model.input_size, seed)
    norms = {}
    for n in seq_lengths:
        norms[n] = gradient_norm(model, x[:, -n:, :])
    return norms
