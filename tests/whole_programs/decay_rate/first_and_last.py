# wrong: takes the slope between the first and the last point
# keeps: little
# grade: G63_end_points
# check: G63_end_points

def decay_rate(seq_lengths, norms):
    rise = np.log10(norms[-1]) - np.log10(norms[0])
    run = seq_lengths[-1] - seq_lengths[0]
    return float(rise / run)
