"""Checks of plot_gradient_norms."""

import numpy as np

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import noisy_decay


def curves(rng, lengths, names, rate=-0.1):
    return {name: noisy_decay(rng, lengths, rate * (i + 1)) for i, name in enumerate(names)}


@demand("lines")
@public
def test_lines(student, reference, rng):
    """draws one line for each name, lengths on x and norms on y"""
    lengths = [5, 10, 20]
    case = lengths, curves(rng, lengths, ["RNN", "LSTM"])
    same(student.probe.drawn_lines(*case), reference.probe.drawn_lines(*case))


@demand("axes")
@public
def test_axes(student, reference, rng):
    """has a logarithmic y axis, and a label on each axis"""
    case = [2, 6, 18], curves(rng, [2, 6, 18], ["RNN"])
    answer, want = student.probe.axes_of_figure(*case), reference.probe.axes_of_figure(*case)
    same(answer["asked for"], want["asked for"])


@demand("legend")
@public
def test_legend(student, reference, rng):
    """has a legend with the names, also for a single line"""
    case = [1, 2, 4, 8], {"GRU": [0.5, 1.5, 0.25, 0.125]}
    same(student.probe.names_in_legend(*case), reference.probe.names_in_legend(*case))


@demand("harmless")
@public
def test_arguments_and_settings(student, rng):
    """leaves its arguments and matplotlib's settings as they were"""
    lengths = [9, 3, 27]
    answer = student.probe.drawn_lines(lengths, curves(rng, lengths, ["b", "a"]))
    unmodified(answer)
    leaves_globals_alone(answer)


@demand("lines")
def test_four_lines(student, reference, rng):
    """draws four lines over a wide range of norms and of lengths, which are not in order"""
    lengths = [50, 5, 200, 10, 100, 20]
    case = lengths, curves(rng, lengths, ["LSTM", "LSTM, bias 1", "a_b", "RNN"], rate=-0.2)
    same(student.probe.drawn_lines(*case), reference.probe.drawn_lines(*case))


@demand("lines")
def test_one_length(student, reference, rng):
    """draws two names that have one length, one norm small and one large"""
    small, large = 10 ** rng.uniform(-10.0, -8.0), 10 ** rng.uniform(3.0, 4.0)
    case = [int(rng.integers(2, 40))], {"first": [small], "second": [large]}
    same(student.probe.drawn_lines(*case), reference.probe.drawn_lines(*case))


@demand("legend")
def test_legend_of_many(student, reference, rng):
    """names each of five lines in the legend, names inside other names included"""
    names = ["LSTM", "LSTM, bias 1", "a_b", "RNN", "A"]
    case = [5, 20, 50], curves(rng, [5, 20, 50], names)
    same(student.probe.names_in_legend(*case), reference.probe.names_in_legend(*case))


@demand("lines")
def test_many_lines(student, reference, rng):
    """draws twelve lines of sixty points"""
    lengths = rng.permutation(np.arange(1, 61)).tolist()
    norms = curves(rng, lengths, list("abcdefghij"), rate=-0.01)
    case = lengths, {**norms, "k": norms["a"], "l": norms["b"]}  # after ten, colours come again
    same(student.probe.drawn_lines(*case), reference.probe.drawn_lines(*case))


@demand("lines")
@public
def test_repeated_lengths(student, reference, rng):
    """draws every point, also where lengths occur twice and two names have the same norms"""
    norms = [0.5, 2.0, 0.25]
    case = [3, 8, 3], {"one": norms, "two": norms}
    same(student.probe.drawn_lines(*case), reference.probe.drawn_lines(*case))


@demand("harmless")
@public
def test_only_returned(student, reference, rng):
    """neither shows nor saves the figure"""
    case = [1, 2], {"RNN": [0.5, 0.25]}
    same(student.probe.only_returned(*case), reference.probe.only_returned(*case))


@demand("harmless")
@public
def test_second_figure(student, reference, rng):
    """starts a new figure for each call and leaves other figures as they were"""
    first = [5, 10], curves(rng, [5, 10], ["first", "second"])
    second = [2, 4], curves(rng, [2, 4], ["third"])
    answer = student.probe.two_figures(first, second)
    same(answer, reference.probe.two_figures(first, second))
