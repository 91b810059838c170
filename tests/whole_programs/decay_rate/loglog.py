# wrong: takes the logarithm of both axes
# keeps: little
# grade: G62_logarithm_of_lengths
# check: G62_logarithm_of_lengths

def decay_rate(seq_lengths, norms):
    lx = np.log10(seq_lengths)
    ly = np.log10(norms)
    return float(np.polyfit(lx, ly, 1)[0])
