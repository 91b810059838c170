"""Checks of gradient_norm."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, tensor, unmodified

from .cases import ABOUT, RTOL, network, same_left_behind, scan


def steps(rng, T, D=3, dtype=np.float64):
    return tensor(rng.standard_normal((1, T, D)).astype(dtype))


@demand("value")
@public
def test_rnn(student, reference, rng):
    """measures an nn.RNN over five steps"""
    case = network(rng), steps(rng, 5)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=ABOUT)


@demand("value")
@public
def test_lstm(student, reference, rng):
    """measures an nn.LSTM, whose state has two parts"""
    case = network(rng, "LSTM", H=2), steps(rng, 4)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=ABOUT)


@demand("any_model")
@public
def test_own_module(student, reference, rng):
    """is right for a float32 module of another class, whose state has another form"""
    case = network(rng, "Scan", dtype=np.float32), steps(rng, 4)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=ABOUT)


@demand("any_model")
@public
@pytest.mark.parametrize("mode", ["training", "evaluation"])
def test_mode(student, reference, rng, mode):
    """runs the model in its current mode, training or evaluation"""
    case = network(rng, "Scan"), steps(rng, 3), mode
    same(student.probe.norm_in_use(*case), reference.probe.norm_in_use(*case), rtol=ABOUT)


@demand("precision")
@public
def test_float32_small(student, reference, rng):
    """measures a float32 model to 1e-9, also where the norm is far below 1e-23"""
    model = network(rng, D=2, H=3, gain=0.2, dtype=np.float32)
    case = model, steps(rng, 50, 2, np.float32)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=RTOL)


@demand("precision")
@public
def test_float32_model(student, reference, rng):
    """computes in float64 for a float32 model"""
    case = network(rng, D=2, H=3, dtype=np.float32), steps(rng, 4, 2, np.float32)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=RTOL)


@demand("harmless")
@public
def test_model_left_alone(student, reference, rng):
    """leaves the model (parameters, dtype, gradients, mode) and x as they were"""
    case = network(rng, D=2, H=2, dtype=np.float32), steps(rng, 3, 2), "training"
    answer = student.probe.model_after_norm(*case)
    same_left_behind(answer, reference.probe.model_after_norm(*case))


@demand("precision")
@pytest.mark.parametrize("T", [1, 2, 3, 10, 150])
def test_lengths(student, reference, rng, T):
    """is right for every length of the sequence"""
    case = network(rng), steps(rng, T)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@demand("value")
@pytest.mark.parametrize("D, H", [(1, 1), (4, 4), (7, 1), (1, 7), (16, 20)])
def test_sizes(student, reference, rng, D, H):
    """is right for other sizes, also equal sizes"""
    case = network(rng, D=D, H=H), steps(rng, 4, D)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=ABOUT)


@demand("any_model")
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "Scan"])
def test_kinds(student, reference, rng, kind):
    """is right for other recurrent networks"""
    case = network(rng, kind), steps(rng, 20)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=ABOUT)


@demand("precision")
@pytest.mark.parametrize(
    "kind, x_dtype",
    [
        ("RNN", "float32"),
        ("RNN", "float64"),
        ("LSTM", "float64"),
        ("GRU", "float32"),
        ("Scan", "float64"),
    ],
)
def test_float32(student, reference, rng, kind, x_dtype):
    """computes in float64 for a float32 model, whatever the dtype of x"""
    case = network(rng, kind, dtype=np.float32), steps(rng, 8, dtype=x_dtype)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@demand("precision")
@pytest.mark.parametrize(
    "model_dtype, x_dtype, size",
    [
        ("float64", "float16", 1.0),
        ("float64", "bfloat16", 1e-6),  # float16 has few digits left there
        ("float16", "bfloat16", 1.0),
        ("bfloat16", "float64", 1.0),
    ],
)
def test_short_dtypes(student, reference, rng, model_dtype, x_dtype, size):
    """is right for 16-bit models and inputs"""
    model, x = network(rng), size * rng.standard_normal((1, 5, 3))
    model["parameters"]["weight_ih_l0"] /= size
    case = model, tensor(x), model_dtype, x_dtype
    same(student.probe.norm_in(*case), reference.probe.norm_in(*case), rtol=RTOL)


@demand("precision")
def test_float32_x(student, reference, rng):
    """computes in float64 for a float64 model and a float32 x"""
    case = network(rng), steps(rng, 20, dtype=np.float32)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@demand("precision")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("a", [0.005, 1.0, 200.0])
def test_small_and_large(student, reference, rng, a, dtype):
    """is right for norms from 1e-140 to 1e140"""
    T, A = 60, rng.uniform(-0.5, 0.5, (4, 3)).astype(dtype)
    factors = np.full(4, a, dtype)
    truth = float(factors[0]) ** (T - 1) * np.linalg.norm(A.astype(np.float64).sum(axis=0))
    answer = student.probe.norm(scan(factors, A), steps(rng, T, dtype=dtype))
    same(answer, float(truth), rtol=RTOL)


@demand("value")
@pytest.mark.parametrize("T", [1, 2, 7, 40])
def test_changing_factors(student, reference, rng, T):
    """is right where each step multiplies the gradient by other factors"""
    a, A = rng.uniform(0.3, 1.5, (T, 4)), rng.standard_normal((4, 3))
    C = rng.standard_normal((2, 4)) + 1
    truth = np.linalg.norm(A.T @ (np.prod(a[1:], axis=0) * C.sum(axis=0)))
    same(student.probe.norm(scan(a, A, C), steps(rng, T)), float(truth), rtol=ABOUT)


@demand("precision")
@pytest.mark.parametrize("gain", [0.25, 1.0, 3.0])
def test_known_jacobian(student, reference, rng, gain):
    """is right where the Jacobian of a step is W_hh"""
    T, model = 50, network(rng, H=5, gain=gain)
    weights = model["parameters"]
    for name in ("bias_ih_l0", "bias_hh_l0"):
        weights[name] = np.zeros(5)
    v = np.ones(5)
    for _ in range(T - 1):
        v = weights["weight_hh_l0"].T @ v
    truth = np.linalg.norm(weights["weight_ih_l0"].T @ v)
    same(student.probe.norm(model, tensor(np.zeros((1, T, 3)))), float(truth), rtol=RTOL)


@demand("any_model")
@pytest.mark.parametrize("forget_bias", [-2.0, 1.0, 5.0])
def test_known_gates(student, reference, rng, forget_bias):
    """is right for an LSTM whose gates are constant"""
    T, H, W = 40, 4, 0.1 * rng.standard_normal((4, 3))
    b = np.repeat([0.5, forget_bias, 0.0, -0.3], H)  # i, f, g, o
    weights = {"weight_ih_l0": np.zeros((16, 3)), "weight_hh_l0": np.zeros((16, H))}
    weights["weight_ih_l0"][2 * H : 3 * H] = W
    model = {"kind": "LSTM", "parameters": {**weights, "bias_ih_l0": 2 * b, "bias_hh_l0": -b}}
    i, f, _, o = 1 / (1 + np.exp(-b[::H]))
    truth = o * i * f ** (T - 1) * np.linalg.norm(W.sum(axis=0))
    same(student.probe.norm(model, tensor(np.zeros((1, T, 3)))), float(truth), rtol=ABOUT)


@demand("value")
def test_relu(student, reference, rng):
    """is right for an nn.RNN with relu"""
    case = network(rng, H=9, nonlinearity="relu"), steps(rng, 4)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=ABOUT)


@demand("any_model")
@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_stacked(student, reference, rng, kind):
    """is right for two layers with dropout, in evaluation mode"""
    case = network(rng, kind, layers=2, dropout=0.5), steps(rng, 6)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=ABOUT)


@demand("any_model")
@pytest.mark.parametrize("dtype, mode", [("float64", "evaluation"), ("float32", "training")])
def test_busy_model(student, reference, rng, dtype, mode):
    """is right where model and x hold gradients already and some parameters are frozen"""
    model, x = network(rng, "LSTM", dtype=dtype), steps(rng, 6, dtype=dtype)
    answer = student.probe.norm_in_use(model, x, mode)
    same(answer, reference.oracle.norm_by_complex_step(model, x), rtol=ABOUT)


@demand("any_model")
def test_view(student, reference, rng):
    """is right for an x that is a view of a longer tensor, with gaps"""
    model, x = network(rng, "GRU"), steps(rng, 9)
    answer = student.probe.norm_in(model, x, "float64", "float64", 2)
    same(answer, reference.oracle.norm_by_complex_step(model, x[:, ::2]), rtol=ABOUT)
    unmodified(answer)


@demand("harmless")
@pytest.mark.parametrize(
    "kind, mode, dtype",
    [
        ("LSTM", "evaluation", "float64"),
        ("LSTM", "training", "float32"),
        ("Scan", "mixed", "float64"),
        ("Scan", "evaluation", "float32"),
    ],
)
def test_model_left_alone_in(student, reference, rng, kind, mode, dtype):
    """leaves a model of either dtype and in any mode as it was"""
    case = network(rng, kind, dtype=dtype), steps(rng, 3), mode
    answer = student.probe.model_after_norm(*case)
    same_left_behind(answer, reference.probe.model_after_norm(*case))


@demand("harmless")
@public
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("role", ["input", "leaf", "result"])
def test_x_left_alone(student, reference, rng, dtype, role):
    """leaves x, x.grad and x.requires_grad as they were"""
    case = network(rng, D=2, H=2, dtype=dtype), steps(rng, 3, 2, dtype=dtype), role
    same_left_behind(student.probe.x_after_norm(*case), reference.probe.x_after_norm(*case))


@demand("harmless")
@public
def test_again(student, reference, rng):
    """measures again when the model or x has changed"""
    case = network(rng, D=2, H=2), steps(rng, 3, 2), 0.5
    student.probe.norm(network(rng, "GRU", D=2, H=2), steps(rng, 3, 2))
    names = "at first", "weights changed in place", "weights replaced", "x changed in place"
    answer, want = (
        student.probe.norms_after_changes(*case),
        reference.probe.norms_after_changes(*case),
    )
    same(answer, want, names=names, rtol=RTOL)


@demand("harmless")
@public
def test_undisturbed(student, reference, rng):
    """changes no global setting and leaves the random generators alone"""
    case = network(rng, D=2, H=2, dtype=np.float32), steps(rng, 3, 2)
    answer = student.probe.norm_then_draw(*case)
    leaves_globals_alone(answer)
    same_left_behind(answer, reference.probe.norm_then_draw(*case))
