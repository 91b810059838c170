# wrong: returns a decay as a positive number
# keeps: half

def decay_rate(seq_lengths, norms):
    slope = np.polyfit(seq_lengths, np.log10(norms), 1)[0]
    return float(abs(slope))
