"""Checks of compare_gradient_norms."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import RTOL, constant_factor, network, same_left_behind, same_norms


def several(rng, D=3, dtype=np.float64, kinds=("RNN", "LSTM", "GRU")):
    return {
        f"{kind} {i}": network(rng, kind, D, 3 + i, dtype=dtype) for i, kind in enumerate(kinds)
    }


def same_comparison(answer, want):
    same(answer, want, rtol=RTOL)
    for name in want.value:
        same_norms(answer[name], want[name])


@demand("norms")
@public
def test_two_models(student, reference, rng):
    """measures every model under its name"""
    models = {"a": network(rng, H=2), "b": network(rng, H=3)}
    case = models, [1, 2, 4]
    same(student.probe.comparison(*case), reference.probe.comparison(*case), rtol=RTOL)


@demand("passed_on")
@public
def test_seed(student, reference, rng):
    """puts the same input, drawn with the seed, into all models"""
    model = network(rng, H=2)
    case = {"one": model, "two": model}, [3, 1], 9
    same(student.probe.comparison(*case), reference.probe.comparison(*case), rtol=RTOL)


@demand("passed_on")
@pytest.mark.parametrize("seed, lengths", [(3, [2, 4]), (0, [6, 2, 2])])
def test_seeds_of_models(student, reference, rng, seed, lengths):
    """passes every seed and every list of lengths on"""
    case = several(rng, 4, "float64", ("LSTM", "RNN")), lengths, seed
    same_comparison(student.probe.comparison(*case), reference.probe.comparison(*case))


@demand("norms")
@pytest.mark.parametrize("seed, dtype", [(0, "float64"), (0, "float32")])
def test_kinds_of_models(student, reference, rng, seed, dtype):
    """is right for several kinds of models"""
    case = several(rng, 4, dtype, ("LSTM", "RNN", "Scan", "GRU")), [2, 6], seed
    same_comparison(student.probe.comparison(*case), reference.probe.comparison(*case))


@demand("norms")
@pytest.mark.parametrize("names", [["alone"], ["_a", "b c", "a_b", "a", "b", "c", "d", "B"]])
def test_one_model(student, reference, rng, names):
    """is right for one model, under one name or many, and one length"""
    case = dict.fromkeys(names, network(rng)), [6], 0
    same_comparison(student.probe.comparison(*case), reference.probe.comparison(*case))


@demand("norms")
@public
def test_small_and_large_norms(student, reference, rng):
    """returns norms from 1e-110 to 1e110 without changing them"""
    case = (
        {"vanishing": constant_factor(rng, 0.005), "exploding": constant_factor(rng, 200.0)},
        [2, 49],
        0,
    )
    same_comparison(student.probe.comparison(*case), reference.probe.comparison(*case))


@demand("harmless")
@public
def test_comparisons_in_turn(student, reference, rng):
    """measures again in every call, and does not change dicts that it returned before"""
    first, second = ({name: network(rng, D=2, H=2) for name in "xy"} for _ in range(2))
    case = first, second, [1, 3], 0
    names = "first call", "second call, other models", "third call, other weights"
    answer, want = (
        student.probe.comparisons_three_times(*case),
        reference.probe.comparisons_three_times(*case),
    )
    same(answer, want, names=names, rtol=RTOL)


@demand("norms")
def test_order_of_models(student, reference, rng):
    """keeps model and name together, whatever the order"""
    models = several(rng)
    backwards = dict(reversed(models.items()))
    want = reference.probe.comparison(models, [2, 5], 0)
    same_comparison(student.probe.comparison(backwards, [2, 5], 0), want)


@demand("harmless")
@public
def test_left_alone_by_comparison(student, reference, rng):
    """leaves models, seq_lengths and every global setting as they were"""
    case = several(rng, D=2, dtype=np.float32, kinds=("RNN", "GRU")), [4, 1, 2, 2], 0
    answer = student.probe.models_after_comparison(*case)
    same_left_behind(answer, reference.probe.models_after_comparison(*case))
    leaves_globals_alone(answer)
    unmodified(answer)
