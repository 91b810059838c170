"""Hidden graders of sequence_prediction.py.

One step is graded white-box: with SGD the parameters have to move by -lr times the gradient of
the mean squared error, which an oracle computes in another way. Where gradients are clipped,
torch adds 1e-6 to the norm and exact clipping does not; such norms here are 20 and more, so that
the two differ by 5e-8 at most and wrong factors by far more than CLIPPED. Models are small and
float64, their outputs depend on training or evaluation mode, and most of them are no SequenceModel.
"""

import numpy as np
import pytest

from autograder.grading import expect, grades, public, same, undisturbed, unmodified

CLIPPED = 1e-5
STEEP = 50.0  # targets that are so much larger give gradients with norms of 20 and more
NO_LIMIT = 1e9


def weights_of(rng, D=2, H=4, O=3):
    """The probe's network."""
    shapes = {"W_x": (H, D), "W_h": (H, H), "b": (H,), "W_y": (O, H), "c": (O,)}
    return {name: 0.6 * rng.standard_normal(shape) for name, shape in shapes.items()}


def batch_of(rng, B=3, T=5, D=2, O=3):
    """x and y; every step and every output unit has a mean of its own."""
    means = rng.standard_normal((T, O))
    return rng.standard_normal((B, T, D)), means + rng.standard_normal((B, T, O))


def batches_of(rng, count, **sizes):
    return [batch_of(rng, **sizes) for _ in range(count)]


def steep_batches_of(rng, count, **sizes):
    return [(x, STEEP * y) for x, y in batches_of(rng, count, **sizes)]


def close_batches_of(rng, weights, count, **sizes):
    """Batches whose targets the network all but meets: gradients far below 1."""
    batches = batches_of(rng, count, **sizes)
    outputs = [2 * outputs_of(weights, x) for x, _ in batches]  # those in training mode
    return [(x, out + 0.02 * y) for (x, y), out in zip(batches, outputs, strict=True)]


def growing_batches_of(rng, weights, count, **sizes):
    """First a batch with a small gradient, then steep ones: Adam only sees the norms' ratio."""
    return [
        *close_batches_of(rng, weights, 1, **sizes),
        *steep_batches_of(rng, count - 1, **sizes),
    ]


def in_float32(weights, batches):
    weights = {name: w.astype(np.float32) for name, w in weights.items()}
    return weights, [tuple(a.astype(np.float32) for a in batch) for batch in batches]


def small_and_rising_batches_of(rng, count):
    """Batches whose targets grow from 1e-5 on."""
    return [(x, 1e-5 * 3**i * y) for i, (x, y) in enumerate(batches_of(rng, count))]


def echo_of(rng, B=2, T=4):
    x = rng.uniform(-1, 1, (B, T, 1))
    return x, np.concatenate([np.zeros((B, 2, 1)), x[:, :-2]], axis=1)


def outputs_of(weights, x):
    """The network's outputs in evaluation mode, in NumPy."""
    h, rows = np.zeros((len(x), len(weights["b"]))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ weights["W_x"].T + h @ weights["W_h"].T + weights["b"])
        rows.append(0.5 * (h @ weights["W_y"].T + weights["c"]))
    return np.stack(rows, axis=1)


def with_readout(weights, factor):
    """The same network, but its outputs are `factor` times as large."""
    return {**weights, "W_y": factor * weights["W_y"], "c": factor * weights["c"]}


def error_of(weights, x, y):
    return float(np.mean((outputs_of(weights, x) - y) ** 2) / np.var(y))


def same_steps(answer, want, rtol=None):
    """Losses and norms to rounding, changes to `rtol`."""
    same(answer["loss"], want["loss"], names=("loss",))
    same(answer["grad_norm"], want["grad_norm"], names=("grad_norm",))
    same(answer["change"], want["change"], rtol=rtol)


# ---------------------------------------------------------------- train_step


@public
@grades("train_step")
def test_one_step(student, reference, rng):
    """takes one step down the gradient of the mean squared error"""
    case = *echo_of(rng), NO_LIMIT
    same(student.probe.echo_step(*case), reference.probe.echo_step(*case))


@public
@grades("train_step")
def test_clipped_step(student, reference, rng):
    """scales the gradients down to max_norm, and returns their norm before that"""
    case = weights_of(rng), steep_batches_of(rng, 1), 0.05
    answer, want = student.probe.steps(*case), reference.probe.steps(*case)
    same(answer["grad_norm"], want["grad_norm"], names=("grad_norm",))
    same(answer["change"], want["change"], rtol=CLIPPED)


@public
@grades("train_step")
def test_old_gradients(student, reference, rng):
    """does not count what .grad held before, that of frozen parameters included"""
    case = weights_of(rng), batches_of(rng, 1), NO_LIMIT, "SGD", {"lr": 0.5}, ("b",)
    same(
        student.probe.steps(*case, old_gradients=0.7),
        reference.probe.steps(*case, old_gradients=0.7),
    )


@public
@grades("train_step")
@pytest.mark.parametrize("max_norm", [NO_LIMIT, 5.0])
def test_groups(student, reference, rng, max_norm):
    """has one norm for all parameter groups, and leaves learning rates to the optimizer"""
    groups = [[["W_x", "W_h", "b"], {"lr": 0.01}], [["W_y", "c"], {"lr": 0.05}]]
    batches = steep_batches_of(rng, 2, B=2, T=3)
    case = weights_of(rng), batches, max_norm, "SGD", {"lr": 0.3}, (), groups
    same(student.probe.steps(*case), reference.probe.steps(*case), rtol=CLIPPED)


@public
@grades("train_step")
def test_zero_gradient(student, rng):
    """changes nothing where the model meets its targets exactly"""
    weights, (x, y) = with_readout(weights_of(rng, O=1), 0.0), batch_of(rng, B=2, T=3, O=1)
    answer = student.probe.steps(weights, [(x, 0 * y)], 1.0)
    same(answer["loss"], [0.0], names=("loss",))
    same(answer["grad_norm"], [0.0], names=("grad_norm",))
    same(answer["change"], {name: 0 * w for name, w in weights.items()})


@public
@grades("train_step")
def test_layers(student, reference, rng):
    """runs the model once, all its parts in training mode"""
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), NO_LIMIT
    same(student.probe.steps(*case, model="Layered"), reference.probe.steps(*case, model="Layered"))


@grades("train_step")
@pytest.mark.parametrize(
    "B, T, D, H, O",
    [
        (1, 1, 1, 1, 1),
        (3, 6, 2, 5, 4),
        (4, 4, 4, 4, 4),
        (1, 7, 3, 2, 1),
        (8, 1, 2, 3, 1),
        (7, 60, 1, 1, 1),  # longer than a window of truncation would be
        (5, 2, 16, 16, 16),
    ],
)
def test_gradient(student, reference, rng, B, T, D, H, O):
    """moves by the learning rate times the gradient, for all sizes"""
    weights, (x, y) = weights_of(rng, D, H, O), batch_of(rng, B, T, D, O)
    truth = reference.oracle.true_gradient(weights, x, y)
    answer = student.probe.steps(weights, [(x, y)], NO_LIMIT, settings={"lr": 0.3})
    gradient = {name: truth["gradient"][name].array() for name in weights}
    norm = float(np.sqrt(sum(np.sum(g**2) for g in gradient.values())))
    same(answer["loss"], [float(truth["loss"].array())], names=("loss",))
    same(answer["grad_norm"], [norm], names=("grad_norm",))
    same(answer["change"], {name: -0.3 * g for name, g in gradient.items()})


@grades("train_step")
@pytest.mark.parametrize("max_norm", [1e-3, 0.1, 1.0, 10.0, 10000])
def test_limits(student, reference, rng, max_norm):
    """scales down what is above max_norm, and nothing else"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    case = weights, [(x, STEEP * y)], max_norm
    same_steps(student.probe.steps(*case), reference.oracle.true_steps(*case), rtol=CLIPPED)


@grades("train_step")
@pytest.mark.parametrize("share", [0.995, 1.005])
def test_near_the_limit(student, reference, rng, share):
    """scales what is barely above max_norm, and leaves what is barely below it"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    [norm] = reference.oracle.true_steps(weights, [(x, STEEP * y)], NO_LIMIT)["grad_norm"].value
    case = weights, [(x, STEEP * y)], share * norm
    same_steps(student.probe.steps(*case), reference.oracle.true_steps(*case), rtol=CLIPPED)


@grades("train_step")
def test_limited_length(student, reference, rng):
    """makes a step of max_norm, not much less, where gradients are small, too"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    batch = x, 2 * outputs_of(weights, x) + 1e-4 * y
    [norm] = reference.oracle.true_steps(weights, [batch], NO_LIMIT)["grad_norm"].value
    change = student.probe.steps(weights, [batch], 0.1 * norm, settings={"lr": 1.0})["change"]
    squares = [np.sum(np.square(change[name].array())) for name in sorted(weights)]
    length = np.sqrt(sum(squares)) / (0.1 * norm)
    # torch adds 1e-6 to the norm; the step is a difference of parameters, known to 1e-11.
    least = norm / (norm + 1e-6)
    expect(least - 1e-6 < length < 1 + 1e-6, f"the step is {length:.6f} times as long as it may be")


@grades("train_step")
@pytest.mark.parametrize("size, max_norm", [(1e-12, NO_LIMIT), (1e4, 1000.0), (1e6, 1e30)])
def test_large_and_small(student, reference, rng, size, max_norm):
    """is right for very large and very small gradients"""
    weights, (x, y) = with_readout(weights_of(rng), size), batch_of(rng)
    case = weights, [(x, size * y)], max_norm
    same_steps(student.probe.steps(*case), reference.oracle.true_steps(*case))


@grades("train_step")
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
    same_steps(student.probe.steps(*case), reference.oracle.true_steps(*case), rtol=1e-8)


@grades("train_step")
def test_several_clipped_steps(student, reference, rng):
    """clips anew at each step"""
    case = weights_of(rng), steep_batches_of(rng, 3), 0.3, "SGD", {"lr": 0.4, "momentum": 0.5}
    answer, want = student.probe.steps(*case), reference.oracle.true_steps(*case)
    same(answer["change"], want["change"], rtol=CLIPPED)
    same(answer["loss"], want["loss"], rtol=CLIPPED)
    same(answer["grad_norm"], want["grad_norm"], rtol=CLIPPED)


@grades("train_step")
@pytest.mark.parametrize("old", [-40.0, float("nan")])
def test_old_gradients_and_clipping(student, reference, rng, old):
    """does not count old gradients in the norm either, whatever they are"""
    case = weights_of(rng), [(x, 3 * y) for x, y in steep_batches_of(rng, 2)], 0.2
    answer, want = student.probe.steps(*case, old_gradients=old), reference.oracle.true_steps(*case)
    same(answer["change"], want["change"], rtol=CLIPPED)
    same(answer["grad_norm"], want["grad_norm"], names=("grad_norm",), rtol=CLIPPED)


@grades("train_step")
@pytest.mark.parametrize("max_norm, old", [(NO_LIMIT, 0.0), (5.0, 0.0), (5.0, 30.0)])
def test_frozen(student, reference, rng, max_norm, old):
    """works with frozen parameters and with parameters the outputs do not depend on"""
    weights = {**weights_of(rng), "unused": rng.standard_normal(3)}
    case = weights, steep_batches_of(rng, 2), max_norm, "SGD", {"lr": 1e-3}, ("W_h", "c")
    answer, want = student.probe.steps(*case, old_gradients=old), reference.oracle.true_steps(*case)
    same(answer["change"], want["change"], rtol=CLIPPED)
    same(answer["grad_norm"], want["grad_norm"], names=("grad_norm",), rtol=CLIPPED)


@grades("train_step")
def test_frozen_and_decay(student, reference, rng):
    """gives frozen parameters no gradient, not even one of zero: weight decay would shrink them"""
    settings, frozen = {"lr": 0.05, "weight_decay": 0.3}, ("W_h", "c")
    case = weights_of(rng), batches_of(rng, 2), NO_LIMIT, "SGD", settings, frozen
    same_steps(student.probe.steps(*case), reference.oracle.true_steps(*case))


@grades("train_step")
def test_batch_and_settings(student, rng):
    """leaves x, y, the model's mode, the optimizer's groups and global settings as they were"""
    case = weights_of(rng), batches_of(rng, 2), 0.1, "SGD", {"lr": 0.5}, ("c",)
    answer = student.probe.steps(*case)
    unmodified(answer)
    undisturbed(answer)
    same(answer["in training mode"], {"model": True})
    same(answer["c.requires_grad"], False)
    same(answer["batches that require gradients"], 0)
    same(answer["parameters in the optimizer"], [5])


@grades("train_step")
def test_in_turn(student, reference, rng):
    """keeps nothing between calls: two models can be trained in turn, x and y in any layout"""
    case = weights_of(rng), steep_batches_of(rng, 3), 0.4
    # Two ways of clipping, Adam: see above.
    same(student.probe.steps_in_turn(*case), reference.probe.steps_in_turn(*case), rtol=CLIPPED)


@grades("train_step")
@pytest.mark.parametrize("max_norm", [NO_LIMIT, 6.0])
def test_float32(student, reference, rng, device, max_norm):
    """returns floats and is right for a float32 model, on the device where it is"""
    x, y = batch_of(rng)
    case = *in_float32(weights_of(rng), [(x, STEEP * y)]), max_norm
    answer, want = (side.probe.steps(*case, device=device) for side in (student, reference))
    same(answer["change"], want["change"])  # to 1e-4: ways of clipping differ by 1e-7 at most
    # The floats are the numbers of float32 tensors.
    same(answer["loss"], want["loss"], rtol=1e-4)
    same(answer["grad_norm"], want["grad_norm"], rtol=1e-4)


# ---------------------------------------------------------------- train
#
# Every truth here follows the train_step that is in place, the student's or the stand-in, by way
# of the reference's file. What is clipped is compared at CLIPPED.


@public
@grades("train")
def test_three_batches(student, reference, rng):
    """takes one step of Adam for each batch and returns the losses"""
    case = weights_of(rng, O=1), batches_of(rng, 3, O=1), {"lr": 0.1, "max_norm": NO_LIMIT}
    same(student.probe.training(*case), reference.probe.training(*case), rtol=1e-8)


@public
@grades("train")
def test_gradients_before(student, reference, rng):
    """does not count gradients that were there before the first batch"""
    settings = {"lr": 0.1, "max_norm": NO_LIMIT}
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), settings
    answer = student.probe.training(*case, old_gradients=0.7)
    same(answer, reference.probe.training(*case, old_gradients=0.7), rtol=1e-8)


@public
@grades("train")
def test_defaults(student, reference, rng):
    """has a learning rate of 0.01 and a largest norm of 1 when none is given"""
    weights = weights_of(rng, O=1)
    case = weights, growing_batches_of(rng, weights, 3, B=2, T=3, O=1)
    same(student.probe.training(*case), reference.probe.training(*case), rtol=CLIPPED)


@public
@grades("train")
def test_generator(student, reference, rng):
    """takes batches from a generator"""
    settings = {"lr": 0.1, "max_norm": NO_LIMIT}
    case = weights_of(rng, O=1), batches_of(rng, 2, B=2, T=3, O=1), settings, "generator"
    same(student.probe.training(*case), reference.probe.training(*case), rtol=1e-8)


@grades("train")
@pytest.mark.parametrize("batches", [0, 1, 2, 5, 33])
def test_numbers_of_batches(student, reference, rng, batches):
    """has one loss a batch, for any number of batches, none included"""
    weights = weights_of(rng, O=1)
    pairs = close_batches_of(rng, weights, batches, B=2, T=2, O=1)
    case = weights, pairs, {"lr": 0.01, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case, "iterator"), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-7)
    same(answer["change"], want["change"], rtol=1e-7)


@grades("train")
def test_small_and_rising(student, reference, rng):
    """goes on when losses are small, and when they rise"""
    weights, batches = with_readout(weights_of(rng), 1e-5), small_and_rising_batches_of(rng, 12)
    case = weights, batches, {"lr": 1e-4, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["change"], want["change"], rtol=1e-7)
    same(answer["losses"], want["losses"], rtol=1e-7)


@grades("train")
def test_one_batch_again(student, reference, rng):
    """takes the same batch as often as it comes"""
    weights, batches = weights_of(rng), batches_of(rng, 1) * 4
    case = weights, batches, {"lr": 0.1, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case, "first"), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)
    same(answer["change"], want["change"], rtol=1e-7)


@grades("train")
@pytest.mark.parametrize("lr", [0.2, 0.001])
def test_learning_rates(student, reference, rng, lr):
    """uses the learning rate it is given"""
    case = weights_of(rng), batches_of(rng, 4), {"lr": lr, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)
    same(answer["change"], want["change"], rtol=1e-7)


@grades("train")
@pytest.mark.parametrize("max_norm", [0.05, 0.5, 5.0])
def test_max_norm(student, reference, rng, max_norm):
    """passes max_norm on, which comes after lr"""
    weights = weights_of(rng)
    batches = growing_batches_of(rng, weights, 4)
    answer = student.probe.training(weights, batches, [0.1, max_norm])
    want = reference.oracle.true_training(weights, batches, {"lr": 0.1, "max_norm": max_norm})
    same(answer["change"], want["change"], rtol=CLIPPED)
    same(answer["losses"], want["losses"], rtol=CLIPPED)


@grades("train")
def test_different_batches(student, reference, rng):
    """takes batches of different sizes, in the order in which they come"""
    sizes = [(2, 5), (4, 3), (1, 9), (2, 5)]
    batches = [batch_of(rng, B=B, T=T) for B, T in sizes]
    case = weights_of(rng), batches, {"lr": 0.1, "max_norm": NO_LIMIT}
    answer, want = student.probe.training(*case), reference.oracle.true_training(*case)
    same(answer["losses"], want["losses"], rtol=1e-8)
    same(answer["change"], want["change"], rtol=1e-7)


@grades("train")
def test_second_training(student, reference, rng):
    """starts with a new optimizer when it is called again"""
    runs = [batches_of(rng, 3), batches_of(rng, 2)]
    case = weights_of(rng), runs, {"lr": 0.1, "max_norm": NO_LIMIT}
    same(student.probe.trainings(*case), reference.probe.trainings(*case), rtol=1e-8)


@grades("train")
def test_all_parameters(student, reference, rng):
    """trains all parameters of a SequenceModel"""
    case = [echo_of(rng, T=5) for _ in range(3)], {"lr": 0.1, "max_norm": NO_LIMIT}
    same(student.probe.echo_training(*case), reference.probe.echo_training(*case), rtol=1e-7)


@grades("train")
def test_layers_in_training(student, reference, rng):
    """trains with all parts of the model in training mode"""
    case = weights_of(rng), batches_of(rng, 3), {"lr": 0.1, "max_norm": NO_LIMIT}
    answer = student.probe.training(*case, model="Layered")
    same(answer, reference.probe.training(*case, model="Layered"), rtol=1e-7)


@grades("train")
def test_float32_training(student, reference, rng, device):
    """leaves a float32 model float32, on the device where it is"""
    case = *in_float32(weights_of(rng), batches_of(rng, 3)), {"lr": 0.1, "max_norm": NO_LIMIT}
    answer, want = (side.probe.training(*case, device=device) for side in (student, reference))
    # Adam divides by the size of the gradient, and the floats are numbers of float32 tensors.
    same(answer["change"], want["change"], rtol=3e-5)
    same(answer["losses"], want["losses"], rtol=3e-5)


@grades("train")
def test_frozen_parameters(student, reference, rng):
    """leaves frozen parameters as they are"""
    settings = {"lr": 0.1, "max_norm": NO_LIMIT}
    case = weights_of(rng), batches_of(rng, 3), settings, "list", ("W_x", "c")
    same(student.probe.training(*case), reference.probe.training(*case), rtol=1e-8)


@grades("train")
def test_batches_and_settings(student, rng):
    """leaves the batches, the model's mode and global settings as they were"""
    answer = student.probe.training(weights_of(rng), batches_of(rng, 3), {"lr": 0.1})
    unmodified(answer)
    undisturbed(answer)
    same(answer["in training mode"], {"model": True})
    same(answer["batches left in the list"], [3])


# ---------------------------------------------------------------- normalised_mse


@public
@grades("normalised_mse")
def test_measure(student, reference, rng):
    """is the mean squared error in evaluation mode over the population variance of y"""
    case = weights_of(rng, O=2), *batch_of(rng, B=2, T=3, O=2)
    same(student.probe.measure(*case), reference.probe.measure(*case))


@public
@grades("normalised_mse")
@pytest.mark.parametrize("training", [True, False])
def test_mode(student, reference, rng, training):
    """leaves the model and all its parts in the mode in which they came"""
    case = weights_of(rng, O=1), *batch_of(rng, B=2, T=3, O=1), training
    same(student.probe.layers_afterwards(*case), reference.probe.layers_afterwards(*case))


@public
@grades("normalised_mse")
@pytest.mark.parametrize("enabled", [True, False])
def test_gradients_afterwards(student, rng, enabled):
    """leaves PyTorch's gradients on, or off, as they were"""
    case = weights_of(rng, O=1), *batch_of(rng, B=2, T=3, O=1), enabled
    same(student.probe.gradients_afterwards(*case), enabled)


@grades("normalised_mse")
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


@grades("normalised_mse")
@pytest.mark.parametrize("shift, scale", [(30.0, 1.0), (-2.0, 500.0), (0.0, 1e-4), (0.0, 1e-7)])
def test_shifted_and_scaled(student, rng, shift, scale):
    """is right for targets far from zero, for large ones and for small ones"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    case = weights, x, shift + scale * y
    same(student.probe.measure(*case), error_of(*case))


@grades("normalised_mse")
def test_perfect_and_mean(student, rng):
    """is 0 for a perfect model and 1 for one that predicts the mean"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    same(student.probe.measure(weights, x, outputs_of(weights, x)), 0.0)
    mean = {**weights, "W_y": 0 * weights["W_y"], "c": np.full(3, 2 * y.mean())}
    same(student.probe.measure(mean, x, y), 1.0)


@grades("normalised_mse")
@pytest.mark.parametrize("training", [True, False])
def test_evaluation(student, rng, training):
    """leaves parameters and their .grad as they were, in either mode"""
    weights, batch = weights_of(rng), batch_of(rng)
    answer = student.probe.evaluation(weights, *batch, training)
    same(answer["normalised_mse"], error_of(weights, *batch))
    same(answer["in training mode"], {"model": training})
    same(answer["change"], {name: 0 * w for name, w in weights.items()})
    same(answer["gradients"], {f".grad of {name}": None for name in weights})
    same(answer["x.requires_grad"], False)
    same(answer["y.requires_grad"], False)


@public
@grades("normalised_mse")
def test_kept_gradients(student, rng):
    """leaves gradients that are there, and frozen parameters, as they were"""
    weights, batch = weights_of(rng, O=1), batch_of(rng, B=2, T=3, O=1)
    answer = student.probe.evaluation(weights, *batch, True, 0.5, ("b",))
    kept = {n: np.full_like(w, 0.5 * i) for i, (n, w) in enumerate(weights.items(), 1)}
    same(answer["gradients"], {f".grad of {name}": grad for name, grad in kept.items()})
    same(answer["b.requires_grad"], False)
    same(answer["W_x.requires_grad"], True)


@public
@grades("normalised_mse")
def test_no_gradients(student, reference, rng):
    """does not let PyTorch prepare for gradients while the model runs"""
    case = weights_of(rng, O=1), *batch_of(rng, B=2, T=3, O=1)
    same(student.probe.gradients_prepared(*case), reference.probe.gradients_prepared(*case))


@grades("normalised_mse")
@pytest.mark.parametrize("training", [True, False])
def test_layers_and_settings(student, reference, rng, training):
    """evaluates all parts of a model and leaves their modes and settings as they were"""
    case = weights_of(rng), *batch_of(rng), training
    answer = student.probe.evaluation(*case, model="Layered")
    same(answer, reference.probe.evaluation(*case, model="Layered"))


@grades("normalised_mse")
def test_dropout(student, reference, rng):
    """switches dropout off"""
    batch = echo_of(rng, T=6)
    same(student.probe.measure_echo(*batch), reference.probe.measure_echo(*batch))


@grades("normalised_mse")
def test_in_turn_and_changed(student, rng):
    """is right for models in turn and for a model and y that have changed, in any layout"""
    weights, (x, y) = weights_of(rng), batch_of(rng)
    half = {name: 0.5 * w for name, w in weights.items()}
    other = {**half, "b": -half["b"]}
    answer = student.probe.measure_in_turn(weights, x, y)
    cases = (weights, y), (half, y), (weights, y), (half, y), (half, 0.5 * y), (other, 0.5 * y)
    same(answer, [error_of(used, x, target) for used, target in cases])
    unmodified(answer)
    undisturbed(answer)


@grades("normalised_mse")
def test_float32_measure(student, rng, device):
    """returns a float for a float32 model and leaves it float32, on the device where it is"""
    x, y = batch_of(rng)
    means = np.array([0.5, 1.0, 1.5])
    weights, [(x, y)] = in_float32(weights_of(rng), [(x, y + means)])
    answer = student.probe.evaluation(weights, x, y, device=device)
    # The float is the number of a float32 tensor.
    same(answer["normalised_mse"], error_of(weights, x, y), rtol=1e-4)
    same(answer["change"], {name: 0 * w for name, w in weights.items()})
