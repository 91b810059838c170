"""Checks of compute_gradient_norms."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import RTOL, constant_factor, network, same_left_behind, same_norms


@demand("lengths")
@public
def test_three_lengths(student, reference, rng):
    """measures, for each length, the last steps of one draw"""
    case = network(rng), [2, 3, 5], 0
    same(student.probe.norms(*case), reference.probe.norms(*case), rtol=RTOL)


@demand("order")
@public
def test_order_and_repeats(student, reference, rng):
    """keeps the order and the repeats of seq_lengths"""
    case = network(rng), [4, 1, 3, 3], 0
    same(student.probe.norms(*case), reference.probe.norms(*case), rtol=RTOL)


@demand("lengths")
@public
def test_other_input_size(student, reference, rng):
    """takes the input size from the model, and seed 0 by default"""
    case = network(rng, "LSTM", D=5, H=2, dtype=np.float32), [3, 4]
    same(student.probe.norms(*case), reference.probe.norms(*case), rtol=RTOL)


@demand("harmless")
@public
def test_left_alone(student, reference, rng):
    """leaves model, seq_lengths and every global setting as they were"""
    case = network(rng, D=2, H=2, dtype=np.float32), [3, 1, 2, 2], 0
    answer = student.probe.model_after_norms(*case)
    same_left_behind(answer, reference.probe.model_after_norms(*case))
    leaves_globals_alone(answer)
    unmodified(answer)


@demand("any_case")
@public
@pytest.mark.parametrize("a", [0.005, 200.0])
def test_range(student, reference, rng, a):
    """returns norms from 1e-110 to 1e110 without changing them"""
    case = constant_factor(rng, a), [2, 49], 0
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@demand("harmless")
@public
def test_in_turn(student, reference, rng):
    """measures again in every call, and does not change lists that it returned before"""
    case = network(rng, D=2, H=2), [1, 3], [1, 2, 5], 0
    names = "first call, more lengths", "second call", "third call, other weights"
    answer, want = student.probe.norms_three_times(*case), reference.probe.norms_three_times(*case)
    same(answer, want, names=names, rtol=RTOL)


@demand("seed")
@public
def test_seed(student, reference, rng):
    """draws another input with another seed"""
    case = network(rng, D=2, H=3), [2, 4], 5
    same(student.probe.norms(*case), reference.probe.norms(*case), rtol=RTOL)


@demand("seed")
@pytest.mark.parametrize("seed", [1, 3, 70000])
def test_seeds(student, reference, rng, seed):
    """draws the input with the seed"""
    case = network(rng), [2, 6, 9], seed
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@demand("lengths")
@pytest.mark.parametrize("D", [1, 10])
def test_input_sizes(student, reference, rng, D):
    """is right for other input sizes"""
    case = network(rng, D=D), [2, 6, 9], 0
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@demand("lengths")
@pytest.mark.parametrize(
    "kind, dtype",
    [
        ("RNN", "float64"),
        ("RNN", "float32"),
        ("LSTM", "float32"),
        ("GRU", "float64"),
        ("Scan", "float32"),
    ],
)
def test_models(student, reference, rng, kind, dtype):
    """is right for every kind of model"""
    case = network(rng, kind, dtype=dtype), [3, 12], 0
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@demand("order")
@pytest.mark.parametrize(
    "lengths",
    [
        [1],
        [8],
        [1, 1, 1],
        [20, 10, 1],
        [2, 90, 2],
        [9, 3, 14, 1, 6, 2, 5, 4, 7, 7],
        (9, 4, 6),
    ],
)
def test_lists(student, reference, rng, lengths):
    """is right for lists of every kind: one entry or many, repeats, any order, a tuple"""
    case = network(rng), lengths, 0
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@demand("harmless")
@pytest.mark.parametrize("kind", ["LSTM", "Scan"])
def test_model_left_alone_by_lengths(student, reference, rng, kind):
    """leaves models of every kind as they were"""
    case = network(rng, kind), [2, 5], 0, "evaluation"
    answer = student.probe.model_after_norms(*case)
    same_left_behind(answer, reference.probe.model_after_norms(*case))


@demand("harmless")
def test_norms_again(student, reference, rng):
    """gives the same norms when it is called again, and changes no global setting"""
    first, second = (network(rng), [4, 7], 0), (network(rng, "GRU", D=5), [2, 3, 8], 0)
    student.probe.norms(*first)
    student.probe.norms(*second)
    again = student.probe.norms(*first)
    same_norms(again, reference.probe.norms(*first))
    leaves_globals_alone(again)
