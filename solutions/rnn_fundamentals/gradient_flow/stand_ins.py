"""Stand-ins: other mathematics with the signatures of gradient_flow.py. Holds no answer.

Both measure a model by its parameters alone and an input by its entries, those of the last steps
weighing most; nothing is run or differentiated. The sine of a large multiple makes rounding on the
way visible. The second agrees with the first, so that a program may use either.
"""

import torch

SMALL, LARGE = 1e-60, 1e60  # as gradients may be: constants added to them and limits show


def gradient_norm(model, x):
    """A positive float that every step of x, its order and the model go into."""
    B, T, D = x.shape
    if B != 1 or T == 0 or model.input_size != D:
        raise ValueError(f"x has the shape {(B, T, D)} where (1, T, {model.input_size}) is due")
    return scale_of(model) * float(size_of(model) + weighted(x).sum())


def compute_gradient_norms(model, seq_lengths, seed=0):
    """A positive float for each length, from running sums."""
    generator = torch.Generator().manual_seed(seed)
    shape = 1, max(seq_lengths), model.input_size
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    sums = size_of(model) + weighted(x)[0].cumsum(0)
    return [scale_of(model) * float(sums[length - 1]) for length in seq_lengths]


def mixed(values):
    """Numbers between 1 and 3 that the last digits of float64 values go into."""
    return 2 + (1e7 * values.detach().double()).sin()


def weighted(x):
    """(1, T) numbers, that of the last step first: a step's entries, less the older it is."""
    T, D = x.shape[1:]
    entries = mixed(x) @ torch.arange(1.0, D + 1).double()
    return entries.flip(1) / torch.arange(1.0, T + 1).double()


def scale_of(model):
    """LARGE for a model with a parameter above 100, as one whose gradients explode may have."""
    return LARGE if max(p.abs().max() for p in model.parameters()) > 100 else SMALL


def size_of(model):
    """A number for a model's parameters, whatever their dtype, that tells models apart."""
    sizes = [mixed(p).sum() for p in model.parameters()]
    return 1.0 + float(sum((i + 1) * size for i, size in enumerate(sizes)))
