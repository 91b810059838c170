# right: does the work of the slot below itself
# keeps: all

def compare_gradient_norms(models, seq_lengths, seed=0):
    out = dict()
    T = max(seq_lengths)
    for name, model in models.items():
        x = sample_input(T, model.input_size, seed)
        norms = []
        for n in seq_lengths:
            norms.append(gradient_norm(model, x[:, T - n :, :]))
        out[name] = norms
    return out
