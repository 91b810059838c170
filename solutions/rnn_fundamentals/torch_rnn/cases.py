"""What the checks of torch_rnn.py share.

The oracle computes results with PyTorch's own recurrence, and every gradient for random upstream
gradients, in float64. Sizes differ or coincide, states and biases are not zero, sequences have one
step or hundreds. Inputs are zero where programs take short cuts, and one model is called several
times.
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


def in_float32(case):
    """The case in float32."""
    return [
        {name: array.astype(np.float32) for name, array in part.items()}
        if isinstance(part, dict)
        else part.astype(np.float32)
        for part in case
    ]


MODES = "training", "evaluation", "without gradients"


def compare(answer, want, lookalikes=None):
    """Compare values and gradients."""
    same(answer, want, lookalikes=lookalikes)
