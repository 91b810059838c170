"""What the checks of sequence_prediction.py share.

With SGD, one step moves the parameters by -lr times the gradient of the mean squared error, which
an oracle computes in another way. Where gradients are clipped, torch adds 1e-6 to the norm and
exact clipping does not. Such norms are at least 20 here, so that the two ways differ by at most
5e-8, and wrong factors differ by far more than CLIPPED. Models are small and in float64; their
outputs depend on the mode, and most of them are no SequenceModel.
"""

import numpy as np

CLIPPED = 1e-5
STEEP = 50.0  # targets that are so much larger give gradients with norms of 20 and more
NO_LIMIT = 1e9


def weights_of(rng, D=2, H=4, O=3):
    """The probe's network."""
    shapes = {"W_x": (H, D), "W_h": (H, H), "b": (H,), "W_y": (O, H), "c": (O,)}
    return {name: 0.6 * rng.standard_normal(shape) for name, shape in shapes.items()}


def batch_of(rng, B=3, T=5, D=2, O=3):
    """x and y; every step and every output unit has a mean of its own."""
    means = rng.standard_normal((T, O))
    return rng.standard_normal((B, T, D)), means + rng.standard_normal((B, T, O))


def batches_of(rng, count, **sizes):
    return [batch_of(rng, **sizes) for _ in range(count)]


def steep_batches_of(rng, count, **sizes):
    return [(x, STEEP * y) for x, y in batches_of(rng, count, **sizes)]


def in_float32(weights, batches):
    weights = {name: w.astype(np.float32) for name, w in weights.items()}
    return weights, [tuple(a.astype(np.float32) for a in batch) for batch in batches]


def echo_of(rng, B=2, T=4):
    x = rng.uniform(-1, 1, (B, T, 1))
    return x, np.concatenate([np.zeros((B, 2, 1)), x[:, :-2]], axis=1)


def outputs_of(weights, x):
    """The network's outputs in evaluation mode, in NumPy."""
    h, rows = np.zeros((len(x), len(weights["b"]))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ weights["W_x"].T + h @ weights["W_h"].T + weights["b"])
        rows.append(0.5 * (h @ weights["W_y"].T + weights["c"]))
    return np.stack(rows, axis=1)


def with_readout(weights, factor):
    """The same network, but its outputs are `factor` times as large."""
    return {**weights, "W_y": factor * weights["W_y"], "c": factor * weights["c"]}
