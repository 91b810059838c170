# right: fills an array of floats
# keeps: all

def compute_gradient_norms(model, seq_lengths, seed=0):
    out = np.zeros(len(seq_lengths))
    full = sample_input(int(np.max(seq_lengths)), model.input_size, seed)
    for i in range(len(seq_lengths)):
        n = seq_lengths[i]
        out[i] = gradient_norm(model, full[:, -n:])
    return out
