# wrong: sorts the lengths, so the entries are in another order
# keeps: most
# grade: G20_sorts
# check: G20_sorts

def compute_gradient_norms(model, seq_lengths, seed=0):
    lengths = sorted(seq_lengths)
    x = sample_input(lengths[-1], model.input_size, seed)
    answer = []
    for n in lengths:
        answer.append(gradient_norm(model, x[:, -n:]))
    return answer
