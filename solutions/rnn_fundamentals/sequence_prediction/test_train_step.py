"""Checks of train_step."""

import numpy as np
import pytest

from autograder.grading import expect, leaves_globals_alone, public, same, unmodified

from .cases import (
    CLIPPED,
    NO_LIMIT,
    STEEP,
    batch_of,
    batches_of,
    echo_of,
    in_float32,
    outputs_of,
    steep_batches_of,
    weights_of,
    with_readout,
)


def same_steps(answer, want, rtol=None):
    """Compare losses and norms to rounding, and changes to `rtol`."""
    same(answer["loss"], want["loss"], names=("loss",))
    same(answer["grad_norm"], want["grad_norm"], names=("grad_norm",))
    same(answer["change"], want["change"], rtol=rtol)


@public
def test_one_step(student, reference, rng):
    """takes one step down the gradient of the mean squared error"""
    case = *echo_of(rng), NO_LIMIT
    same(student.probe.echo_step(*case), reference.probe.echo_step(*case))


@public
def test_clipped_step(student, reference, rng):
    """scales the gradients down to max_norm, and returns their norm before that"""
    case = weights_of(rng), steep_batches_of(rng, 1), 0.05
    answer, want = student.probe.train_steps(*case), reference.probe.train_steps(*case)
    same(answer["grad_norm"], want["grad_norm"], names=("grad_norm",))
    same(answer["change"], want["change"], rtol=CLIPPED)


@public
def test_old_gradients(student, reference, rng):
    """ignores what .grad held before"""
    case = weights_of(rng), batches_of(rng, 1), NO_LIMIT
    same(
        student.probe.train_steps(*case, old_gradients=0.7),
        reference.probe.train_steps(*case, old_gradients=0.7),
    )


@public
@pytest.mark.parametrize("max_norm", [NO_LIMIT, 5.0])
def test_groups(student, reference, rng, max_norm):
    """computes one norm over all parameter groups, and leaves learning rates to the optimizer"""
    groups = [[["W_x", "W_h", "b"], {"lr": 0.01}], [["W_y", "c"], {"lr": 0.05}]]
    batches = steep_batches_of(rng, 2, B=2, T=3)
    case = weights_of(rng), batches, max_norm, "SGD", {"lr": 0.3}, groups
    same(student.probe.train_steps(*case), reference.probe.train_steps(*case), rtol=CLIPPED)


@public
def test_zero_gradient(student, rng):
    """changes nothing where the model meets its targets exactly"""
    weights, (x, y) = with_readout(weights_of(rng, O=1), 0.0), batch_of(rng, B=2, T=3, O=1)
    answer = student.probe.train_steps(weights, [(x, 0 * y)], 1.0)
    same(answer["loss"], [0.0], names=("loss",))
    same(answer["grad_norm"], [0.0], names=("grad_norm",))
    same(answer["change"], {name: 0 * w for name, w in weights.items()})


@public
def test_layers(student, reference, rng):
    """runs the model once, with all its parts in training mode"""
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), NO_LIMIT
    same(
        student.probe.train_steps(*case, model="Layered"),
        reference.probe.train_steps(*case, model="Layered"),
    )


@pytest.mark.parametrize(
    "B, T, D, H, O",
    [
        (1, 1, 1, 1, 1),
        (3, 6, 2, 5, 4),
        (4, 4, 4, 4, 4),
        (1, 7, 3, 2, 1),
        (8, 1, 2, 3, 1),
        (7, 60, 1, 1, 1),  # longer than a truncation window
        (5, 2, 16, 16, 16),
    ],
)
def test_gradient(student, reference, rng, B, T, D, H, O):
    """moves by the learning rate times the gradient, for all sizes"""
    weights, (x, y) = weights_of(rng, D, H, O), batch_of(rng, B, T, D, O)
    truth = reference.oracle.true_gradient(weights, x, y)
    answer = student.probe.train_steps(weights, [(x, y)], NO_LIMIT, settings={"lr": 0.3})
    gradient = {name: truth["gradient"][name].array() for name in weights}
    norm = float(np.sqrt(sum(np.sum(g**2) for g in gradient.values())))
    same(answer["loss"], [float(truth["loss"].array())], names=("loss",))
    same(answer["grad_norm"], [norm], names=("grad_norm",))
    same(answer["change"], {name: -0.3 * g for name, g in gradient.items()})


@pytest.mark.parametrize("max_norm", [1e-3, 0.1, 1.0, 10.0, 10000])
def test_limits(student, reference, rng, max_norm):
    """scales down gradients whose norm is above max_norm, and no others"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    case = weights, [(x, STEEP * y)], max_norm
    same_steps(student.probe.train_steps(*case), reference.oracle.true_steps(*case), rtol=CLIPPED)


@pytest.mark.parametrize("share", [0.995, 1.005])
def test_near_the_limit(student, reference, rng, share):
    """scales gradients barely above max_norm, and leaves gradients barely below it"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    [norm] = reference.oracle.true_steps(weights, [(x, STEEP * y)], NO_LIMIT)["grad_norm"].value
    case = weights, [(x, STEEP * y)], share * norm
    same_steps(student.probe.train_steps(*case), reference.oracle.true_steps(*case), rtol=CLIPPED)


def test_limited_length(student, reference, rng):
    """scales the norm to max_norm, not far below it, also where gradients are small"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    batch = x, 2 * outputs_of(weights, x) + 1e-4 * y
    [norm] = reference.oracle.true_steps(weights, [batch], NO_LIMIT)["grad_norm"].value
    change = student.probe.train_steps(weights, [batch], 0.1 * norm, settings={"lr": 1.0})["change"]
    squares = [np.sum(np.square(change[name].array())) for name in sorted(weights)]
    length = np.sqrt(sum(squares)) / (0.1 * norm)
    # torch adds 1e-6 to the norm; the step is a difference of parameters, known to 1e-11.
    least = norm / (norm + 1e-6)
    expect(least - 1e-6 < length < 1 + 1e-6, f"the step is {length:.6f} times as long as it may be")


@pytest.mark.parametrize("size, max_norm", [(1e-12, NO_LIMIT), (1e4, 1000.0), (1e6, 1e30)])
def test_large_and_small(student, reference, rng, size, max_norm):
    """is right for very large and very small gradients"""
    weights, (x, y) = with_readout(weights_of(rng), size), batch_of(rng)
    case = weights, [(x, size * y)], max_norm
    same_steps(student.probe.train_steps(*case), reference.oracle.true_steps(*case))


@pytest.mark.parametrize(
    "optimizer, settings",
    [
        ("SGD", {"lr": 0.2, "momentum": 0.9}),
        ("Adam", {"lr": 0.05}),
        ("AdamW", {"lr": 0.05, "weight_decay": 0.3}),
        ("RMSprop", {"lr": 0.02}),
    ],
)
def test_several_steps(student, reference, rng, optimizer, settings):
    """lets the optimizer it is given take every step"""
    case = weights_of(rng), batches_of(rng, 3), NO_LIMIT, optimizer, settings
    # Adam divides by the size of the gradient: rounding counts for more in small entries.
    same_steps(student.probe.train_steps(*case), reference.oracle.true_steps(*case), rtol=1e-8)


def test_several_clipped_steps(student, reference, rng):
    """clips again at each step"""
    case = weights_of(rng), steep_batches_of(rng, 3), 0.3, "SGD", {"lr": 0.4, "momentum": 0.5}
    answer, want = student.probe.train_steps(*case), reference.oracle.true_steps(*case)
    same(answer["change"], want["change"], rtol=CLIPPED)
    same(answer["loss"], want["loss"], rtol=CLIPPED)
    same(answer["grad_norm"], want["grad_norm"], rtol=CLIPPED)


@pytest.mark.parametrize("old", [-40.0, float("nan")])
def test_old_gradients_and_clipping(student, reference, rng, old):
    """ignores old gradients in the norm as well, whatever they are"""
    case = weights_of(rng), [(x, 3 * y) for x, y in steep_batches_of(rng, 2)], 0.2
    answer, want = (
        student.probe.train_steps(*case, old_gradients=old),
        reference.oracle.true_steps(*case),
    )
    same(answer["change"], want["change"], rtol=CLIPPED)
    same(answer["grad_norm"], want["grad_norm"], names=("grad_norm",), rtol=CLIPPED)


def test_batch_and_settings(student, rng):
    """leaves x, y, the model's mode, the optimizer's groups and global settings as they were"""
    case = weights_of(rng), batches_of(rng, 2), 0.1
    answer = student.probe.train_steps(*case)
    unmodified(answer)
    leaves_globals_alone(answer)
    same(answer["in training mode"], {"model": True})
    same(answer["c.requires_grad"], True)
    same(answer["batches that require gradients"], 0)
    same(answer["parameters in the optimizer"], [5])


def test_in_turn(student, reference, rng):
    """keeps nothing between calls: two models can be trained in turn, x and y in any layout"""
    case = weights_of(rng), steep_batches_of(rng, 3), 0.4
    # Ways of clipping differ, and Adam divides by the size of the gradient.
    same(
        student.probe.two_models_in_turn(*case),
        reference.probe.two_models_in_turn(*case),
        rtol=CLIPPED,
    )


@pytest.mark.parametrize("max_norm", [NO_LIMIT, 6.0])
def test_float32(student, reference, rng, device, max_norm):
    """returns floats and is right for a float32 model, on the model's device"""
    x, y = batch_of(rng)
    case = *in_float32(weights_of(rng), [(x, STEEP * y)]), max_norm
    answer, want = (side.probe.train_steps(*case, device=device) for side in (student, reference))
    same(answer["change"], want["change"])  # to 1e-4: ways of clipping differ by 1e-7 at most
    # The floats come from float32 tensors.
    same(answer["loss"], want["loss"], rtol=1e-4)
    same(answer["grad_norm"], want["grad_norm"], rtol=1e-4)
