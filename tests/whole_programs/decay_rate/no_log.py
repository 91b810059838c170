# wrong: fits the norms themselves
# keeps: little
# grade: G60_no_logarithm
# check: G60_no_logarithm

def decay_rate(seq_lengths, norms):
    m, b = np.polyfit(seq_lengths, norms, 1)
    return float(m)
