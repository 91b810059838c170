"""Oracles of bptt.py: derivatives by central differences, and truncated backpropagation.

The differences are of fourth order (Abramowitz & Stegun 1964, 25.3.6), of a forward pass written
here. With a smaller STEP the truncation error shrinks and the rounding error grows; near the fifth
root of the machine precision both are about 1e-12.
"""

import numpy as np

STEP = 7e-4


def differences(function, at):
    """Return the gradient of a scalar function of one array at the array `at`."""
    gradient = np.zeros_like(at)
    for index in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[index] = STEP
        near = function(at + nudge) - function(at - nudge)
        far = function(at + 2 * nudge) - function(at - 2 * nudge)
        gradient[index] = (8 * near - far) / (12 * STEP)
    return gradient


def step_by_differences(module, dh, x, h_prev, W_xh, W_hh, b_h):
    """Return dx, dh_prev, dW_xh, dW_hh and db_h of one step, as rnn_step_backward should."""

    def loss(x, h_prev, W_xh, W_hh, b_h):
        return np.sum(dh * np.tanh(W_xh @ x + W_hh @ h_prev + b_h))

    point = [x, h_prev, W_xh, W_hh, b_h]
    return [
        differences(lambda value, i=i: loss(*point[:i], value, *point[i + 1 :]), point[i])
        for i in range(len(point))
    ]


def bptt_by_differences(module, rnn, inputs, h_0, d_outputs):
    """Return the gradients that bptt should return."""

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


def truncated(module, rnn, inputs, hidden_states, d_outputs, k):
    """Return the gradients of BPTT truncated after k steps (Williams & Peng 1990)."""
    T = len(inputs)
    total = {name: np.zeros_like(value) for name, value in rnn.items()}
    total |= {"inputs": [np.zeros_like(x) for x in inputs], "h_0": np.zeros_like(hidden_states[0])}
    for t in range(T):
        dh = rnn["W_hy"].T @ d_outputs[t]
        total["W_hy"] += np.outer(d_outputs[t], hidden_states[t + 1])
        total["b_y"] += d_outputs[t]
        for s in range(t, max(t - k, -1), -1):
            da = dh * (1 - hidden_states[s + 1]) * (1 + hidden_states[s + 1])
            total["W_xh"] += np.outer(da, inputs[s])
            total["W_hh"] += np.outer(da, hidden_states[s])
            total["b_h"] += da
            total["inputs"][s] += rnn["W_xh"].T @ da
            dh = rnn["W_hh"].T @ da
        if t - k < 0:
            total["h_0"] += dh
    return total
