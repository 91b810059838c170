"""Derivatives by central differences of forward passes of its own: no chain rule, no solution.

Of errors, rounding grows and truncation shrinks with a smaller STEP; near the cube root of the
machine precision both are about 1e-10.
"""

import numpy as np

STEP = 6e-6


def differences(function, at):
    """The gradient of a function of one array, at `at`."""
    gradient = np.zeros_like(at)
    for index in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[index] = STEP
        gradient[index] = (function(at + nudge) - function(at - nudge)) / (2 * STEP)
    return gradient


def step_by_differences(module, dh, x, h_prev, W_xh, W_hh, b_h):
    """What rnn_step_backward should return."""

    def loss(x, h_prev, W_xh, W_hh, b_h):
        return np.sum(dh * np.tanh(W_xh @ x + W_hh @ h_prev + b_h))

    point = [x, h_prev, W_xh, W_hh, b_h]
    return [
        differences(lambda value, i=i: loss(*point[:i], value, *point[i + 1 :]), point[i])
        for i in range(len(point))
    ]


def bptt_by_differences(module, rnn, inputs, h_0, d_outputs):
    """What bptt should return."""

    def loss(W_xh, W_hh, W_hy, b_h, b_y, inputs, h_0):
        total, h = 0.0, h_0
        for x, dy in zip(inputs, d_outputs, strict=True):
            h = np.tanh(W_xh @ x + W_hh @ h + b_h)
            total += np.sum(dy * (W_hy @ h + b_y))
        return total

    point = {**rnn, "inputs": np.array(inputs), "h_0": h_0}
    gradients = {
        name: differences(lambda value, name=name: loss(**{**point, name: value}), point[name])
        for name in point
    }
    return {**gradients, "inputs": list(gradients["inputs"])}
