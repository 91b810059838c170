# wrong: takes the first n steps
# keeps: half
# grade: G41_first_steps
# check: G41_first_steps

def compute_gradient_norms(model, seq_lengths, seed=0):
    x = sample_input(max(seq_lengths), model.input_size, seed)
    norms = []
    for n in seq_lengths:
        norms.append(gradient_norm(model, x[:, :n, :]))
    return norms
