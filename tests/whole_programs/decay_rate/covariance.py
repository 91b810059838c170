# right: covariance over variance
# keeps: all

def decay_rate(seq_lengths, norms):
    xs = np.asarray(seq_lengths, dtype=np.float64)
    ys = np.log10(np.asarray(norms, dtype=np.float64))
    xm, ym = xs.mean(), ys.mean()
    return float(((xs - xm) * (ys - ym)).sum() / ((xs - xm) ** 2).sum())
