# wrong: divides all norms by the first
# keeps: half
# grade: G54_relative
# check: G54_relative

def compute_gradient_norms(model, seq_lengths, seed=0):
    x = sample_input(max(seq_lengths), model.input_size, seed)
    norms = [gradient_norm(model, x[:, -n:, :]) for n in seq_lengths]
    return [v / norms[0] for v in norms]
