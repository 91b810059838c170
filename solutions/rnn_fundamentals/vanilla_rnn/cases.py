"""Hidden graders of vanilla_rnn.py.

Probes: sizes all different, equal in pairs and all equal; a state and biases that are not zero
(zero hides several mistakes), and cases in which they are; sums inside tanh that are tiny, large
and huge; float32; calls in turn, whose results have to last.
"""


def sequence(rng, T, D):
    return [rng.standard_normal((D, 1)) for _ in range(T)]
