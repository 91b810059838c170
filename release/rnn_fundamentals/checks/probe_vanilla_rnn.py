"""Probes of vanilla_rnn.py: make a network, run it, return arrays. Released; holds no answer."""

import numpy as np

from autograder.probing import unpack

STEP = ("x", "h_prev", "W_xh", "W_hh", "b_h")


def three_steps(module, first, second):
    """Return the states of three steps: of the first numbers, the second, and the first again.

    The first two calls get the same arrays, in Fortran order, with other numbers in them.
    """
    arrays = [np.array(a, order="F") for a in first]
    results = {"first": module.rnn_step(*arrays)}
    for array, numbers in zip(arrays, second, strict=True):
        array[:] = numbers
    results["second"] = module.rnn_step(**dict(zip(STEP, arrays, strict=True)))
    results["third"] = module.rnn_step(*first)
    return results


def run_steps(module, inputs, h_prev, W_xh, W_hh, b_h):
    """Return the state after each input, each step from the state before."""
    states = []
    for x in inputs:
        h_prev = module.rnn_step(x, h_prev, W_xh, W_hh, b_h)
        states.append(h_prev)
    return states


def forward(module, weights, inputs, h_prev=None):
    """Make a VanillaRNN with the given weights, run it, return (outputs, hidden_states)."""
    rnn = _network(module, weights)
    result = rnn.forward(inputs) if h_prev is None else rnn.forward(inputs, h_prev)
    return unpack(result, 2, "forward")


def runs_of_one_network(module, weights, first, second, h_prev):
    """Run one network over several sequences, and in between another network in float32.

    Before these runs, the caller writes into an initial state that an earlier run returned.
    """
    rnn = _network(module, weights)
    h_0 = unpack(rnn.forward(first), 2, "forward")[1][0]
    if h_0.flags.writeable:
        h_0[:] = 7.0
    single = {name: weight.astype(np.float32) for name, weight in weights.items()}
    results = {
        "first": rnn.forward(first),
        "float32": _network(module, single).forward([x.astype(np.float32) for x in first]),
        "second": rnn.forward(second, h_prev=h_prev),
        "third": rnn.forward(first, -h_prev),
        "fourth": rnn.forward(second),
    }
    return {name: _parts(result) for name, result in results.items()}


def forward_after_changes(module, before, after, inputs, h_prev):
    """Make the same call three times; before the second and third the weights change.

    First other numbers are written into the arrays, then other arrays are assigned.
    """
    rnn = _network(module, {name: weight.copy() for name, weight in before.items()})
    results = {"before": rnn.forward(inputs, h_prev)}
    for name, weight in after.items():
        getattr(rnn, name)[:] = weight
    results["written"] = rnn.forward(inputs, h_prev)
    _assign(rnn, before)
    results["assigned"] = rnn.forward(inputs, h_prev)
    return {name: _parts(result) for name, result in results.items()}


def _network(module, weights):
    H, D = weights["W_xh"].shape
    rnn = module.VanillaRNN(D, H, len(weights["b_y"]))
    _assign(rnn, weights)
    return rnn


def _assign(rnn, weights):
    for name, weight in weights.items():
        setattr(rnn, name, weight)


def _parts(result):
    outputs, hidden_states = unpack(result, 2, "forward")
    return {"outputs": outputs, "hidden_states": hidden_states}
