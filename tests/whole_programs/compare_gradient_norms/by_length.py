# wrong: turns the dictionary round: length to norms of the models
# keeps: little
# grade: L65_by_length
# check: L65_by_length

def compare_gradient_norms(models, seq_lengths, seed=0):
    table = {}
    for n in seq_lengths:
        row = {}
        for name in models:
            row[name] = compute_gradient_norms(models[name], [n], seed)[0]
        table[n] = row
    return table
