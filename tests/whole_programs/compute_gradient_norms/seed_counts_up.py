# wrong: a different seed for each length, drawn as long as that length
# keeps: half
# grade: G45_seed_per_length G61_draw_and_seed_per_length
# check: G45_seed_per_length G61_draw_and_seed_per_length

def compute_gradient_norms(model, seq_lengths, seed=0):
    values = []
    for i, n in enumerate(seq_lengths):
        x = sample_input(n, model.input_size, seed + i)
        values.append(gradient_norm(model, x))
    return values
