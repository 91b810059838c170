# right: one draw, a comprehension over last n steps
# keeps: all

def compute_gradient_norms(model, seq_lengths, seed=0):
    longest = max(seq_lengths)
    x = sample_input(longest, model.input_size, seed)
    return [gradient_norm(model, x[:, longest - n :]) for n in seq_lengths]
