"""Probes of bptt.py: call it with a network made of arrays. Released; holds no answer.

`rnn` is a dict of the five weights, and a sequence is the three lists (inputs, hidden_states,
d_outputs).
"""

import numpy as np

STEP = ("dh", "x", "h_prev", "h", "W_xh", "W_hh")
LISTS = ("inputs", "hidden_states", "d_outputs")
NAMES = ("W_xh", "W_hh", "W_hy", "b_h", "b_y")


class FiveWeights:
    """A network that has its five weights as attributes, and nothing else."""

    def __init__(self, weights):
        for name in NAMES:
            setattr(self, name, weights[name])


def bptt(module, rnn, inputs, hidden_states, d_outputs):
    """Return the gradients of one sequence."""
    return module.bptt(FiveWeights(rnn), inputs, hidden_states, d_outputs)


def three_bptt_calls(module, rnn, lists, other, other_lists):
    """Return the gradients of a network and a sequence, of another pair, and of the first again.

    All calls get the same network object: before the second call its arrays and those of the lists
    get other numbers, before the third the network gets other arrays.
    """
    network = FiveWeights({name: weight.copy() for name, weight in rnn.items()})
    ours = [[array.copy() for array in arrays] for arrays in lists]
    results = [module.bptt(network, *ours)]
    for name in NAMES:
        getattr(network, name)[:] = other[name]
    for arrays, numbers in zip(ours, other_lists, strict=True):
        for array, values in zip(arrays, numbers, strict=True):
            array[:] = values
    results.append(module.bptt(network, *ours))
    for name in NAMES:
        setattr(network, name, rnn[name])
    results.append(module.bptt(rnn=network, **dict(zip(LISTS, lists, strict=True))))
    return results


def bptt_and_arguments(module, rnn, inputs, hidden_states, d_outputs):
    """Return the gradients of a call, and its arguments as they are after it."""
    network = FiveWeights(rnn)
    gradients = module.bptt(network, inputs, hidden_states, d_outputs)
    weights = {name: getattr(network, name, None) for name in NAMES}
    return {"gradients": gradients, "arguments": [weights, inputs, hidden_states, d_outputs]}


def three_steps_back(module, first, second):
    """Return the gradients of a step, of another step, and of the first again.

    The first two calls get the same arrays, in Fortran order, with other numbers in them.
    """
    arrays = [np.array(a, order="F") for a in first]
    results = [module.rnn_step_backward(*arrays)]
    for array, numbers in zip(arrays, second, strict=True):
        array[:] = numbers
    results.append(module.rnn_step_backward(**dict(zip(STEP, arrays, strict=True))))
    results.append(module.rnn_step_backward(*first))
    return results
