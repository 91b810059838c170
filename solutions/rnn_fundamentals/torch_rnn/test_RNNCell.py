"""Hidden graders of torch_rnn.py.

The truth is PyTorch's own recurrence, in the oracle: results, and every gradient under a random
gradient from above, in float64. Probes: sizes that differ and sizes that coincide, states and
biases that are not zero, one step and six hundred; zeros where programs take short cuts; one
model used again and again.
"""

import numpy as np
import pytest

from autograder.grading import grades, public, same, tensor, undisturbed, unmodified


def draw(rng, *shape, scale=1.0):
    return scale * rng.standard_normal(shape)


def cell_case(rng, B, D, H):
    """Weights of an RNNCell, x and h_prev, none of them zero."""
    weights = {
        "W_xh.weight": draw(rng, H, D, scale=0.5),
        "W_hh.weight": draw(rng, H, H, scale=0.5),
        "W_hh.bias": draw(rng, H, scale=0.5),
    }
    return weights, draw(rng, B, D), rng.uniform(-0.9, 0.9, (B, H))


def layer_case(rng, B, T, D, H):
    """Weights of a contractive MyRNN, x and h0, none of them zero."""
    weights = {
        "cell.W_xh.weight": draw(rng, H, D, scale=0.5),
        "cell.W_hh.weight": draw(rng, H, H, scale=0.6 / np.sqrt(H)),
        "cell.W_hh.bias": draw(rng, H, scale=0.3),
    }
    return weights, draw(rng, B, T, D), rng.uniform(-0.9, 0.9, (B, H))


def long_case(rng, B, T, D, H):
    """A MyRNN through which gradients neither vanish nor explode: orthogonal, small signals."""
    weights, x, h0 = layer_case(rng, B, T, D, H)
    weights["cell.W_hh.weight"] = np.linalg.qr(draw(rng, H, H))[0]
    # What T steps add up to stays small: a bias adds up along an axis that is not turned.
    weights["cell.W_hh.bias"] *= 0.2 / T
    return weights, 0.05 / np.sqrt(T) * x, 0.1 * h0


def above(rng, B, T, H):
    """The gradients that arrive at outputs and at h_T."""
    return [draw(rng, B, T, H), draw(rng, B, H)]


def single(case):
    """The case in float32."""
    return [
        {name: array.astype(np.float32) for name, array in part.items()}
        if isinstance(part, dict)
        else part.astype(np.float32)
        for part in case
    ]


MODES = "training", "evaluation", "without gradients"


def agrees(answer, want, lookalikes=None):
    """Values first, then the gradients."""
    same(answer["values"], want["values"])
    same(answer["gradients"], want["gradients"], lookalikes=lookalikes)


def truncated(reference, *case):
    """What the gradients would be if every so many steps the state were cut off."""

    def kinds():
        for k in range(1, min(case[1].shape[1], 33)):
            what = f"the gradient with the state cut off every {k} steps" if k > 1 else NO_STEP_BACK
            yield what, reference.oracle.cut_layer_gradients(*case, k)["gradients"]

    return kinds


NO_STEP_BACK = "the gradient with the state cut off at every step"


# ---------------------------------------------------------------- RNNCell


@public
@grades("RNNCell")
@pytest.mark.parametrize("D, H", [(3, 5), (4, 4)])
def test_parameters(student, D, H):
    """has exactly the parameters W_xh.weight, W_hh.weight and W_hh.bias"""
    shapes = {"W_xh.weight": (H, D), "W_hh.weight": (H, H), "W_hh.bias": (H,)}
    want = {"parameters": {name: str(shape) for name, shape in shapes.items()}}
    same(student.probe.parameters("RNNCell", D, H), want)


@public
@grades("RNNCell")
def test_one_step(student, reference, rng):
    """computes tanh(W_xh x + W_hh h_prev + b) and lets every gradient through"""
    case = *cell_case(rng, B=2, D=3, H=5), draw(rng, 2, 5)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@public
@grades("RNNCell")
@pytest.mark.parametrize("training", [True, False])
def test_arguments(student, reference, rng, training):
    """leaves its arguments as they were, in training and where no gradients are recorded"""
    case = cell_case(rng, B=2, D=3, H=5)
    answer = student.probe.run_cell(*case, training)
    unmodified(answer)
    same(answer, reference.oracle.true_cell(*case))


@public
@grades("RNNCell")
@pytest.mark.parametrize("zero", ["x", "h_prev"])
def test_zeros(student, reference, rng, zero):
    """is right where all inputs or all states are zero, gradients included"""
    weights, x, h_prev = cell_case(rng, B=2, D=3, H=4)
    case = weights, x * (zero != "x"), h_prev * (zero != "h_prev"), draw(rng, 2, 4)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@public
@grades("RNNCell")
@pytest.mark.parametrize("mode", MODES)
def test_again(student, reference, rng, mode):
    """keeps nothing from one call to the next and uses its parameters as they are"""
    (w1, *first), (w2, *second) = cell_case(rng, 2, 1, 3), cell_case(rng, 2, 1, 3)
    # Where no gradients are recorded none come back: as if nothing arrived from above.
    arriving = draw(rng, 2, 3) * (mode != "without gradients")
    case = w1, w2, first, second, arriving, mode
    same(student.probe.use_cell_again(*case), reference.oracle.true_cell_again(*case))


@public
@grades("RNNCell")
def test_leaves(student, reference, rng):
    """leaves everything but its result alone: its weights, its mode, what its inputs are"""
    weights, x, h_prev = cell_case(rng, B=2, D=2, H=3)
    case = {name: 20 * array for name, array in weights.items()}, x, h_prev
    same(student.probe.look_back("RNNCell", *case), reference.probe.look_back("RNNCell", *case))


@grades("RNNCell")
@pytest.mark.parametrize(
    "B, D, H", [(4, 4, 4), (1, 3, 5), (6, 2, 1), (3, 1, 7), (5, 5, 3), (70, 16, 40)]
)
def test_sizes(student, reference, rng, B, D, H):
    """is right for other sizes, equal ones, one sequence and one unit included"""
    case = *cell_case(rng, B, D, H), draw(rng, B, H)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@grades("RNNCell")
@pytest.mark.parametrize(
    "scale, dtype", [(30.0, "float64"), (10000.0, "float64"), (1e20, "float32")]
)
def test_saturated(student, reference, rng, scale, dtype):
    """is right where units are saturated, and far beyond"""
    weights, x, h_prev = cell_case(rng, B=4, D=3, H=5)
    # The first sequence stays moderate: 1 - h**2 of saturated units alone is mere rounding.
    x[0], h_prev[0] = 0.3 * x[0], 0.3 * h_prev[0]
    # In the others no sum comes out small by chance, where large inputs would multiply rounding.
    signs = np.sign(weights["W_hh.bias"])[:, None]
    weights["W_xh.weight"] = signs * (0.1 + abs(weights["W_xh.weight"]))
    x[1:], h_prev[1:] = scale * (0.1 + abs(x[1:])), 3 * h_prev[1:]
    weights = {name: array.astype(dtype) for name, array in weights.items()}
    case = weights, x.astype(dtype), h_prev.astype(dtype), draw(rng, 4, 5).astype(dtype)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@grades("RNNCell")
def test_large_state(student, reference, rng):
    """takes states beyond 1 and large inputs as they are"""
    weights, x, h_prev = cell_case(rng, B=2, D=3, H=5)
    weights["W_xh.weight"] *= 1e-3
    weights["W_hh.weight"] *= 0.3
    case = weights, 1e3 * x, 3 * h_prev, draw(rng, 2, 5)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@grades("RNNCell")
def test_small(student, reference, rng):
    """is right to rounding where the state is close to zero"""
    weights, x, h_prev = cell_case(rng, B=2, D=3, H=5)
    weights["W_hh.bias"] *= 1e-3
    case = weights, 1e-3 * x, 1e-3 * h_prev, draw(rng, 2, 5)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@grades("RNNCell")
@pytest.mark.parametrize("scale", [1e-140, 1e100])
def test_gradient_scale(student, reference, rng, scale):
    """lets gradients through as they are, tiny and huge ones"""
    case = *cell_case(rng, B=2, D=3, H=5), draw(rng, 2, 5, scale=scale)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@grades("RNNCell")
def test_float32(student, reference, rng):
    """is made in PyTorch's default dtype and keeps to it"""
    weights, x, h_prev = cell_case(rng, B=4, D=3, H=5)
    case = *single([weights, 0.5 * x, h_prev]), draw(rng, 4, 5).astype(np.float32)
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


@public
@grades("RNNCell")
def test_global_state(student, reference, rng):
    """changes no global setting, shares nothing, draws random numbers only when it is made"""
    case = single(cell_case(rng, B=2, D=3, H=5))
    answer = student.probe.generator_use("RNNCell", 3, 5, case[1:])
    same(answer, reference.probe.generator_use("RNNCell", 3, 5, case[1:]))
    undisturbed(answer, "torch.random")


@grades("RNNCell")
def test_parity_on_device(student, reference, rng, device):
    """agrees with nn.RNNCell on the device, gradients included"""
    case = *cell_case(rng, B=3, D=4, H=6), draw(rng, 3, 6), device
    agrees(student.probe.differentiate_cell(*case), reference.oracle.true_cell_gradients(*case))


# ---------------------------------------------------------------- MyRNN


@public
@grades("MyRNN")
@pytest.mark.parametrize("D, H", [(3, 5), (4, 4)])
def test_parts(student, D, H):
    """has input_size, hidden_size, a cell that is an RNNCell, and only the cell's parameters"""
    same(
        student.probe.attributes(D, H),
        {"input_size": D, "hidden_size": H, "cell is an RNNCell": True},
    )
    shapes = {"W_xh.weight": (H, D), "W_hh.weight": (H, H), "W_hh.bias": (H,)}
    want = {"parameters": {f"cell.{name}": str(shape) for name, shape in shapes.items()}}
    same(student.probe.parameters("MyRNN", D, H), want)


@public
@grades("MyRNN")
def test_three_steps(student, reference, rng):
    """runs over three steps from a given state and lets every gradient through"""
    case = *layer_case(rng, B=2, T=3, D=3, H=4), above(rng, 2, 3, 4)
    want = reference.oracle.true_layer_gradients(*case)
    agrees(student.probe.differentiate_layer(*case), want, truncated(reference, *case))


@public
@grades("MyRNN")
def test_zero_state(student, reference, rng):
    """starts from zeros of the dtype of x when no state is given"""
    weights, x, _ = layer_case(rng, B=2, T=3, D=3, H=4)
    case = weights, x, None, above(rng, 2, 3, 4)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@public
@grades("MyRNN")
@pytest.mark.parametrize("mode", MODES)
def test_again_from_zeros(student, reference, rng, mode):
    """starts anew for every batch, with its parameters as they are, and keeps nothing"""
    (w1, first, _), (w2, *second) = layer_case(rng, 2, 2, 2, 3), layer_case(rng, 2, 2, 2, 3)
    # Where no gradients are recorded none come back: as if nothing arrived from above.
    arriving = [g * (mode != "without gradients") for g in above(rng, 2, 2, 3)]
    # In float32 signals are small, and what arrives is positive: gradients do not cancel.
    small = [*single([w1, 0.5 * first]), single(map(abs, arriving))]
    case = w1, w2, small, first, second, arriving, mode
    same(student.probe.use_layer_again(*case), reference.oracle.true_layer_again(*case))


@public
@grades("MyRNN")
@pytest.mark.parametrize("where", ["step", "sequence", "feature"])
def test_zero_inputs(student, reference, rng, where):
    """reads zeros as it reads any other input"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=2, H=3)
    x[{"step": np.s_[:, 1], "sequence": np.s_[1], "feature": np.s_[:, :, 0]}[where]] = 0.0
    case = weights, x, h0, above(rng, 2, 3, 3)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@public
@grades("MyRNN")
def test_constant_input(student, reference, rng):
    """goes on to the end although nothing changes any more"""
    weights, x, h0 = layer_case(rng, B=1, T=20, D=1, H=1)
    # A state that settles: 20 steps bring it to within 1e-9 of where it goes.
    weights["cell.W_hh.weight"][:] = 0.35
    case = weights, 0 * x + 0.5, h0, above(rng, 1, 20, 1)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@public
@grades("MyRNN")
def test_leaves_all(student, reference, rng):
    """leaves everything but its results alone: its weights, its mode, what its inputs are"""
    weights, x, h0 = layer_case(rng, B=2, T=2, D=2, H=3)
    case = {name: 20 * array for name, array in weights.items()}, x, h0
    same(student.probe.look_back("MyRNN", *case), reference.probe.look_back("MyRNN", *case))


@public
@grades("MyRNN")
def test_single_step(student, reference, rng):
    """keeps all axes of one sequence of one step"""
    case = *layer_case(rng, B=1, T=1, D=3, H=4), above(rng, 1, 1, 4)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@public
@grades("MyRNN")
def test_many_steps(student, reference, rng):
    """lets gradients through two dozen steps"""
    case = *long_case(rng, B=1, T=24, D=1, H=2), above(rng, 1, 24, 2)
    want = reference.oracle.true_layer_gradients(*case)
    agrees(student.probe.differentiate_layer(*case), want, truncated(reference, *case))


@public
@grades("MyRNN")
def test_other_device(student, reference, rng):
    """starts from zeros on the device of x"""
    case = single(layer_case(rng, B=2, T=3, D=3, H=5))[:2]
    want = reference.oracle.true_layer(*case).value
    same(student.probe.run_layer_elsewhere(*case), {"here": want, "elsewhere": want})


@public
@grades("MyRNN")
@pytest.mark.parametrize("training", [True, False])
def test_arguments_of_run(student, reference, rng, training):
    """leaves inputs and state as they were, in training and where no gradients are recorded"""
    case = layer_case(rng, B=2, T=2, D=2, H=3)
    answer = student.probe.run_layer(*case, training)
    unmodified(answer)
    same(answer, reference.oracle.true_layer(*case))


@grades("MyRNN")
@pytest.mark.parametrize("T", [1, 2, 7, 40])
def test_lengths(student, reference, rng, T):
    """is right for every length, and gradients reach the first step"""
    case = *long_case(rng, 2, T, 3, 5), above(rng, 2, T, 5)
    want = reference.oracle.true_layer_gradients(*case)
    agrees(student.probe.differentiate_layer(*case), want, truncated(reference, *case))


@grades("MyRNN")
@pytest.mark.parametrize("T", [150])
def test_long_sequences(student, reference, rng, T):
    """is right for long sequences, and gradients reach their first step"""
    case = *long_case(rng, 1, T, 2, 3), above(rng, 1, T, 3)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@grades("MyRNN")
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
    """is right for other sizes, equal ones and ones included"""
    case = *layer_case(rng, B, T, D, H), above(rng, B, T, H)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@grades("MyRNN")
@pytest.mark.parametrize("end", ["h_T", "outputs", "first output"])
def test_ends(student, reference, rng, end):
    """lets gradients through from h_T alone, from outputs alone, from one output alone"""
    weights, x, h0 = long_case(rng, 2, 6, 3, 5)
    outputs, h_T = above(rng, 2, 6, 5)
    outputs[:, 1:] *= end == "outputs"
    case = weights, x, h0, [outputs * (end != "h_T"), h_T * (end == "h_T")]
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@grades("MyRNN")
def test_given_zeros(student, reference, rng):
    """lets the gradient of a given state through even where that state is zero"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=3, H=5)
    case = weights, x, 0 * h0, above(rng, 2, 3, 5)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@grades("MyRNN")
@pytest.mark.parametrize("scale", [1e-140, 1e100])
def test_gradient_scales(student, reference, rng, scale):
    """lets gradients through as they are, tiny and huge ones"""
    weights, x, h0 = layer_case(rng, B=2, T=6, D=3, H=5)
    case = weights, x, h0, [scale * g for g in above(rng, 2, 6, 5)]
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@grades("MyRNN")
@pytest.mark.parametrize("scale", [30.0, 10000.0])
def test_large_inputs(student, reference, rng, scale):
    """is right for large inputs and states"""
    weights, x, h0 = layer_case(rng, B=4, T=6, D=3, H=5)
    # The first sequence stays moderate: 1 - h**2 of saturated units alone is mere rounding.
    x[1:], h0[1:] = scale * x[1:], scale * h0[1:]
    case = weights, x, h0, above(rng, 4, 6, 5)
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@grades("MyRNN")
def test_default_dtype(student, reference, rng):
    """is made in PyTorch's default dtype and keeps to it"""
    case = single(layer_case(rng, B=2, T=6, D=3, H=5))
    case = *case, [g.astype(np.float32) for g in above(rng, 2, 6, 5)]
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


@public
@grades("MyRNN")
def test_global_settings(student, reference, rng):
    """changes no global setting, shares nothing, draws random numbers only when it is made"""
    case = single(layer_case(rng, B=2, T=3, D=3, H=5))
    answer = student.probe.generator_use("MyRNN", 3, 5, case[1:2])
    same(answer, reference.probe.generator_use("MyRNN", 3, 5, case[1:2]))
    undisturbed(answer, "torch.random")


@grades("MyRNN")
def test_parity_of_run_on_device(student, reference, rng, device):
    """agrees with nn.RNN on the device, gradients included"""
    weights, x, _ = layer_case(rng, B=3, T=8, D=4, H=6)
    case = weights, x, None, above(rng, 3, 8, 6), device
    agrees(student.probe.differentiate_layer(*case), reference.oracle.true_layer_gradients(*case))


# ---------------------------------------------------------------- to_torch_rnn


@public
@grades("to_torch_rnn")
@pytest.mark.parametrize("D, H", [(3, 5), (4, 4)])
def test_kind(student, rng, D, H):
    """makes an nn.RNN of one layer, batch first, of the same sizes"""
    want = {"input_size": D, "hidden_size": H, "num_layers": 1, "nonlinearity": "tanh"}
    want |= {"batch_first": True, "bidirectional": False, "bias": True}
    same(student.probe.convert_and_describe(layer_case(rng, 2, 3, D, H)[0]), want)


@public
@grades("to_torch_rnn")
def test_same_function(student, reference, rng):
    """computes the same outputs and final state"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=3, H=4)
    case = weights, x, h0[None]
    same(student.probe.convert_and_run(*case), reference.oracle.true_converted(*case))


@public
@grades("to_torch_rnn")
@pytest.mark.parametrize("form", ["no module", "W_hh before W_xh"])
def test_anything(student, reference, rng, form):
    """takes anything with two sizes and a cell with two linear layers"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=4, H=4)
    want = reference.oracle.true_converted(weights, x, h0[None])
    same(student.probe.convert_thin(weights, form, x, h0[None]), want)


@public
@grades("to_torch_rnn")
@pytest.mark.parametrize(
    "D, H, dtype, frozen",
    [
        (3, 4, "float64", False),
        (4, 4, "float32", False),
        (2, 1, "float64", True),
        (1, 12, "float32", True),
    ],
)
def test_independent_of_copy(student, rng, D, H, dtype, frozen):
    """leaves my_rnn alone when the nn.RNN is trained"""
    weights = layer_case(rng, 2, 3, D, H)[0]
    weights = {name: array.astype(dtype) for name, array in weights.items()}
    want = {"my_rnn after the nn.RNN was trained": weights}
    same(student.probe.convert_and_train_copy(weights, frozen), want)


@public
@grades("to_torch_rnn")
@pytest.mark.parametrize(
    "part, factor",
    [("W_hh.bias", 0.0), ("W_hh.weight", 0.0), ("W_hh.weight", 1e-7), ("W_xh.weight", 100.0)],
)
def test_numbers(student, rng, part, factor):
    """hands over every number as it is: zeros, tiny and large ones"""
    weights = layer_case(rng, B=2, T=3, D=2, H=3)[0]
    weights[f"cell.{part}"] *= factor
    answer = student.probe.convert_and_read(weights)
    same(answer["weight_ih_l0"], tensor(weights["cell.W_xh.weight"]))
    same(answer["weight_hh_l0"], tensor(weights["cell.W_hh.weight"]))
    same(answer["bias"], tensor(weights["cell.W_hh.bias"]))


@public
@grades("to_torch_rnn")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_trainable(student, rng, dtype):
    """makes four parameters of my_rnn's dtype that can be trained"""
    weights = layer_case(rng, B=2, T=3, D=3, H=5)[0]
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    want = {**dict.fromkeys(names, dtype), **{f"{name} can be trained": True for name in names}}
    weights = {name: array.astype(dtype) for name, array in weights.items()}
    same(student.probe.convert_and_inspect(weights), want)


@public
@grades("to_torch_rnn")
def test_original_is_left(student, reference, rng):
    """leaves my_rnn as it was, even where the nn.RNN is run, and global settings too"""
    weights = single(layer_case(rng, B=2, T=3, D=3, H=5)[:1])[0]
    answer = student.probe.convert_and_look_back(weights)
    same(answer, reference.probe.convert_and_look_back(weights))
    undisturbed(answer, "torch.random")


@public
@grades("to_torch_rnn")
def test_parameters_on_one_device(student, rng):
    """puts all parameters on the device of my_rnn, wherever others are made"""
    weights = layer_case(rng, B=2, T=3, D=3, H=5)[0]
    want = {"device of the nn.RNN": "cpu", "device where others are made elsewhere": "cpu"}
    same(student.probe.convert_elsewhere(weights), want)


@grades("to_torch_rnn")
@pytest.mark.parametrize(
    "B, T, D, H", [(4, 4, 4, 4), (3, 3, 2, 5), (1, 6, 3, 5), (5, 2, 7, 1), (2, 50, 1, 16)]
)
def test_same_function_sizes(student, reference, rng, B, T, D, H):
    """computes the same for other sizes, equal ones and ones included"""
    weights, x, h0 = layer_case(rng, B, T, D, H)
    case = weights, x, h0[None]
    same(student.probe.convert_and_run(*case), reference.oracle.true_converted(*case))


@grades("to_torch_rnn")
def test_zero_initial_state(student, reference, rng):
    """computes the same from the default state"""
    case = layer_case(rng, B=2, T=6, D=3, H=5)[:2]
    same(student.probe.convert_and_run(*case), reference.oracle.true_converted(*case))


@grades("to_torch_rnn")
def test_keeps_float32(student, reference, rng):
    """keeps float32"""
    weights, x, h0 = single(layer_case(rng, B=2, T=6, D=3, H=5))
    case = weights, x, h0[None]
    same(student.probe.convert_and_run(*case), reference.oracle.true_converted(*case))


@grades("to_torch_rnn")
def test_independent_of_original(student, reference, rng):
    """makes an nn.RNN that stays as it is when my_rnn is trained"""
    weights, x, h0 = layer_case(rng, B=2, T=6, D=3, H=5)
    case = weights, x, h0[None]
    same(student.probe.convert_and_train_original(*case), reference.oracle.true_converted(*case))


@public
@grades("to_torch_rnn")
def test_two_models(student, reference, rng):
    """makes a new nn.RNN every time"""
    (w1, x, h0), (w2, _, _) = layer_case(rng, 2, 3, 2, 3), layer_case(rng, 2, 3, 2, 3)
    want = [reference.oracle.true_converted(w, x, h0[None]).value for w in (w1, w2)]
    same(student.probe.convert_again(w1, w2, x, h0[None]), want)


@grades("to_torch_rnn")
def test_same_function_on_device(student, reference, rng, device):
    """computes the same on the device"""
    weights, x, h0 = layer_case(rng, B=3, T=8, D=4, H=6)
    case = weights, x, h0[None], device
    same(student.probe.convert_and_run(*case), reference.oracle.true_converted(*case))
