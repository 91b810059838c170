"""Checks of normalised_mse."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import batch_of, echo_of, in_float32, outputs_of, weights_of

ABOUT = 1e-5  # where only what the call left behind is judged, a float32 will do


def error_of(weights, x, y):
    return float(np.mean((outputs_of(weights, x) - y) ** 2) / np.var(y))


@demand("value")
@public
def test_measure(student, reference, rng):
    """is the mean squared error in evaluation mode over the population variance of y"""
    case = weights_of(rng, O=2), *batch_of(rng, B=2, T=3, O=2)
    same(student.probe.measure(*case), reference.probe.measure(*case))


@demand("evaluation")
@public
@pytest.mark.parametrize("training", [True, False])
def test_mode(student, reference, rng, training):
    """leaves the model and all its parts in the modes that they had"""
    case = weights_of(rng, O=1), *batch_of(rng, B=2, T=3, O=1), training
    answer, want = (
        student.probe.modes_after_measure(*case),
        reference.probe.modes_after_measure(*case),
    )
    same(answer["runs"], want["runs"])
    same(answer["model"], want["model"])


@demand("any_case")
@public
@pytest.mark.parametrize("training", [True, False])
def test_layers(student, reference, rng, training):
    """is right for a model whose parts compute otherwise in training mode"""
    case = weights_of(rng, O=1), *batch_of(rng, B=2, T=3, O=1), "Layered", training
    same(student.probe.measure(*case), reference.probe.measure(*case))


@demand("harmless")
@public
@pytest.mark.parametrize("enabled", [True, False])
def test_gradients_afterwards(student, rng, enabled):
    """leaves PyTorch's gradients on, or off, as they were"""
    case = weights_of(rng, O=1), *batch_of(rng, B=2, T=3, O=1), enabled
    answer = student.probe.gradients_enabled_after_measure(*case)
    same(answer["gradients are on"], enabled)
    same(answer["normalised_mse"], error_of(*case[:3]), rtol=ABOUT)


@demand("value")
@pytest.mark.parametrize(
    "B, T, D, H, O",
    [
        (1, 2, 1, 1, 1),
        (3, 6, 2, 5, 4),
        (4, 4, 4, 4, 4),
        (1, 7, 3, 2, 1),
        (9, 1, 2, 3, 1),
        (2, 150, 1, 2, 1),
        (100, 15, 1, 2, 1),
        (2, 2, 16, 16, 16),
    ],
)
def test_measures(student, rng, B, T, D, H, O):
    """is right for all sizes"""
    case = weights_of(rng, D, H, O), *batch_of(rng, B, T, D, O)
    same(student.probe.measure(*case), error_of(*case))


@demand("value")
@pytest.mark.parametrize("shift, scale", [(30.0, 1.0), (-2.0, 500.0), (0.0, 1e-4), (0.0, 1e-7)])
def test_shifted_and_scaled(student, rng, shift, scale):
    """is right for targets far from zero, for large targets and for small targets"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    case = weights, x, shift + scale * y
    same(student.probe.measure(*case), error_of(*case))


@demand("value")
def test_perfect_and_mean(student, rng):
    """is 0 for a perfect model and 1 for one that predicts the mean"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    same(student.probe.measure(weights, x, outputs_of(weights, x)), 0.0)
    mean = {**weights, "W_y": 0 * weights["W_y"], "c": np.full(3, 2 * y.mean())}
    same(student.probe.measure(mean, x, y), 1.0)


@demand("harmless")
@pytest.mark.parametrize("training", [True, False])
def test_evaluation(student, rng, training):
    """leaves parameters and their .grad as they were, in either mode"""
    weights, batch = weights_of(rng), batch_of(rng)
    answer = student.probe.measure_and_state(weights, *batch, training)
    same(answer["normalised_mse"], error_of(weights, *batch))
    unmodified(answer)
    leaves_globals_alone(answer)
    same(answer["in training mode"], {"model": training})
    same(answer["change"], {name: 0 * w for name, w in weights.items()})
    same(answer["gradients"], {f".grad of {name}": None for name in weights})
    same(answer["x.requires_grad"], False)
    same(answer["y.requires_grad"], False)


@demand("harmless")
@public
def test_kept_gradients(student, rng):
    """leaves existing gradients as they were"""
    weights, batch = weights_of(rng, O=1), batch_of(rng, B=2, T=3, O=1)
    answer = student.probe.measure_and_state(weights, *batch, True, 0.5)
    kept = {n: np.full_like(w, 0.5 * i) for i, (n, w) in enumerate(weights.items(), 1)}
    same(answer["gradients"], {f".grad of {name}": grad for name, grad in kept.items()})
    same(answer["W_x.requires_grad"], True)
    same(answer["normalised_mse"], error_of(weights, *batch))


@demand("no_gradients")
@public
def test_no_gradients(student, reference, rng):
    """records no gradients while the model runs"""
    case = weights_of(rng, O=1), *batch_of(rng, B=2, T=3, O=1)
    answer, want = (
        student.probe.gradients_recorded(*case),
        reference.probe.gradients_recorded(*case),
    )
    same(answer["outputs"], want["outputs"])


@demand("harmless")
@pytest.mark.parametrize("training", [True, False])
def test_layers_and_settings(student, reference, rng, training):
    """evaluates all parts of a model and leaves their modes and settings as they were"""
    case = weights_of(rng), *batch_of(rng), training
    answer, want = (
        side.probe.measure_and_state(*case, model="Layered") for side in (student, reference)
    )
    facts = [name for name in want.value if name not in {"normalised_mse"}]
    same(answer, {name: want.value[name] for name in facts}, extra_keys=True)
    same(answer["normalised_mse"], want["normalised_mse"])


@demand("any_case")
def test_dropout(student, reference, rng):
    """switches dropout off"""
    batch = echo_of(rng, T=6)
    same(student.probe.measure_echo(*batch), reference.probe.measure_echo(*batch))


@demand("value")
@public
def test_in_turn_and_changed(student, rng):
    """is right for several models in turn, and after the model or y has changed"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    half = {name: 0.5 * w for name, w in weights.items()}
    other = {**half, "b": -half["b"]}
    answer = student.probe.six_measures(weights, x, y)
    cases = (weights, y), (half, y), (weights, y), (half, y), (half, 0.5 * y), (other, 0.5 * y)
    same(answer, [error_of(used, x, target) for used, target in cases])


@demand("form")
def test_float32_measure(student, rng, device):
    """returns a float for a float32 model, and leaves it in float32 and on its device"""
    x, y = batch_of(rng)
    means = np.array([0.5, 1.0, 1.5])
    weights, [(x, y)] = in_float32(weights_of(rng), [(x, y + means)])
    answer = student.probe.measure_and_state(weights, x, y, device=device)
    # The float comes from a float32 tensor.
    same(answer["normalised_mse"], error_of(weights, x, y), rtol=1e-4)
    same(answer["change"], {name: 0 * w for name, w in weights.items()})
