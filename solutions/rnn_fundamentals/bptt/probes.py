"""Runs beside the student's code and turns a network into numbers. Holds no answer.

In these functions `rnn` is a dict of the five weights, and a sequence is the three lists
(inputs, hidden_states, d_outputs).
"""

import numpy as np

STEP = ("dh", "x", "h_prev", "h", "W_xh", "W_hh")
LISTS = ("inputs", "hidden_states", "d_outputs")
NAMES = ("W_xh", "W_hh", "W_hy", "b_h", "b_y")


class FiveWeights:
    """A network of which there is nothing but its weights."""

    def __init__(self, weights):
        for name in NAMES:
            setattr(self, name, weights[name])


def bptt(module, rnn, inputs, hidden_states, d_outputs):
    """The gradients of one sequence."""
    return module.bptt(FiveWeights(rnn), inputs, hidden_states, d_outputs)


def bptt_in_turn(module, rnn, lists, other, other_lists):
    """The gradients of a network and a sequence, of another one, and of the first once more.

    All with one object: it gets other numbers in its arrays, and then other arrays. The lists
    get other numbers, too.
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


def left_by_bptt(module, rnn, inputs, hidden_states, d_outputs):
    """What the arguments of a call are after it."""
    network = FiveWeights(rnn)
    module.bptt(network, inputs, hidden_states, d_outputs)
    weights = {name: getattr(network, name, None) for name in NAMES}
    return [weights, inputs, hidden_states, d_outputs]


def steps_in_turn(module, first, second):
    """The gradients of a step, of another one, and of the first once more.

    The first two have the same arrays, column by column in memory, with other numbers in them.
    """
    arrays = [np.array(a, order="F") for a in first]
    results = [module.rnn_step_backward(*arrays)]
    for array, numbers in zip(arrays, second, strict=True):
        array[:] = numbers
    results.append(module.rnn_step_backward(**dict(zip(STEP, arrays, strict=True))))
    results.append(module.rnn_step_backward(*first))
    return results
