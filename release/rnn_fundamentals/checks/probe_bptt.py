"""Runs beside the student's code and turns a network into numbers. Holds no answer.

In these functions `rnn` is a dict of the five weights, and a sequence is the three lists
(inputs, hidden_states, d_outputs).
"""

NAMES = ("W_xh", "W_hh", "W_hy", "b_h", "b_y")


class FiveWeights:
    """A network of which there is nothing but its weights."""

    def __init__(self, weights):
        for name in NAMES:
            setattr(self, name, weights[name])


def bptt(module, rnn, inputs, hidden_states, d_outputs):
    """The gradients of one sequence."""
    return module.bptt(FiveWeights(rnn), inputs, hidden_states, d_outputs)


def bptt_in_turn(module, rnn, first, second):
    """The gradients of two sequences, and of the first once more, with one network object."""
    network = FiveWeights(rnn)
    return [module.bptt(network, *lists) for lists in (first, second, first)]


def left_by_bptt(module, rnn, inputs, hidden_states, d_outputs):
    """What the arguments of a call are after it."""
    network = FiveWeights(rnn)
    module.bptt(network, inputs, hidden_states, d_outputs)
    weights = {name: getattr(network, name, None) for name in NAMES}
    return [weights, inputs, hidden_states, d_outputs]


def steps_in_turn(module, first, second):
    """The gradients of two single steps, and of the first once more."""
    return [module.rnn_step_backward(*case) for case in (first, second, first)]
