"""Checks of to_torch_rnn."""

import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, tensor

from .cases import in_float32, layer_case


def conversion_case(rng, B, T, D, H, dtype="float64"):
    """Weights of my_rnn, x, and the initial state in the form of an nn.RNN."""
    weights, x, h0 = layer_case(rng, B, T, D, H)
    weights = {name: array.astype(dtype) for name, array in weights.items()}
    return weights, x.astype(dtype), h0[None].astype(dtype)


# That numbers are copied exactly is a demand of its own: in others, numbers in float32 will do.
ROUGHLY = 1e-6

NUMBERS = ("W_hh.bias", 0.0), ("W_hh.weight", 0.0), ("W_hh.weight", 1e-7), ("W_xh.weight", 100.0)


@demand("function")
@public
@pytest.mark.parametrize("D, H", [(3, 5), (4, 4)])
def test_kind(student, reference, rng, D, H):
    """makes an nn.RNN of one layer, batch first, of the same sizes"""
    want = {"input_size": D, "hidden_size": H, "num_layers": 1, "nonlinearity": "tanh"}
    want |= {"batch_first": True, "bidirectional": False, "bias": True}
    case = conversion_case(rng, 2, 3, D, H)
    answer = student.probe.convert_and_describe(*case)
    same(answer["settings"], want)
    same(answer["values"], reference.oracle.true_converted(*case), rtol=ROUGHLY)


@demand("function")
@public
def test_same_function(student, reference, rng):
    """computes the same outputs and final state"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=3, H=4)
    case = weights, x, h0[None]
    want = reference.oracle.true_converted(*case)
    same(student.probe.convert_and_run(*case), want, rtol=ROUGHLY)


@demand("function")
@public
@pytest.mark.parametrize("form", ["no module", "W_hh before W_xh"])
def test_anything(student, reference, rng, form):
    """accepts any object with two sizes and a cell with two linear layers"""
    weights, x, h0 = layer_case(rng, B=2, T=3, D=4, H=4)
    want = reference.oracle.true_converted(weights, x, h0[None])
    same(student.probe.convert_unusual(weights, form, x, h0[None]), want, rtol=ROUGHLY)


@demand("independent")
@public
@pytest.mark.parametrize(
    "D, H, dtype", [(3, 4, "float64"), (4, 4, "float32"), (2, 1, "float64"), (1, 12, "float32")]
)
def test_independent_of_copy(student, reference, rng, D, H, dtype):
    """makes an nn.RNN whose training does not change my_rnn"""
    weights, *inputs = conversion_case(rng, 2, 3, D, H, dtype)
    answer = student.probe.convert_and_train_copy(weights, *inputs)
    same(answer["my_rnn after the nn.RNN was trained"], weights)
    rtol = ROUGHLY if dtype == "float64" else None
    same(answer["values"], reference.oracle.true_converted(weights, *inputs), rtol=rtol)


@demand("numbers")
@public
@pytest.mark.parametrize("part, factor", NUMBERS)
def test_numbers(student, rng, part, factor):
    """copies every number exactly: zeros, tiny and large numbers"""
    weights = conversion_case(rng, B=2, T=3, D=2, H=3)[0]
    weights[f"cell.{part}"] *= factor
    answer = student.probe.convert_and_read(weights)
    want = {
        "weight_ih_l0": tensor(weights["cell.W_xh.weight"]),
        "weight_hh_l0": tensor(weights["cell.W_hh.weight"]),
        "bias": tensor(weights["cell.W_hh.bias"]),
    }
    same(answer, want)


@demand("form")
@public
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_trainable(student, reference, rng, dtype):
    """makes four parameters of my_rnn's dtype that can be trained"""
    case = conversion_case(rng, 2, 3, 3, 5, dtype)
    names = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
    want = {**dict.fromkeys(names, dtype), **{f"{name} can be trained": True for name in names}}
    answer = student.probe.convert_and_inspect(*case)
    same(answer["parameters"], want)
    rtol = ROUGHLY if dtype == "float64" else None
    same(answer["values"], reference.oracle.true_converted(*case), rtol=rtol)


@demand("harmless")
@public
def test_original_is_left(student, reference, rng):
    """leaves my_rnn and global settings as they were, also after the nn.RNN has run"""
    weights = in_float32(layer_case(rng, B=2, T=3, D=3, H=5)[:1])[0]
    answer = student.probe.my_rnn_after_conversion(weights)
    want = reference.probe.my_rnn_after_conversion(weights)
    same(answer["my_rnn"], want["my_rnn"])
    same(answer["numbers"], want["numbers"])
    same(answer["outputs"], want["outputs"])
    leaves_globals_alone(answer, "torch.random")


@demand("form")
@public
def test_parameters_on_one_device(student, reference, rng):
    """puts all parameters on the device of my_rnn, whatever the default device is"""
    case = conversion_case(rng, B=2, T=3, D=3, H=5)
    want = {"device of the nn.RNN": "cpu", "device where others are made elsewhere": "cpu"}
    answer = student.probe.convert_off_default_device(*case)
    same(answer["devices"], want)
    same(answer["values"], reference.oracle.true_converted(*case), rtol=ROUGHLY)


@demand("function")
@pytest.mark.parametrize(
    "B, T, D, H", [(4, 4, 4, 4), (3, 3, 2, 5), (1, 6, 3, 5), (5, 2, 7, 1), (2, 50, 1, 16)]
)
def test_same_function_sizes(student, reference, rng, B, T, D, H):
    """computes the same for other sizes, also equal sizes and sizes of one"""
    weights, x, h0 = layer_case(rng, B, T, D, H)
    case = weights, x, h0[None]
    want = reference.oracle.true_converted(*case)
    same(student.probe.convert_and_run(*case), want, rtol=ROUGHLY)


@demand("function")
# a part of 1e-7 hardly changes the function
@pytest.mark.parametrize("part, factor", [pair for pair in NUMBERS if pair[1] != 1e-7])
def test_function_of_numbers(student, reference, rng, part, factor):
    """computes the same with zeros, tiny and large numbers"""
    weights, *inputs = conversion_case(rng, B=2, T=3, D=2, H=3)
    weights[f"cell.{part}"] *= factor
    want = reference.oracle.true_converted(weights, *inputs)
    same(student.probe.convert_and_run(weights, *inputs), want, rtol=ROUGHLY)


@demand("function")
def test_zero_initial_state(student, reference, rng):
    """computes the same from the default state"""
    case = layer_case(rng, B=2, T=6, D=3, H=5)[:2]
    want = reference.oracle.true_converted(*case)
    same(student.probe.convert_and_run(*case), want, rtol=ROUGHLY)


@demand("function")
def test_keeps_float32(student, reference, rng):
    """keeps float32"""
    weights, x, h0 = in_float32(layer_case(rng, B=2, T=6, D=3, H=5))
    case = weights, x, h0[None]
    same(student.probe.convert_and_run(*case), reference.oracle.true_converted(*case))


@demand("independent")
def test_independent_of_original(student, reference, rng):
    """makes an nn.RNN that does not change when my_rnn is trained"""
    weights, x, h0 = layer_case(rng, B=2, T=6, D=3, H=5)
    case = weights, x, h0[None]
    want = reference.oracle.true_converted(*case)
    same(student.probe.convert_and_train_original(*case), want, rtol=ROUGHLY)


@demand("independent")
@public
def test_two_models(student, reference, rng):
    """makes a new nn.RNN every time"""
    (w1, x, h0), (w2, _, _) = layer_case(rng, 2, 3, 2, 3), layer_case(rng, 2, 3, 2, 3)
    want = [reference.oracle.true_converted(w, x, h0[None]).value for w in (w1, w2)]
    same(student.probe.convert_twice(w1, w2, x, h0[None]), want, rtol=ROUGHLY)


@demand("function")
def test_same_function_on_device(student, reference, rng, device):
    """computes the same on the device"""
    weights, x, h0 = layer_case(rng, B=3, T=8, D=4, H=6)
    case = weights, x, h0[None], device
    want = reference.oracle.true_converted(*case)
    same(student.probe.convert_and_run(*case), want, rtol=ROUGHLY)


@demand("form")
def test_converted_on_meta(student, reference, rng):
    """makes all parameters on the device of my_rnn"""
    sizes = rng.integers(2, 8, 2).tolist()
    # on PyTorch's device "meta" shapes, dtypes and devices are real, and no number is
    answer, want = (side.probe.converted_on_meta(*sizes) for side in (student, reference))
    if not answer["can run"].value:
        pytest.skip("not run: the program looks at values, and there are none on meta")
    same(answer["results"], want["results"])
