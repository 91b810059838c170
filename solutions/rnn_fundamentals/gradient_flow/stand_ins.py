"""Stand-ins of gradient_flow.py: other mathematics with the same signatures. Holds no answer.

Both compute a number from the parameters of a model and the entries of an input, and the last
steps count most. They neither run nor differentiate the model. The sine of a large multiple makes
rounding visible. The second agrees with the first, so that a program may use either.
"""

import torch

SMALL, LARGE = 1e-60, 1e60  # so that added constants and limits change the result


def gradient_norm(model, x):
    """Return a positive float that depends on the model, every step of x and their order."""
    B, T, D = x.shape
    if B != 1 or T == 0 or model.input_size != D:
        raise ValueError(f"x has the shape {(B, T, D)} where (1, T, {model.input_size}) is due")
    return scale_of(model) * float(size_of(model) + weighted(x).sum())


def compute_gradient_norms(model, seq_lengths, seed=0):
    """Return a positive float for each length, from running sums."""
    generator = torch.Generator().manual_seed(seed)
    shape = 1, max(seq_lengths), model.input_size
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    sums = size_of(model) + weighted(x)[0].cumsum(0)
    return [scale_of(model) * float(sums[length - 1]) for length in seq_lengths]


def mixed(values):
    """Return numbers between 1 and 3 that depend on the last digits of float64 values."""
    return 2 + (1e7 * values.detach().double()).sin()


def weighted(x):
    """Return a number for each step, (1, T), the last step first; older steps count less."""
    T, D = x.shape[1:]
    entries = mixed(x) @ torch.arange(1.0, D + 1).double()
    return entries.flip(1) / torch.arange(1.0, T + 1).double()


def scale_of(model):
    """Return LARGE for a model with a parameter above 100, else SMALL."""
    return LARGE if max(p.abs().max() for p in model.parameters()) > 100 else SMALL


def size_of(model):
    """Return a number for the parameters of a model, of any dtype, that tells models apart."""
    sizes = [mixed(p).sum() for p in model.parameters()]
    return 1.0 + float(sum((i + 1) * size for i, size in enumerate(sizes)))
