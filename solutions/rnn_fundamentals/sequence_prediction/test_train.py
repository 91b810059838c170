"""Checks of train.

Expected results follow the train_step that is in place, the student's or the stand-in, because the
reference's file calls it, too. Clipped results are compared at CLIPPED.
"""

import pytest

from autograder.grading import leaves_globals_alone, public, same, unmodified

from .cases import (
    CLIPPED,
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


@public
def test_three_batches(student, reference, rng):
    """takes one step of Adam for each batch and returns the losses"""
    case = weights_of(rng, O=1), batches_of(rng, 3, O=1), {"lr": 0.1, "max_norm": NO_LIMIT}
    same(student.probe.training(*case), reference.probe.training(*case), rtol=1e-8)


@public
def test_gradients_before(student, reference, rng):
    """ignores gradients from before the first batch"""
    settings = {"lr": 0.1, "max_norm": NO_LIMIT}
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), settings
    answer = student.probe.training(*case, old_gradients=0.7)
    same(answer, reference.probe.training(*case, old_gradients=0.7), rtol=1e-8)


@public
def test_defaults(student, reference, rng):
    """uses a learning rate of 0.01 and a max_norm of 1 by default"""
    weights = weights_of(rng, O=1)
    case = weights, growing_batches_of(rng, weights, 3, B=2, T=3, O=1)
    same(student.probe.training(*case), reference.probe.training(*case), rtol=CLIPPED)


@public
def test_generator(student, reference, rng):
    """takes batches from a generator"""
    settings = {"lr": 0.1, "max_norm": NO_LIMIT}
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), settings, "generator"
    same(student.probe.training(*case), reference.probe.training(*case), rtol=1e-8)


@pytest.mark.parametrize("batches", [0, 1, 2, 5, 33])
def test_numbers_of_batches(student, reference, rng, batches):
    """returns one loss for each batch, also for no batch at all"""
    weights = weights_of(rng, O=1)
    pairs = close_batches_of(rng, weights, batches, B=2, T=2, O=1)
    case = weights, pairs, {"lr": 0.01, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case, "iterator"), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-7)
    same(answer["change"], want["change"], rtol=1e-7)


def test_small_and_rising(student, reference, rng):
    """goes on training when losses are small, and when they rise"""
    weights, batches = with_readout(weights_of(rng), 1e-5), small_and_rising_batches_of(rng, 12)
    case = weights, batches, {"lr": 1e-4, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["change"], want["change"], rtol=1e-7)
    same(answer["losses"], want["losses"], rtol=1e-7)


def test_one_batch_again(student, reference, rng):
    """trains on the same batch as often as it comes"""
    weights, batches = weights_of(rng), batches_of(rng, 1) * 4
    case = weights, batches, {"lr": 0.1, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case, "first"), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)
    same(answer["change"], want["change"], rtol=1e-7)


@pytest.mark.parametrize("lr", [0.2, 0.001])
def test_learning_rates(student, reference, rng, lr):
    """uses the given learning rate"""
    case = weights_of(rng), batches_of(rng, 4), {"lr": lr, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)
    same(answer["change"], want["change"], rtol=1e-7)


@pytest.mark.parametrize("max_norm", [0.05, 0.5, 5.0])
def test_max_norm(student, reference, rng, max_norm):
    """passes on max_norm, the argument after lr"""
    weights = weights_of(rng)
    batches = growing_batches_of(rng, weights, 4)
    answer = student.probe.training(weights, batches, [0.1, max_norm])
    want = reference.oracle.true_training(weights, batches, {"lr": 0.1, "max_norm": max_norm})
    same(answer["change"], want["change"], rtol=CLIPPED)
    same(answer["losses"], want["losses"], rtol=CLIPPED)


def test_different_batches(student, reference, rng):
    """takes batches of different sizes, in the order in which they come"""
    sizes = [(2, 5), (4, 3), (1, 9), (2, 5)]
    batches = [batch_of(rng, B=B, T=T) for B, T in sizes]
    case = weights_of(rng), batches, {"lr": 0.1, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)
    same(answer["change"], want["change"], rtol=1e-7)


def test_second_training(student, reference, rng):
    """starts with a new optimizer when it is called again"""
    runs = [batches_of(rng, 3), batches_of(rng, 2)]
    case = weights_of(rng), runs, {"lr": 0.1, "max_norm": NO_LIMIT}
    same(student.probe.trainings(*case), reference.probe.trainings(*case), rtol=1e-8)


def test_all_parameters(student, reference, rng):
    """trains all parameters of a SequenceModel"""
    case = [echo_of(rng, T=5) for _ in range(3)], {"lr": 0.1, "max_norm": NO_LIMIT}
    same(student.probe.echo_training(*case), reference.probe.echo_training(*case), rtol=1e-7)


def test_layers_in_training(student, reference, rng):
    """trains with all parts of the model in training mode"""
    case = weights_of(rng), batches_of(rng, 3), {"lr": 0.1, "max_norm": NO_LIMIT}
    answer = student.probe.training(*case, model="Layered")
    same(answer, reference.probe.training(*case, model="Layered"), rtol=1e-7)


def test_float32_training(student, reference, rng, device):
    """leaves a float32 model in float32 and on its device"""
    case = *in_float32(weights_of(rng), batches_of(rng, 3)), {"lr": 0.1, "max_norm": NO_LIMIT}
    answer, want = (side.probe.training(*case, device=device) for side in (student, reference))
    # Adam divides by the size of the gradient, and the floats come from float32 tensors.
    same(answer["change"], want["change"], rtol=3e-5)
    same(answer["losses"], want["losses"], rtol=3e-5)


def test_batches_and_settings(student, reference, rng):
    """leaves the batches, the model's mode and global settings as they were"""
    case = weights_of(rng), batches_of(rng, 3), {"lr": 0.1}
    answer = student.probe.training(*case)
    unmodified(answer)
    leaves_globals_alone(answer)
    same(answer["losses"][0], reference.probe.training(*case)["losses"][0])  # some of the work
    same(answer["in training mode"], {"model": True})
    same(answer["batches left in the list"], [3])
