# wrong: averages the slopes between neighbours
# keeps: little
# grade: G68_mean_of_slopes
# check: G68_mean_of_slopes

def decay_rate(seq_lengths, norms):
    y = np.log10(norms)
    slopes = np.diff(y) / np.diff(seq_lengths)
    return float(np.mean(slopes))
