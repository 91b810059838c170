"""Checks of plot_gradient_norms."""

import numpy as np

from autograder.grading import leaves_globals_alone, public, same, unmodified

from .cases import noisy_decay


def curves(rng, lengths, names, rate=-0.1):
    return {name: noisy_decay(rng, lengths, rate * (i + 1)) for i, name in enumerate(names)}


@public
def test_picture(student, reference, rng):
    """draws one line for each name, on a logarithmic y axis, with labels and a legend"""
    lengths = [5, 10, 20]
    case = lengths, curves(rng, lengths, ["RNN", "LSTM"])
    answer = student.probe.drawn_figure(*case)
    same(answer["figure"], reference.probe.drawn_figure(*case)["figure"])
    leaves_globals_alone(answer)  # first, as a changed setting stays changed


@public
def test_one_line(student, reference, rng):
    """has a legend for a single line as well"""
    case = [1, 2, 4, 8], {"GRU": [0.5, 1.5, 0.25, 0.125]}
    same(student.probe.drawn_figure(*case)["figure"], reference.probe.drawn_figure(*case)["figure"])


def test_four_lines(student, reference, rng):
    """draws four lines over a wide range of norms and of lengths, which are not in order"""
    lengths = [50, 5, 200, 10, 100, 20]
    case = lengths, curves(rng, lengths, ["LSTM", "LSTM, bias 1", "a_b", "RNN"], rate=-0.2)
    same(student.probe.drawn_figure(*case)["figure"], reference.probe.drawn_figure(*case)["figure"])


def test_one_length(student, reference, rng):
    """draws two names that have one length, one norm small and one large"""
    small, large = 10 ** rng.uniform(-10.0, -8.0), 10 ** rng.uniform(3.0, 4.0)
    case = [int(rng.integers(2, 40))], {"first": [small], "second": [large]}
    same(student.probe.drawn_figure(*case)["figure"], reference.probe.drawn_figure(*case)["figure"])


def test_many_lines(student, reference, rng):
    """draws twelve lines of sixty points"""
    lengths = rng.permutation(np.arange(1, 61)).tolist()
    norms = curves(rng, lengths, list("abcdefghij"), rate=-0.01)
    case = lengths, {**norms, "k": norms["a"], "l": norms["b"]}  # after ten, colours come again
    same(student.probe.drawn_figure(*case)["figure"], reference.probe.drawn_figure(*case)["figure"])


@public
def test_repeated_lengths(student, reference, rng):
    """draws every point, also where lengths occur twice and two names have the same norms"""
    norms = [0.5, 2.0, 0.25]
    case = [3, 8, 3], {"one": norms, "two": norms}
    same(student.probe.drawn_figure(*case)["figure"], reference.probe.drawn_figure(*case)["figure"])


@public
def test_only_returned(student, reference, rng):
    """neither shows nor saves the figure"""
    case = [1, 2], {"RNN": [0.5, 0.25]}
    same(student.probe.only_returned(*case), reference.probe.only_returned(*case))


@public
def test_second_figure(student, reference, rng):
    """starts a new figure for each call and leaves other figures as they were"""
    first = [5, 10], curves(rng, [5, 10], ["first", "second"])
    second = [2, 4], curves(rng, [2, 4], ["third"])
    answer = student.probe.two_figures(first, second)
    same(answer, reference.probe.two_figures(first, second))


@public
def test_arguments_of_plot(student, reference, rng):
    """leaves its arguments as they were"""
    lengths = [9, 3, 27]
    norms = curves(rng, lengths, ["b", "a"])
    answer = student.probe.drawn_figure(lengths, norms)
    same(answer["figure"], reference.probe.drawn_figure(lengths, norms)["figure"])
    unmodified(answer)
