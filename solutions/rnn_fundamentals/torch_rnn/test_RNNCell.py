"""Checks of RNNCell."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import MODES, compare, draw, in_float32


def cell_case(rng, B, D, H):
    """Weights of an RNNCell, x and h_prev, none of them zero."""
    weights = {
        "W_xh.weight": draw(rng, H, D, scale=0.5),
        "W_hh.weight": draw(rng, H, H, scale=0.5),
        "W_hh.bias": draw(rng, H, scale=0.5),
    }
    return weights, draw(rng, B, D), rng.uniform(-0.9, 0.9, (B, H))


@demand("parameters")
@public
@pytest.mark.parametrize("D, H", [(3, 5), (4, 4)])
def test_parameters(student, rng, D, H):
    """has exactly the parameters W_xh.weight, W_hh.weight and W_hh.bias"""
    shapes = {"W_xh.weight": (H, D), "W_hh.weight": (H, H), "W_hh.bias": (H,)}
    want = {name: str(shape) for name, shape in shapes.items()}
    same(student.probe.parameters("RNNCell", D, H), {**want, "other parameters": "none"})


@demand("values")
@public
@pytest.mark.parametrize("D, H, dtype", [(3, 5, "float64"), (4, 4, "float32")])
def test_one_step(student, reference, rng, D, H, dtype):
    """computes tanh(W_xh x + W_hh h_prev + b)"""
    case = cell_case(rng, 2, D, H)
    case = case if dtype == "float64" else in_float32(case)
    same(student.probe.run_cell(*case), reference.oracle.true_cell(*case))


@demand("gradients")
@public
def test_gradients(student, reference, rng):
    """computes one step with the gradients of all inputs and parameters"""
    case = *cell_case(rng, B=2, D=3, H=5), draw(rng, 2, 5)
    answer, want = (
        student.probe.differentiate_cell(*case),
        reference.oracle.true_cell_gradients(*case),
    )
    same(answer["gradients"], want["gradients"])


@demand("harmless")
@public
@pytest.mark.parametrize("training", [True, False])
def test_arguments(student, reference, rng, training):
    """leaves its arguments as they were, in training and where no gradients are recorded"""
    case = cell_case(rng, B=2, D=3, H=5)
    answer = student.probe.run_cell(*case, training)
    unmodified(answer)
    same(answer, reference.oracle.true_cell(*case))


@demand("any_case")
@public
@pytest.mark.parametrize("zero", ["x", "h_prev"])
def test_zeros(student, reference, rng, zero):
    """is right where all inputs or all states are zero, gradients included"""
    weights, x, h_prev = cell_case(rng, B=2, D=3, H=4)
    case = weights, x * (zero != "x"), h_prev * (zero != "h_prev"), draw(rng, 2, 4)
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("harmless")
@public
@pytest.mark.parametrize("mode", MODES)
def test_again(student, reference, rng, mode):
    """keeps nothing from one call to the next and uses its current parameters"""
    (w1, *first), (w2, *second) = cell_case(rng, 2, 1, 3), cell_case(rng, 2, 1, 3)
    # Without recording no gradients come back, as if the upstream gradients were zero.
    arriving = draw(rng, 2, 3, scale=0.1) * (mode != "without gradients")
    case = w1, w2, first, second, arriving, mode
    answer, want = student.probe.four_steps(*case), reference.oracle.true_four_steps(*case)
    for run in want.value:
        same(answer[run], want[run])


@demand("harmless")
@public
def test_leaves(student, reference, rng):
    """changes neither its weights, nor its mode, nor its inputs"""
    weights, x, h_prev = cell_case(rng, B=2, D=2, H=3)
    case = {name: 20 * array for name, array in weights.items()}, x, h_prev
    answer = student.probe.state_after_calls("RNNCell", *case)
    want = reference.probe.state_after_calls("RNNCell", *case)
    same(answer["RNNCell"], want["RNNCell"])
    same(answer["values"], want["values"])


@demand("any_case")
@pytest.mark.parametrize(
    "B, D, H", [(4, 4, 4), (1, 3, 5), (6, 2, 1), (3, 1, 7), (5, 5, 3), (70, 16, 40)]
)
def test_sizes(student, reference, rng, B, D, H):
    """is right for other sizes, also equal sizes, a single sequence and a single unit"""
    case = *cell_case(rng, B, D, H), draw(rng, B, H)
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("any_case")
@pytest.mark.parametrize(
    "scale, dtype", [(30.0, "float64"), (10000.0, "float64"), (1e20, "float32")]
)
def test_saturated(student, reference, rng, scale, dtype):
    """is right where units are saturated, and far beyond"""
    weights, x, h_prev = cell_case(rng, B=4, D=3, H=5)
    # The first sequence stays moderate, because 1 - h**2 of saturated units is only rounding.
    x[0], h_prev[0] = 0.3 * x[0], 0.3 * h_prev[0]
    # In the others no sum is small by chance: large inputs would multiply its rounding error.
    signs = np.sign(weights["W_hh.bias"])[:, None]
    weights["W_xh.weight"] = signs * (0.1 + abs(weights["W_xh.weight"]))
    x[1:], h_prev[1:] = scale * (0.1 + abs(x[1:])), 3 * h_prev[1:]
    weights = {name: array.astype(dtype) for name, array in weights.items()}
    case = weights, x.astype(dtype), h_prev.astype(dtype), draw(rng, 4, 5).astype(dtype)
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("any_case")
def test_large_state(student, reference, rng):
    """is right for states beyond 1 and for large inputs"""
    weights, x, h_prev = cell_case(rng, B=2, D=3, H=5)
    weights["W_xh.weight"] *= 1e-3
    weights["W_hh.weight"] *= 0.3
    case = weights, 1e3 * x, 3 * h_prev, draw(rng, 2, 5)
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("any_case")
def test_small(student, reference, rng):
    """is right to rounding where the state is close to zero"""
    weights, x, h_prev = cell_case(rng, B=2, D=3, H=5)
    weights["W_hh.bias"] *= 1e-3
    case = weights, 1e-3 * x, 1e-3 * h_prev, draw(rng, 2, 5)
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("gradients")
@pytest.mark.parametrize("scale", [1e-140, 1e100])
def test_gradient_scale(student, reference, rng, scale):
    """passes tiny and huge gradients on without changing them"""
    case = *cell_case(rng, B=2, D=3, H=5), draw(rng, 2, 5, scale=scale)
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("form")
def test_float32(student, reference, rng):
    """creates its parameters in PyTorch's default dtype, and returns results in that dtype"""
    weights, x, h_prev = cell_case(rng, B=4, D=3, H=5)
    case = *in_float32([weights, 0.5 * x, h_prev]), draw(rng, 4, 5).astype(np.float32)
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("harmless")
@public
def test_global_state(student, reference, rng):
    """changes no global setting, shares no parameters, draws random numbers only when created"""
    case = in_float32(cell_case(rng, B=2, D=3, H=5))
    answer = student.probe.use_of_random_numbers("RNNCell", 3, 5, *case)
    want = reference.probe.use_of_random_numbers("RNNCell", 3, 5, *case)
    same(answer["random numbers"], want["random numbers"])
    leaves_globals_alone(answer, "torch.random")
    same(answer["values"], reference.oracle.true_cell(*case))


@demand("gradients")
def test_parity_on_device(student, reference, rng, device):
    """agrees with nn.RNNCell on the device, gradients included"""
    case = *cell_case(rng, B=3, D=4, H=6), draw(rng, 3, 6), device
    compare(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@demand("form")
def test_cell_on_meta(student, reference, rng):
    """returns its result on the device of the cell and its input"""
    sizes = rng.integers(2, 8, 3).tolist()
    # on PyTorch's device "meta" shapes, dtypes and devices are real, and no number is
    answer, want = (side.probe.cell_on_meta(*sizes) for side in (student, reference))
    if not answer["can run"].value:
        pytest.skip("not run: the program looks at values, and there are none on meta")
    same(answer["results"], want["results"])
