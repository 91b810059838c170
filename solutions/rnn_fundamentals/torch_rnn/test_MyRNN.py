"""Checks of MyRNN."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import MODES, compare, draw, in_float32, layer_case


def long_case(rng, B, T, D, H):
    """A MyRNN through which gradients neither vanish nor explode: orthogonal, small signals."""
    weights, x, h0 = layer_case(rng, B, T, D, H)
    weights["cell.W_hh.weight"] = np.linalg.qr(draw(rng, H, H))[0]
    # The sum over T steps stays small: biases add up along an axis that W_hh does not rotate.
    weights["cell.W_hh.bias"] *= 0.2 / T
    return weights, 0.05 / np.sqrt(T) * x, 0.1 * h0


def upstream_gradients(rng, B, T, H):
    """The gradients that arrive at outputs and at h_T."""
    return [draw(rng, B, T, H), draw(rng, B, H)]


def truncated(reference, *case):
    """Lookalikes: the gradients with the state detached every k steps."""

    def kinds():
        for k in range(1, min(case[1].shape[1], 33)):
            what = f"the gradient with the state cut off every {k} steps" if k > 1 else NO_STEP_BACK
            yield what, reference.oracle.truncated_gradients(*case, k)["gradients"]

    return kinds


def compare_gradients(student, want, case, lookalikes=None):
    """Compare the gradients of a run."""
    answer = student.probe.differentiate_layer(*case)
    same(answer["gradients"], want["gradients"], lookalikes=lookalikes)


NO_STEP_BACK = "the gradient with the state cut off at every step"


@demand("parts")
@public
@pytest.mark.parametrize("D, H", [(3, 5), (4, 4)])
def test_parts(student, rng, D, H):
    """has input_size, hidden_size, and a cell that is an RNNCell"""
    want = {"input_size": D, "hidden_size": H, "cell is an RNNCell": True}
    same(student.probe.attributes(D, H), want)


@demand("parts")
@public
@pytest.mark.parametrize("D, H", [(3, 5), (4, 4)])
def test_parameters_of_layer(student, rng, D, H):
    """has the parameters of its cell, and no others"""
    shapes = {"W_xh.weight": (H, D), "W_hh.weight": (H, H), "W_hh.bias": (H,)}
    want = {f"cell.{name}": str(shape) for name, shape in shapes.items()}
    same(student.probe.parameters("MyRNN", D, H), {**want, "other parameters": "none"})


@demand("states")
@public
@pytest.mark.parametrize("state", ["given", "default"])
def test_states(student, reference, rng, state):
    """computes the states of all steps, from a given state and from the default one"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=3, H=5)
    # The default state in float32, a given state in float64: its dtype is another check's.
    case = (weights, x, h0) if state == "given" else in_float32((weights, x))
    same(student.probe.run_layer(*case), reference.oracle.true_layer(*case))


@demand("through_time")
@public
def test_three_steps(student, reference, rng):
    """passes gradients to all inputs and parameters, over three steps from a given state"""
    case = *layer_case(rng, B=2, T=3, D=3, H=4), upstream_gradients(rng, 2, 3, 4)
    want = reference.oracle.true_layer_gradients(*case)
    compare_gradients(student, want, case, truncated(reference, *case))


@demand("through_time")
@pytest.mark.parametrize("T", [2, 5, 12, 30])
def test_back_to_zeros(student, reference, rng, T):
    """passes gradients of outputs back through every step from the default state"""
    weights, x, _ = long_case(rng, 2, T, 3, 4)
    outputs, h_T = upstream_gradients(rng, 2, T, 4)
    case = weights, x, None, [outputs, 0 * h_T]
    compare_gradients(student, reference.oracle.true_layer_gradients(*case), case)


@demand("start")
@public
def test_zero_state(student, reference, rng):
    """starts from zeros of the dtype of x when no state is given"""
    weights, x, _ = layer_case(rng, B=2, T=3, D=3, H=4)
    case = weights, x, None, upstream_gradients(rng, 2, 3, 4)
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("harmless")
@public
@pytest.mark.parametrize("mode", MODES)
def test_again_from_zeros(student, reference, rng, mode):
    """starts again for every batch, uses its current parameters, keeps nothing between calls"""
    (w1, first, _), (w2, *second) = layer_case(rng, 2, 2, 2, 3), layer_case(rng, 2, 2, 2, 3)
    # Without recording no gradients come back, as if the upstream gradients were zero.
    arriving = [g * (mode != "without gradients") for g in upstream_gradients(rng, 2, 2, 3)]
    # In float32 signals are small and upstream gradients positive: gradients do not cancel.
    small = [*in_float32([w1, 0.5 * first]), in_float32(map(abs, arriving))]
    case = w1, w2, small, first, second, arriving, mode
    answer, want = student.probe.five_runs(*case), reference.oracle.true_five_runs(*case)
    for run in want.value:
        same(answer[run], want[run])


@demand("any_case")
@public
@pytest.mark.parametrize("where", ["step", "sequence", "feature"])
def test_zero_inputs(student, reference, rng, where):
    """treats an input of zeros like any other input"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=2, H=3)
    x[{"step": np.s_[:, 1], "sequence": np.s_[1], "feature": np.s_[:, :, 0]}[where]] = 0.0
    case = weights, x, h0, upstream_gradients(rng, 2, 3, 3)
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("any_case")
@public
def test_constant_input(student, reference, rng):
    """takes every step to the end, also when the state no longer changes"""
    weights, x, h0 = layer_case(rng, B=1, T=20, D=1, H=1)
    # A state that converges: after 20 steps it is within 1e-9 of its limit.
    weights["cell.W_hh.weight"][:] = 0.35
    case = weights, 0 * x + 0.5, h0, upstream_gradients(rng, 1, 20, 1)
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("harmless")
@public
def test_leaves_all(student, reference, rng):
    """changes neither its weights, nor its mode, nor its inputs"""
    weights, x, h0 = layer_case(rng, B=2, T=2, D=2, H=3)
    case = {name: 20 * array for name, array in weights.items()}, x, h0
    answer = student.probe.state_after_calls("MyRNN", *case)
    want = reference.probe.state_after_calls("MyRNN", *case)
    same(answer["MyRNN"], want["MyRNN"])
    same(answer["values"], want["values"])


@demand("any_case")
@public
def test_single_step(student, reference, rng):
    """keeps all axes for a single sequence of a single step"""
    case = *layer_case(rng, B=1, T=1, D=3, H=4), upstream_gradients(rng, 1, 1, 4)
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("through_time")
@public
def test_many_steps(student, reference, rng):
    """passes gradients back through two dozen steps"""
    case = *long_case(rng, B=1, T=24, D=1, H=2), upstream_gradients(rng, 1, 24, 2)
    want = reference.oracle.true_layer_gradients(*case)
    compare_gradients(student, want, case, truncated(reference, *case))


@demand("start")
@public
def test_other_device(student, reference, rng):
    """starts from zeros on the device of x"""
    case = in_float32(layer_case(rng, B=2, T=3, D=3, H=5))[:2]
    want = reference.oracle.true_layer(*case).value
    same(student.probe.run_layer_off_default_device(*case), {"here": want, "elsewhere": want})


@demand("harmless")
@public
@pytest.mark.parametrize("training", [True, False])
def test_arguments_of_run(student, reference, rng, training):
    """leaves inputs and state as they were, in training and where no gradients are recorded"""
    case = layer_case(rng, B=2, T=2, D=2, H=3)
    answer = student.probe.run_layer(*case, training)
    unmodified(answer)
    same(answer, reference.oracle.true_layer(*case))


@demand("through_time")
@pytest.mark.parametrize("T", [1, 2, 7, 40])
def test_lengths(student, reference, rng, T):
    """is right for every length, and gradients reach the first step"""
    case = *long_case(rng, 2, T, 3, 5), upstream_gradients(rng, 2, T, 5)
    want = reference.oracle.true_layer_gradients(*case)
    compare_gradients(student, want, case, truncated(reference, *case))


@demand("through_time")
@pytest.mark.parametrize("T", [150])
def test_long_sequences(student, reference, rng, T):
    """is right for long sequences, and gradients reach their first step"""
    case = *long_case(rng, 1, T, 2, 3), upstream_gradients(rng, 1, T, 3)
    compare_gradients(student, reference.oracle.true_layer_gradients(*case), case)


@demand("any_case")
@pytest.mark.parametrize(
    "B, T, D, H",
    [
        (4, 4, 3, 5),
        (4, 4, 4, 4),
        (1, 6, 3, 5),
        (5, 3, 1, 1),
        (3, 5, 7, 2),
        (1, 1, 1, 1),
        (70, 2, 16, 40),
    ],
)
def test_sizes_of_run(student, reference, rng, B, T, D, H):
    """is right for other sizes, also equal sizes and sizes of one"""
    case = *layer_case(rng, B, T, D, H), upstream_gradients(rng, B, T, H)
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("through_time")
@pytest.mark.parametrize("end", ["h_T", "outputs", "first output"])
def test_ends(student, reference, rng, end):
    """passes gradients back from h_T alone, from outputs alone, from one output alone"""
    weights, x, h0 = long_case(rng, 2, 6, 3, 5)
    outputs, h_T = upstream_gradients(rng, 2, 6, 5)
    outputs[:, 1:] *= end == "outputs"
    case = weights, x, h0, [outputs * (end != "h_T"), h_T * (end == "h_T")]
    compare_gradients(student, reference.oracle.true_layer_gradients(*case), case)


@demand("any_case")
def test_given_zeros(student, reference, rng):
    """passes a gradient back to a given state, also where that state is zero"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=3, H=5)
    case = weights, x, 0 * h0, upstream_gradients(rng, 2, 3, 5)
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("any_case")
@pytest.mark.parametrize("scale", [1e-140, 1e100])
def test_gradient_scales(student, reference, rng, scale):
    """passes tiny and huge gradients on without changing them"""
    weights, x, h0 = layer_case(rng, B=2, T=6, D=3, H=5)
    case = weights, x, h0, [scale * g for g in upstream_gradients(rng, 2, 6, 5)]
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("any_case")
@pytest.mark.parametrize("scale", [30.0, 10000.0])
def test_large_inputs(student, reference, rng, scale):
    """is right for large inputs and states"""
    weights, x, h0 = layer_case(rng, B=4, T=6, D=3, H=5)
    # The first sequence stays moderate, because 1 - h**2 of saturated units is only rounding.
    x[1:], h0[1:] = scale * x[1:], scale * h0[1:]
    case = weights, x, h0, upstream_gradients(rng, 4, 6, 5)
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("form")
def test_default_dtype(student, reference, rng):
    """creates its parameters in PyTorch's default dtype, and returns results in that dtype"""
    case = in_float32(layer_case(rng, B=2, T=6, D=3, H=5))
    case = *case, [g.astype(np.float32) for g in upstream_gradients(rng, 2, 6, 5)]
    compare(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@demand("harmless")
@public
def test_global_settings(student, reference, rng):
    """changes no global setting, shares no parameters, draws random numbers only when created"""
    case = in_float32(layer_case(rng, B=2, T=3, D=3, H=5))[:2]
    answer = student.probe.use_of_random_numbers("MyRNN", 3, 5, *case)
    want = reference.probe.use_of_random_numbers("MyRNN", 3, 5, *case)
    same(answer["random numbers"], want["random numbers"])
    leaves_globals_alone(answer, "torch.random")
    same(answer["values"], reference.oracle.true_layer(*case))


@demand("through_time")
def test_parity_of_run_on_device(student, reference, rng, device):
    """agrees with nn.RNN on the device, gradients included"""
    weights, x, _ = layer_case(rng, B=3, T=8, D=4, H=6)
    case = weights, x, None, upstream_gradients(rng, 3, 8, 6), device
    compare_gradients(student, reference.oracle.true_layer_gradients(*case), case)


@demand("start")
def test_layer_on_meta(student, reference, rng):
    """starts from zeros on the device of the layer and its input"""
    sizes = rng.integers(2, 8, 4).tolist()
    # on PyTorch's device "meta" shapes, dtypes and devices are real, and no number is
    answer, want = (side.probe.layer_on_meta(*sizes) for side in (student, reference))
    if not answer["can run"].value:
        pytest.skip("not run: the program looks at values, and there are none on meta")
    same(answer["results"], want["results"])
