"""Checks of lstm_with_forget_bias."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, tensor

from .cases import lstm_inputs, network


@demand("forget_bias")
@public
def test_forget_bias(student, reference, rng):
    """gives every forget gate the total bias that was asked for"""
    case = 3, 5, 1.5, lstm_inputs(rng, 3, 5)
    same(
        student.probe.lstm_facts(*case)["forget bias"],
        reference.probe.lstm_facts(*case)["forget bias"],
    )


@demand("layer")
@public
def test_settings(student, reference, rng):
    """makes one trainable batch-first layer of the given sizes"""
    case = 3, 5, 1.0, lstm_inputs(rng, 3, 5)
    same(student.probe.lstm_settings(*case), reference.probe.lstm_settings(*case))


@demand("other_parameters")
@public
def test_other_parameters(student, reference, rng):
    """leaves every other parameter as PyTorch draws it"""
    case = 48, 64, 2.0, lstm_inputs(rng, 48, 64)
    want = reference.probe.lstm_facts(*case)
    same(student.probe.lstm_facts(*case)["parameters"], want["parameters"])


@demand("harmless")
@public
def test_three(student, reference, rng):
    """makes a new LSTM each time, with weights drawn anew, and seeds no generator"""
    case = 3, 4, [1.0, -2.0, 0.5], lstm_inputs(rng, 3, 4)
    answer = student.probe.three_lstms(*case)
    same(answer, reference.probe.three_lstms(*case))
    leaves_globals_alone(answer, "torch.random")


@demand("forget_bias")
@pytest.mark.parametrize("forget_bias", [0.0, -1.5, 0.123456, 12.0, -12.0])
def test_forget_biases(student, reference, rng, forget_bias):
    """is right for any bias, also zero and negative ones"""
    answer = student.probe.lstm_facts(4, 6, forget_bias, lstm_inputs(rng, 4, 6))
    same(answer["forget bias"], np.full(6, forget_bias, np.float32))


@demand("forget_bias")
@pytest.mark.parametrize("D, H", [(1, 1), (5, 5), (10, 2), (1, 10), (20, 70)])
def test_lstm_sizes(student, rng, D, H):
    """gives the bias to forget gates of other sizes"""
    case = D, H, 2.5, lstm_inputs(rng, D, H)
    same(student.probe.lstm_facts(*case)["forget bias"], np.full(H, 2.5, np.float32))


@demand("layer")
@pytest.mark.parametrize("D, H", [(1, 1), (10, 2), (1, 10)])
def test_settings_of(student, reference, rng, D, H):
    """makes a layer of other sizes"""
    case = D, H, 2.5, lstm_inputs(rng, D, H)
    same(student.probe.lstm_settings(*case), reference.probe.lstm_settings(*case))


@demand("other_parameters")
@pytest.mark.parametrize("D, H, forget_bias", [(64, 40, 0.5), (7, 80, -1.0)])
def test_other_parameters_of(student, reference, rng, D, H, forget_bias):
    """leaves the other parameters as PyTorch draws them, for other sizes and biases"""
    case = D, H, forget_bias, lstm_inputs(rng, D, H), [0, 2, 3]  # the gates in order: i, f, g, o
    same(
        student.probe.lstm_facts(*case)["parameters"],
        reference.probe.lstm_facts(*case)["parameters"],
    )


@demand("layer")
def test_runs(student, reference, rng):
    """makes an LSTM that runs and can be trained"""
    weights = network(rng, "LSTM", D=3, H=4, dtype=np.float32)["parameters"]
    case = {name: tensor(w) for name, w in weights.items()}, lstm_inputs(rng, 3, 4)["x"], 1.0
    same(student.probe.lstm_run(*case), reference.probe.lstm_run(*case))
