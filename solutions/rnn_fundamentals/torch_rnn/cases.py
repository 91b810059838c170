"""Hidden graders of torch_rnn.py.

The truth is PyTorch's own recurrence, in the oracle: results, and every gradient under a random
gradient from above, in float64. Probes: sizes that differ and sizes that coincide, states and
biases that are not zero, one step and six hundred; zeros where programs take short cuts; one
model used again and again.
"""

import numpy as np

from autograder.grading import same


def draw(rng, *shape, scale=1.0):
    return scale * rng.standard_normal(shape)


def layer_case(rng, B, T, D, H):
    """Weights of a contractive MyRNN, x and h0, none of them zero."""
    weights = {
        "cell.W_xh.weight": draw(rng, H, D, scale=0.5),
        "cell.W_hh.weight": draw(rng, H, H, scale=0.6 / np.sqrt(H)),
        "cell.W_hh.bias": draw(rng, H, scale=0.3),
    }
    return weights, draw(rng, B, T, D), rng.uniform(-0.9, 0.9, (B, H))


def single(case):
    """The case in float32."""
    return [
        {name: array.astype(np.float32) for name, array in part.items()}
        if isinstance(part, dict)
        else part.astype(np.float32)
        for part in case
    ]


MODES = "training", "evaluation", "without gradients"


def agrees(answer, want, lookalikes=None):
    """Values first, then the gradients."""
    same(answer["values"], want["values"])
    same(answer["gradients"], want["gradients"], lookalikes=lookalikes)
