# wrong: takes the natural logarithm
# keeps: half
# grade: G61_natural_logarithm
# check: G61_natural_logarithm

def decay_rate(seq_lengths, norms):
    logs = [np.log(n) for n in norms]
    coefficients = np.polyfit(seq_lengths, logs, deg=1)
    return float(coefficients[0])
