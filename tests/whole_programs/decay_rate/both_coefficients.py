# wrong: returns slope and intercept together
# keeps: half

def decay_rate(seq_lengths, norms):
    return np.polyfit(seq_lengths, np.log10(norms), 1)
