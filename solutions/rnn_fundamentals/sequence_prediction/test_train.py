"""Checks of train.

Expected results follow the train_step that is in place, the student's or the stand-in, because the
reference's file calls it, too. Clipped results are compared at CLIPPED.
"""

import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import (
    NO_LIMIT,
    batch_of,
    batches_of,
    echo_of,
    in_float32,
    outputs_of,
    steep_batches_of,
    weights_of,
    with_readout,
)


def close_batches_of(rng, weights, count, **sizes):
    """Batches with targets close to the network's outputs: gradients far below 1."""
    batches = batches_of(rng, count, **sizes)
    outputs = [2 * outputs_of(weights, x) for x, _ in batches]  # those in training mode
    return [(x, out + 0.02 * y) for (x, y), out in zip(batches, outputs, strict=True)]


def growing_batches_of(rng, weights, count, **sizes):
    """A batch with a small gradient, then steep batches: Adam sees only the ratio of norms."""
    return [
        *close_batches_of(rng, weights, 1, **sizes),
        *steep_batches_of(rng, count - 1, **sizes),
    ]


def small_and_rising_batches_of(rng, count):
    """Batches whose targets grow from 1e-5 on."""
    return [(x, 1e-5 * 3**i * y) for i, (x, y) in enumerate(batches_of(rng, count))]


def compare(answer, want, *names, rtol=1e-5):
    """Compare results by name."""
    parts = {name: want[name].value for name in names}
    same(answer, parts, extra_keys=True, rtol=rtol)


@demand("loop")
@public
@pytest.mark.parametrize("batches", [1, 2, 3, 7])
def test_loop(student, reference, rng, batches):
    """uses each batch once, in order, and trains all parameters"""
    case = weights_of(rng, O=1), batches_of(rng, batches, B=2, T=3, O=1)
    answer, want = student.probe.training(*case), reference.probe.training(*case)
    same(answer["loop"], want["loop"])


@demand("adam")
@public
def test_three_batches(student, reference, rng):
    """takes one step of Adam for each batch"""
    weights = weights_of(rng, O=1)
    case = weights, close_batches_of(rng, weights, 3, O=1), {"max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.probe.training(*case)
    compare(answer, want, "change", rtol=1e-8)


@demand("losses")
@public
@pytest.mark.parametrize("batches", [1, 3])
def test_losses(student, reference, rng, batches):
    """returns the losses"""
    weights = weights_of(rng, O=1)
    case = weights, close_batches_of(rng, weights, batches, O=1), {"max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.probe.training(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)


@demand("settings")
@public
@pytest.mark.parametrize("settings", [{"lr": 0.1, "max_norm": NO_LIMIT}, {"max_norm": 5.0}])
def test_settings(student, reference, rng, settings):
    """uses the given learning rate and the given max_norm"""
    weights = weights_of(rng, O=1)
    case = weights, growing_batches_of(rng, weights, 3, B=2, T=3, O=1), settings
    answer, want = student.probe.training(*case), reference.probe.training(*case)
    compare(answer, want, "change")


@demand("adam")
@public
def test_gradients_before(student, reference, rng):
    """ignores gradients from before the first batch"""
    weights = weights_of(rng, O=1)
    batches = close_batches_of(rng, weights, 2, B=2, T=3, O=1)
    case = weights, batches, {"max_norm": NO_LIMIT}
    answer = student.probe.training(*case, old_gradients=0.7)
    want = reference.probe.training(*case, old_gradients=0.7)
    compare(answer, want, "change", rtol=1e-8)


@demand("adam")
@public
def test_defaults(student, reference, rng):
    """uses a learning rate of 0.01 and a max_norm of 1 by default"""
    weights = weights_of(rng, O=1)
    case = weights, growing_batches_of(rng, weights, 3, B=2, T=3, O=1)
    compare(student.probe.training(*case), reference.probe.training(*case), "change")


@demand("loop")
@public
@pytest.mark.parametrize("source", ["generator", "iterator"])
def test_generator(student, reference, rng, source):
    """takes batches from a generator and from an iterator"""
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), {}, source
    answer, want = student.probe.training(*case), reference.probe.training(*case)
    same(answer["loop"], want["loop"])


@demand("losses")
@pytest.mark.parametrize("batches", [0, 33])
def test_numbers_of_losses(student, reference, rng, batches):
    """returns one loss for each batch, also for no batch at all"""
    weights = weights_of(rng, O=1)
    pairs = close_batches_of(rng, weights, batches, B=2, T=2, O=1)
    case = weights, pairs, {"lr": 0.01, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-7)


@demand("adam")
@pytest.mark.parametrize("batches", [1, 2, 5, 33])
def test_numbers_of_batches(student, reference, rng, batches):
    """takes one step for each batch"""
    weights = weights_of(rng, O=1)
    pairs = close_batches_of(rng, weights, batches, B=2, T=2, O=1)
    case = weights, pairs, {"lr": 0.01, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["change"], want["change"], rtol=1e-7)


@demand("settings")
def test_small_and_rising(student, reference, rng):
    """goes on training when losses are small, and when they rise"""
    weights, batches = with_readout(weights_of(rng), 1e-5), small_and_rising_batches_of(rng, 12)
    case = weights, batches, {"lr": 1e-4, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    compare(answer, want, "change", "losses", rtol=1e-7)


@demand("adam")
def test_one_batch_again(student, reference, rng):
    """trains on the same batch as often as it comes"""
    weights = weights_of(rng)
    batches = close_batches_of(rng, weights, 1) * 4
    case = weights, batches, {"lr": 0.01, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case, "first"), reference.oracle.true_training(*case)
    compare(answer, want, "change", rtol=1e-7)


@demand("settings")
@pytest.mark.parametrize("lr", [0.2, 0.001])
def test_learning_rates(student, reference, rng, lr):
    """uses the given learning rate"""
    case = weights_of(rng), batches_of(rng, 4), {"lr": lr, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    compare(answer, want, "change", "losses", rtol=1e-7)


@demand("settings")
@pytest.mark.parametrize("max_norm", [0.05, 0.5, 5.0])
def test_max_norm(student, reference, rng, max_norm):
    """passes on max_norm, the argument after lr"""
    weights = weights_of(rng)
    batches = growing_batches_of(rng, weights, 4)
    answer = student.probe.training(weights, batches, [0.1, max_norm])
    want = reference.oracle.true_training(weights, batches, {"lr": 0.1, "max_norm": max_norm})
    compare(answer, want, "change", "losses")


@demand("adam")
def test_different_batches(student, reference, rng):
    """takes batches of different sizes, in the order in which they come"""
    weights, batches = weights_of(rng), batches_of_sizes(rng)
    answer = student.probe.training(weights, batches)
    compare(answer, reference.oracle.true_training(weights, batches, {}), "change")


@demand("losses")
def test_losses_of_different_batches(student, reference, rng):
    """returns the losses of batches of different sizes"""
    weights, batches = weights_of(rng), batches_of_sizes(rng)
    case = weights, batches, {"max_norm": NO_LIMIT}
    answer = student.probe.training(*case)
    compare(answer, reference.oracle.true_training(*case), "losses", rtol=1e-8)


def batches_of_sizes(rng):
    return [batch_of(rng, B=B, T=T) for B, T in [(2, 5), (4, 3), (1, 9), (2, 5)]]


@demand("adam")
def test_second_training(student, reference, rng):
    """starts with a new optimizer when it is called again"""
    weights = weights_of(rng)
    runs = [close_batches_of(rng, weights, 3), close_batches_of(rng, weights, 2)]
    case = weights, runs, {"max_norm": NO_LIMIT}
    answer, want = student.probe.trainings(*case), reference.probe.trainings(*case)
    compare(answer, want, "change", rtol=1e-7)


@demand("losses")
def test_losses_of_two_trainings(student, reference, rng):
    """returns the losses of its own batches when it is called again"""
    case = weights_of(rng), [batches_of(rng, 3), batches_of(rng, 2)], {"max_norm": NO_LIMIT}
    answer, want = student.probe.trainings(*case), reference.probe.trainings(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)


@demand("adam")
def test_all_parameters(student, reference, rng):
    """trains all parameters of a SequenceModel"""
    case = [echo_of(rng, T=5) for _ in range(3)], {"max_norm": NO_LIMIT}
    answer, want = student.probe.echo_training(*case), reference.probe.echo_training(*case)
    compare(answer, want, "change", rtol=1e-7)


@demand("adam")
def test_layers_in_training(student, reference, rng):
    """trains with all parts of the model in training mode"""
    case = weights_of(rng), batches_of(rng, 3), {"max_norm": NO_LIMIT}
    answer, want = (side.probe.training(*case, model="Layered") for side in (student, reference))
    compare(answer, want, "change", rtol=1e-7)


@demand("harmless")
@public
@pytest.mark.parametrize("model", ["Layered", "Network"])
def test_mode_of_training(student, reference, rng, model):
    """trains in training mode, and leaves the model and its parts in it"""
    case = weights_of(rng, O=1), batches_of(rng, 3, B=2, T=3, O=1), {"max_norm": NO_LIMIT}
    answer, want = (side.probe.training(*case, model=model) for side in (student, reference))
    facts = [name for name in want.value if name not in {"losses", "change"}]
    same(answer, {name: want.value[name] for name in facts}, extra_keys=True)


@demand("form")
def test_float32_training(student, reference, rng, device):
    """leaves a float32 model in float32 and on its device, and returns floats"""
    case = in_float32(weights_of(rng), batches_of(rng, 3))
    answer, want = (side.probe.training(*case, device=device) for side in (student, reference))
    # Adam divides by the size of the gradient, and the floats come from float32 tensors.
    compare(answer, want, "change", "losses", rtol=3e-5)


@demand("harmless")
@public
def test_batches_and_settings(student, reference, rng):
    """leaves the batches, the model's mode and global settings as they were"""
    case = weights_of(rng, O=1), batches_of(rng, 3, B=2, T=3, O=1)
    answer, want = student.probe.training(*case), reference.probe.training(*case)
    unmodified(answer)
    leaves_globals_alone(answer)
    same(answer["in training mode"], {"model": True})
    same(answer["batches left in the list"], [3])
    same(answer["loop"], want["loop"])
