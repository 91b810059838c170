# wrong: draws a new input for each length
# keeps: half
# grade: G40_new_draw
# check: G40_new_draw

def compute_gradient_norms(model, seq_lengths, seed=0):
    result = []
    for length in seq_lengths:
        x = sample_input(length, model.input_size, seed)
        result.append(gradient_norm(model, x))
    return result
