# wrong: returns the intercept, expecting lowest degree first
# keeps: little
# grade: G67_intercept
# check: G67_intercept

def decay_rate(seq_lengths, norms):
    p = np.polyfit(seq_lengths, np.log10(norms), 1)
    return float(p[1])
