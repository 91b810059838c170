# wrong: draws inputs of the hidden size
# keeps: little
# grade: G44_hidden_size
# check: G44_hidden_size

def compute_gradient_norms(model, seq_lengths, seed=0):
    x = sample_input(max(seq_lengths), model.hidden_size, seed)
    norms = []
    for n in seq_lengths:
        norms.append(gradient_norm(model, x[:, -n:, :]))
    return norms
