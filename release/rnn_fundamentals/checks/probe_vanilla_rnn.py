"""Runs beside the student's code and turns a network into numbers. Holds no answer."""

from autograder.probing import unpack


def forward(module, weights, inputs, h_prev=None):
    """Make a VanillaRNN with these weights and run it; (outputs, hidden_states)."""
    H, D = weights["W_xh"].shape
    rnn = module.VanillaRNN(D, H, len(weights["b_y"]))
    for name, value in weights.items():
        setattr(rnn, name, value)
    result = rnn.forward(inputs) if h_prev is None else rnn.forward(inputs, h_prev)
    return unpack(result, 2, "forward")


def forward_twice(module, weights, first, second, h_prev):
    """Run one network over two sequences; the result of the second."""
    H, D = weights["W_xh"].shape
    rnn = module.VanillaRNN(D, H, len(weights["b_y"]))
    for name, value in weights.items():
        setattr(rnn, name, value)
    rnn.forward(first, h_prev)
    return unpack(rnn.forward(second), 2, "forward")
