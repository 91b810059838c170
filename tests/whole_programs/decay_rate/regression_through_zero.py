# wrong: forgets the intercept in the normal equation
# keeps: little
# grade: G64_through_the_origin
# check: G64_through_the_origin

def decay_rate(seq_lengths, norms):
    x = np.array(seq_lengths, dtype=float)
    y = np.log10(np.array(norms))
    return float(np.dot(x, y) / np.dot(x, x))
