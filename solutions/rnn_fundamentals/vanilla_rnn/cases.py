"""What the checks of vanilla_rnn.py share.

Sizes are all different, equal in pairs, or all equal. States and biases are not zero, since zero
hides several mistakes; some checks set them to zero on purpose. The sums inside tanh are tiny,
large or huge, in float64 and float32.
"""


def sequence(rng, T, D):
    return [rng.standard_normal((D, 1)) for _ in range(T)]
