# wrong: takes the last length for the longest
# keeps: half
# grade: G58_last_is_longest
# check: G58_last_is_longest

def compute_gradient_norms(model, seq_lengths, seed=0):
    T = seq_lengths[-1]
    x = sample_input(T, model.input_size, seed)
    return [gradient_norm(model, x[:, max(T - n, 0) :]) for n in seq_lengths]
