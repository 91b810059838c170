"""Checks of train_step."""

import numpy as np
import pytest

from autograder.grading import demand, expect, leaves_globals_alone, public, same, unmodified

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


def same_change(answer, want, rtol=None):
    """Compare the changes of the parameters."""
    same(answer["change"], want["change"], rtol=rtol)


def same_numbers(answer, want, rtol=None):
    """Compare the losses and the norms, each by name."""
    numbers = {name: want[name].value for name in ("loss", "grad_norm")}
    same(answer, numbers, extra_keys=True, rtol=rtol)


@demand("echo")
@public
@pytest.mark.parametrize("B, T", [(2, 4), (3, 3)])
def test_one_step(student, reference, rng, B, T):
    """takes one step down the gradient of the mean squared error"""
    case = *echo_of(rng, B, T), NO_LIMIT
    same_change(student.probe.echo_step(*case), reference.probe.echo_step(*case))


@demand("numbers")
@public
def test_two_numbers(student, reference, rng):
    """returns the loss before the step, and the norm of the gradients"""
    case = *echo_of(rng), NO_LIMIT
    same_numbers(student.probe.echo_step(*case), reference.probe.echo_step(*case))


@demand("clipped")
@public
def test_clipped_step(student, reference, rng):
    """scales the gradients down to max_norm"""
    case = weights_of(rng, O=1), steep_batches_of(rng, 1, O=1), 5.0
    answer, want = student.probe.train_steps(*case), reference.probe.train_steps(*case)
    same_change(answer, want, rtol=CLIPPED)


@demand("numbers")
@public
def test_norm_before_clipping(student, reference, rng):
    """returns the norm of the gradients before they are scaled down"""
    case = weights_of(rng), steep_batches_of(rng, 1), 0.05
    same_numbers(student.probe.train_steps(*case), reference.probe.train_steps(*case))


@demand("old_gradients")
@public
def test_old_gradients(student, reference, rng):
    """ignores what .grad held before"""
    case = weights_of(rng), batches_of(rng, 1), NO_LIMIT
    answer, want = (
        side.probe.train_steps(*case, old_gradients=0.7) for side in (student, reference)
    )
    same_change(answer, want)


@demand("numbers")
@public
@pytest.mark.parametrize("old", [0.7, -40.0, float("nan")])
def test_numbers_and_old_gradients(student, reference, rng, old):
    """returns a loss and a norm that do not depend on what .grad held before"""
    case = weights_of(rng), [(x, 3 * y) for x, y in steep_batches_of(rng, 1)], 0.2
    answer = student.probe.train_steps(*case, old_gradients=old)
    same_numbers(answer, reference.probe.train_steps(*case))


@demand("clipped")
@public
@pytest.mark.parametrize("max_norm", [5.0, NO_LIMIT])
def test_groups(student, reference, rng, max_norm):
    """computes one norm over all parameter groups, and leaves learning rates to the optimizer"""
    groups = [[["W_x", "W_h", "b"], {"lr": 0.01}], [["W_y", "c"], {"lr": 0.05}]]
    batches = steep_batches_of(rng, 2, B=2, T=3)
    case = weights_of(rng), batches, max_norm, "SGD", {"lr": 0.3}, groups
    answer, want = student.probe.train_steps(*case), reference.probe.train_steps(*case)
    same_change(answer, want, rtol=CLIPPED)


@demand("any_model")
@public
def test_zero_gradient(student, rng):
    """changes nothing where the model meets its targets exactly"""
    weights, (x, y) = with_readout(weights_of(rng, O=1), 0.0), batch_of(rng, B=2, T=3, O=1)
    answer = student.probe.train_steps(weights, [(x, 0 * y)], 1.0)
    same(answer["loss"], [0.0], names=("loss",))
    same(answer["change"], {name: 0 * w for name, w in weights.items()})


@demand("harmless")
@public
@pytest.mark.parametrize("model", ["Layered", "Network"])
def test_layers(student, reference, rng, model):
    """runs the model once, with all its parts in training mode, and leaves them in it"""
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), NO_LIMIT
    answer, want = (side.probe.train_steps(*case, model=model) for side in (student, reference))
    facts = [name for name in want.value if name not in {"loss", "grad_norm"}]
    same(answer, {name: want.value[name] for name in facts}, extra_keys=True)


SIZES = [
    (1, 1, 1, 1, 1),
    (3, 6, 2, 5, 4),
    (4, 4, 4, 4, 4),
    (1, 7, 3, 2, 1),
    (8, 1, 2, 3, 1),
    (7, 60, 1, 1, 1),  # longer than a truncation window
    (5, 2, 16, 16, 16),
]


def gradient_case(reference, rng, B, T, D, H, O):
    """Weights, a batch, and the true loss and gradient."""
    weights, (x, y) = weights_of(rng, D, H, O), batch_of(rng, B, T, D, O)
    truth = reference.oracle.true_gradient(weights, x, y)
    gradient = {name: truth["gradient"][name].array() for name in weights}
    return weights, (x, y), float(truth["loss"].array()), gradient


@demand("any_model")
@pytest.mark.parametrize("B, T, D, H, O", SIZES)
def test_gradient(student, reference, rng, B, T, D, H, O):
    """moves by the learning rate times the gradient, for all sizes"""
    weights, batch, _, gradient = gradient_case(reference, rng, B, T, D, H, O)
    answer = student.probe.train_steps(weights, [batch], NO_LIMIT, settings={"lr": 0.3})
    # a gradient of zero, as that of W_h over one step, is right for a program that does nothing
    want = {name: -0.3 * g for name, g in gradient.items() if g.any()}
    same(answer["change"], want, extra_keys=True)


@demand("numbers")
@pytest.mark.parametrize("B, T, D, H, O", SIZES)
def test_numbers_of_sizes(student, reference, rng, B, T, D, H, O):
    """returns the loss and the norm for all sizes"""
    weights, batch, loss, gradient = gradient_case(reference, rng, B, T, D, H, O)
    answer = student.probe.train_steps(weights, [batch], NO_LIMIT)
    norm = float(np.sqrt(sum(np.sum(g**2) for g in gradient.values())))
    same(answer, {"loss": [loss], "grad_norm": [norm]}, extra_keys=True)


LIMITS = [5.0, 10.0, 15.0, 10000.0]


@demand("clipped")
@pytest.mark.parametrize("max_norm", LIMITS)
def test_limits(student, reference, rng, max_norm):
    """scales down gradients whose norm is above max_norm, and no others"""
    weights, (x, y) = weights_of(rng, O=1), batch_of(rng, O=1)
    case = weights, [(x, STEEP * y)], max_norm
    same_change(student.probe.train_steps(*case), reference.oracle.true_steps(*case), rtol=CLIPPED)


@demand("numbers")
@pytest.mark.parametrize("max_norm", LIMITS)
def test_numbers_of_limits(student, reference, rng, max_norm):
    """returns the loss and the norm whatever max_norm is"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    case = weights, [(x, STEEP * y)], max_norm
    same_numbers(student.probe.train_steps(*case), reference.oracle.true_steps(*case))


@demand("clipped")
@pytest.mark.parametrize("share", [0.995, 1.005])
def test_near_the_limit(student, reference, rng, share):
    """scales gradients barely above max_norm, and leaves gradients barely below it"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    [norm] = reference.oracle.true_steps(weights, [(x, STEEP * y)], NO_LIMIT)["grad_norm"].value
    case = weights, [(x, STEEP * y)], share * norm
    same_change(student.probe.train_steps(*case), reference.oracle.true_steps(*case), rtol=CLIPPED)


@demand("clipped")
@pytest.mark.parametrize("share", [0.1, 0.01])
def test_limited_length(student, reference, rng, share):
    """scales the norm to max_norm, not far below it, also where gradients are small"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    batch = x, 2 * outputs_of(weights, x) + 1e-4 * y
    [norm] = reference.oracle.true_steps(weights, [batch], NO_LIMIT)["grad_norm"].value
    change = student.probe.train_steps(weights, [batch], share * norm, settings={"lr": 1.0})[
        "change"
    ]
    squares = [np.sum(np.square(change[name].array())) for name in sorted(weights)]
    length = np.sqrt(sum(squares)) / (share * norm)
    # torch adds 1e-6 to the norm; the step is a difference of parameters, known to 1e-11.
    least = norm / (norm + 1e-6)
    expect(least - 1e-6 < length < 1 + 1e-6, f"the step is {length:.6f} times as long as it may be")


@demand("any_model")
@pytest.mark.parametrize("size, max_norm", [(1e-12, NO_LIMIT), (1e4, 1000.0), (1e6, 1e30)])
def test_large_and_small(student, reference, rng, size, max_norm):
    """is right for very large and very small gradients"""
    weights, (x, y) = with_readout(weights_of(rng), size), batch_of(rng)
    case = weights, [(x, size * y)], max_norm
    answer, want = student.probe.train_steps(*case), reference.oracle.true_steps(*case)
    for name in want["change"].value:  # each on its own scale
        same(answer["change"][name], want["change"].value[name], rtol=CLIPPED)


@demand("numbers")
@pytest.mark.parametrize("size, max_norm", [(1e-12, NO_LIMIT), (1e4, 1000.0), (1e6, 1e30)])
def test_large_and_small_numbers(student, reference, rng, size, max_norm):
    """returns the loss and the norm of very large and very small gradients"""
    weights, (x, y) = with_readout(weights_of(rng), size), batch_of(rng)
    case = weights, [(x, size * y)], max_norm
    answer, want = student.probe.train_steps(*case), reference.oracle.true_steps(*case)
    for name in ("loss", "grad_norm"):  # each on its own scale
        same(answer[name], want[name].value)


@demand("any_model")
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
    same_change(student.probe.train_steps(*case), reference.oracle.true_steps(*case), rtol=1e-9)


@demand("numbers")
def test_numbers_of_steps(student, reference, rng):
    """returns the loss and the norm of each step"""
    case = weights_of(rng), batches_of(rng, 3), NO_LIMIT, "Adam", {"lr": 0.05}
    same_numbers(student.probe.train_steps(*case), reference.oracle.true_steps(*case))


@demand("clipped")
def test_several_clipped_steps(student, reference, rng):
    """clips again at each step"""
    case = weights_of(rng), steep_batches_of(rng, 3), 5.0, "SGD", {"lr": 0.4, "momentum": 0.5}
    answer, want = student.probe.train_steps(*case), reference.oracle.true_steps(*case)
    same_change(answer, want, rtol=CLIPPED)


@demand("clipped")
def test_numbers_of_clipped_steps(student, reference, rng):
    """returns the loss and the norm of each clipped step"""
    case = weights_of(rng), steep_batches_of(rng, 3), 0.3, "SGD", {"lr": 0.4, "momentum": 0.5}
    answer, want = student.probe.train_steps(*case), reference.oracle.true_steps(*case)
    same_numbers(answer, want, rtol=CLIPPED)


@demand("old_gradients")
@pytest.mark.parametrize(
    "old, max_norm", [(-40.0, NO_LIMIT), (float("nan"), NO_LIMIT), (-40.0, 5.0)]
)
def test_old_gradients_and_clipping(student, reference, rng, old, max_norm):
    """ignores old gradients in clipping as well, whatever they are"""
    case = weights_of(rng), [(x, 3 * y) for x, y in steep_batches_of(rng, 2)], max_norm
    answer, want = (
        student.probe.train_steps(*case, old_gradients=old),
        reference.oracle.true_steps(*case),
    )
    same_change(answer, want, rtol=CLIPPED)


@demand("harmless")
def test_batch_and_settings(student, reference, rng):
    """leaves x, y, the model's mode, the optimizer's groups and global settings as they were"""
    case = weights_of(rng), batches_of(rng, 2), NO_LIMIT
    answer = student.probe.train_steps(*case)
    unmodified(answer)
    leaves_globals_alone(answer)
    same(answer["in training mode"], {"model": True})
    same(answer["c.requires_grad"], True)
    same(answer["batches that require gradients"], 0)
    same(answer["parameters in the optimizer"], [5])
    same_change(answer, reference.oracle.true_steps(*case))


@demand("harmless")
def test_in_turn(student, reference, rng):
    """keeps nothing between calls: two models can be trained in turn, x and y in any layout"""
    case = weights_of(rng), steep_batches_of(rng, 3), NO_LIMIT
    answer, want = (side.probe.two_models_in_turn(*case) for side in (student, reference))
    # Ways of clipping differ, and Adam divides by the size of the gradient.
    for change in ("first change", "second change"):
        same(answer[change], want[change], rtol=CLIPPED)


@demand("numbers")
def test_numbers_in_turn(student, reference, rng):
    """returns the losses and norms of two models that are trained in turn"""
    case = weights_of(rng), steep_batches_of(rng, 3), NO_LIMIT
    answer, want = (side.probe.two_models_in_turn(*case) for side in (student, reference))
    same_numbers(answer, want, rtol=CLIPPED)


@demand("numbers")
@pytest.mark.parametrize("max_norm", [NO_LIMIT, 6.0])
def test_float32(student, reference, rng, device, max_norm):
    """returns floats and is right for a float32 model, on the model's device"""
    x, y = batch_of(rng)
    case = *in_float32(weights_of(rng), [(x, STEEP * y)]), max_norm
    answer, want = (side.probe.train_steps(*case, device=device) for side in (student, reference))
    same_numbers(answer, want, rtol=1e-4)  # the floats come from float32 tensors


@demand("clipped")
@pytest.mark.parametrize("max_norm", [NO_LIMIT, 6.0])
def test_steps_in_float32(student, reference, rng, device, max_norm):
    """takes the right step with a float32 model, on the model's device"""
    x, y = batch_of(rng)
    case = *in_float32(weights_of(rng), [(x, STEEP * y)]), max_norm
    answer, want = (side.probe.train_steps(*case, device=device) for side in (student, reference))
    same_change(answer, want)  # to 1e-4: ways of clipping differ by 1e-7 at most
