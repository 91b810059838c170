"""How far gradients flow: measured, fitted and drawn, for any recurrent network of PyTorch.

Conventions of this file: batch first, x has the shape (1, T, D) with T steps of size D. A model
is any module that takes such an x and returns (outputs, state) with outputs (1, T, H): nn.RNN,
nn.LSTM and nn.GRU made with batch_first=True, or one of your own. A float is a Python float,
never a tensor. No function changes its arguments, its models or any global setting.
"""

import copy

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn


def sample_input(seq_len: int, input_size: int, seed: int = 0) -> torch.Tensor:
    """Draw an input from a random generator of its own. (Given.)

    Returns:
        (1, seq_len, input_size) standard normal, float64; the same for the same arguments.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, seq_len, input_size, generator=generator, dtype=torch.float64)


def gradient_norm(model: nn.Module, x: torch.Tensor) -> float:
    """Measure how strongly the last output depends on the first input.

        L = sum over the H entries of the last output        norm = || dL/dx_1 ||_2

    Args:
        model: a batch-first module that returns (outputs, state), of any dtype and in either
               mode; it may hold gradients already. It can be copied with copy.deepcopy.
        x:     (1, T, D) tensor of any floating dtype; T is at least 1. It may require a gradient.

    Returns:
        float, computed in float64 whatever the dtype of model and x: right to a relative error
        of 1e-9 for norms between 1e-140 and 1e140. Afterwards model (parameters, dtype, mode,
        gradients) and x (values, x.grad, x.requires_grad) are as they were.
    """
    # TODO: run the model, differentiate, take the norm (about 5 lines).
    raise NotImplementedError("gradient_norm")


def compute_gradient_norms(model: nn.Module, seq_lengths: list[int], seed: int = 0) -> list[float]:
    """Measure the gradient norm for several sequence lengths.

    There is one input for all lengths: one draw of sample_input, as long as the longest of them,
    with the model's input_size. A sequence of length n is its last n steps.

    Args:
        model:       as in gradient_norm, with an attribute input_size.
        seq_lengths: list or tuple of n positive ints, in any order, repeats allowed.
        seed:        int, the seed of sample_input.

    Returns:
        list of n floats: entry i is the gradient_norm for length seq_lengths[i].
    """
    # TODO: draw once, then one gradient_norm for each length (about 2 lines).
    raise NotImplementedError("compute_gradient_norms")


def decay_rate(seq_lengths: list[int], norms: list[float]) -> float:
    """Fit how many decades the gradient norm gains or loses with each further step.

    Args:
        seq_lengths: list of n lengths, in any order, at least two different ones.
        norms:       list of n positive floats, one for each length.

    Returns:
        float: the slope of the least-squares line through log10(norm) against length, in decades
        per step; below zero where gradients vanish, above where they explode.
    """
    # TODO: fit a straight line, return its slope (about 2 lines).
    raise NotImplementedError("decay_rate")


def lstm_with_forget_bias(input_size: int, hidden_size: int, forget_bias: float) -> nn.LSTM:
    """Make an LSTM whose forget gates start with a chosen bias.

    The total bias of a gate is everything constant in its pre-activation. How PyTorch lays out
    the parameters of the four gates is in the documentation of nn.LSTM.

    Args:
        input_size, hidden_size: D and H.
        forget_bias: float, the total bias of each of the H forget gates.

    Returns:
        nn.LSTM with one layer and batch_first=True, ready to be trained. Every parameter that is
        not a bias of a forget gate is as PyTorch initialises it. No random generator is seeded.
    """
    # TODO: make the LSTM, then set its forget gates' bias (about 6 lines).
    raise NotImplementedError("lstm_with_forget_bias")


def compare_gradient_norms(
    models: dict[str, nn.Module], seq_lengths: list[int], seed: int = 0
) -> dict[str, list[float]]:
    """Measure the gradient norms of several models, all on the same input.

    Args:
        models:      dict from a name to a model as in compute_gradient_norms; all have the same
                     input_size.
        seq_lengths: list of n lengths.
        seed:        int, the seed of the input.

    Returns:
        dict from each name to its list of n floats.
    """
    # TODO: one list of norms for each model (about 2 lines).
    raise NotImplementedError("compare_gradient_norms")


def plot_gradient_norms(seq_lengths: list[int], norms: dict[str, list[float]]) -> plt.Figure:
    """Draw gradient norms against sequence length.

    Args:
        seq_lengths: list of n lengths.
        norms:       dict from a name to its list of n positive floats.

    Returns:
        a new matplotlib Figure with one Axes: lengths on the x axis, norms on a logarithmic
        y axis, both labelled; one line for each name (further lines are allowed) and a legend
        with the names. It is neither shown nor saved, and no setting of matplotlib is changed.
    """
    # TODO: draw the lines, label the axes, return the figure (about 8 lines).
    raise NotImplementedError("plot_gradient_norms")
