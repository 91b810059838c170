# right: fits a line of degree one
# keeps: all

def decay_rate(seq_lengths, norms):
    slope, intercept = np.polyfit(np.array(seq_lengths, dtype=float), np.log10(norms), 1)
    return float(slope)
