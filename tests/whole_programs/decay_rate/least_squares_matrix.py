# right: lstsq on a design matrix
# keeps: all

def decay_rate(seq_lengths, norms):
    A = np.column_stack([seq_lengths, np.ones(len(seq_lengths))])
    solution = np.linalg.lstsq(A, np.log10(norms), rcond=None)[0]
    return float(solution[0])
