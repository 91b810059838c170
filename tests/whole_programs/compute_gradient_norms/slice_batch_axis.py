# wrong: slices the first axis, which is the batch, so every length gets the whole input
# keeps: little
# grade: G49_whole_sequence
# check: G49_whole_sequence

def compute_gradient_norms(model, seq_lengths, seed=0):
    x = sample_input(max(seq_lengths), model.input_size, seed)
    norms = []
    for n in seq_lengths:
        norms.append(gradient_norm(model, x[-n:]))
    return norms
