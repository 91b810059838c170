"""Hidden graders of gradient_flow.py.

Truths that need no automatic differentiation: closed forms where the Jacobian is known, and the
complex step of the oracle elsewhere. Models are linear ones with known factors, PyTorch's own and
one of another kind; no unit is saturated, so that float64 is right to 1e-12.
"""

import numpy as np
import pytest

from autograder.grading import grades, public, same, tensor, undisturbed, unmodified

# The contract allows a relative error of 1e-9. Correct programs differ by 1e-12 (200 steps),
# float32 on the way costs 1e-8 and more.
RTOL = 1e-9
STACK = {"RNN": 1, "GRU": 3, "LSTM": 4}


def orthogonal(rng, H):
    return np.linalg.qr(rng.standard_normal((H, H)))[0]


def network(rng, kind="RNN", D=3, H=4, gain=0.9, dtype=np.float64, layers=1, **options):
    """A model of the given kind, all biases different from zero."""
    if kind == "Scan":
        a, A, C = rng.uniform(0.4, 0.9, H), rng.standard_normal((H, D)), rng.uniform(1, 2, (2, H))
        return scan(a.astype(dtype), A.astype(dtype), C.astype(dtype))
    parameters = {}
    for layer in range(layers):
        rows, columns = STACK[kind] * H, D if layer == 0 else H
        W = [gain * orthogonal(rng, H) for _ in range(STACK[kind])]
        scale = 0.6 / np.sqrt(columns)
        parameters[f"weight_ih_l{layer}"] = scale * rng.standard_normal((rows, columns))
        parameters[f"weight_hh_l{layer}"] = np.concatenate(W)
        parameters[f"bias_ih_l{layer}"] = rng.uniform(-0.3, 0.3, rows)
        parameters[f"bias_hh_l{layer}"] = rng.uniform(-0.3, 0.3, rows)
    if layers > 1:
        options["num_layers"] = layers
    parameters = {name: w.astype(dtype) for name, w in parameters.items()}
    return {"kind": kind, "parameters": parameters, "options": options}


def scan(a, A, C=None):
    """A linear recurrence with the factors a, (H,) or (T, H); outputs are its states, or C h."""
    C = np.eye(len(A), dtype=A.dtype) if C is None else C
    return {"kind": "Scan", "parameters": {"a": a, "A": A, "C": C}}


def even(rng, a, D=3, H=2, dtype=np.float64):
    """A linear recurrence whose gradient changes by the factor a in each step."""
    return scan(np.full(H, a, dtype), rng.uniform(-0.5, 0.5, (H, D)).astype(dtype))


def steps(rng, T, D=3, dtype=np.float64):
    return tensor(rng.standard_normal((1, T, D)).astype(dtype))


# ---------------------------------------------------------------- gradient_norm


@public
@grades("gradient_norm")
def test_rnn(student, reference, rng):
    """measures an nn.RNN over five steps"""
    case = network(rng), steps(rng, 5)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=RTOL)


@public
@grades("gradient_norm")
def test_lstm(student, reference, rng):
    """measures an nn.LSTM, whose state has two parts"""
    case = network(rng, "LSTM", H=2), steps(rng, 4)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=RTOL)


@public
@grades("gradient_norm")
def test_own_module(student, reference, rng):
    """reads the outputs of a float32 module of its own kind, whose state is something else"""
    case = network(rng, "Scan", dtype=np.float32), steps(rng, 4)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=RTOL)


@public
@grades("gradient_norm")
@pytest.mark.parametrize("mode", ["training", "evaluation"])
def test_mode(student, reference, rng, mode):
    """runs the model in the mode that it is in"""
    case = network(rng, "Scan"), steps(rng, 3), mode
    same(student.probe.norm_of_busy(*case), reference.probe.norm_of_busy(*case), rtol=RTOL)


@public
@grades("gradient_norm")
def test_float32_small(student, reference, rng):
    """measures a float32 model to 1e-9, also where the norm is far below 1e-23"""
    model = network(rng, D=2, H=3, gain=0.2, dtype=np.float32)
    case = model, steps(rng, 50, 2, np.float32)
    same(student.probe.norm(*case), reference.probe.norm(*case), rtol=RTOL)


@public
@grades("gradient_norm")
def test_model_left_alone(student, reference, rng):
    """leaves the model (parameters, dtype, gradients, mode) and x as they were"""
    case = network(rng, D=2, H=2, dtype=np.float32), steps(rng, 3, 2), "training"
    same(student.probe.model_after_norm(*case), reference.probe.model_after_norm(*case))


@grades("gradient_norm")
@pytest.mark.parametrize("T", [1, 2, 3, 10, 150])
def test_lengths(student, reference, rng, T):
    """is right for every length of the sequence"""
    case = network(rng), steps(rng, T)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@grades("gradient_norm")
@pytest.mark.parametrize("D, H", [(1, 1), (4, 4), (7, 1), (1, 7), (16, 20)])
def test_sizes(student, reference, rng, D, H):
    """is right for other sizes, equal ones included"""
    case = network(rng, D=D, H=H), steps(rng, 4, D)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@grades("gradient_norm")
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "Scan"])
def test_kinds(student, reference, rng, kind):
    """is right for other recurrent networks"""
    case = network(rng, kind), steps(rng, 20)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@grades("gradient_norm")
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


@grades("gradient_norm")
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
    """takes models and inputs of 16 bits as well, for what they are"""
    model, x = network(rng), size * rng.standard_normal((1, 5, 3))
    model["parameters"]["weight_ih_l0"] /= size
    case = model, tensor(x), model_dtype, x_dtype
    same(student.probe.norm_in(*case), reference.probe.norm_in(*case), rtol=RTOL)


@grades("gradient_norm")
def test_float32_x(student, reference, rng):
    """computes in float64 for a float64 model and a float32 x"""
    case = network(rng), steps(rng, 20, dtype=np.float32)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@grades("gradient_norm")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("a", [0.005, 1.0, 200.0])
def test_small_and_large(student, reference, rng, a, dtype):
    """is right for norms from 1e-140 to 1e140"""
    T, A = 60, rng.uniform(-0.5, 0.5, (4, 3)).astype(dtype)
    factors = np.full(4, a, dtype)
    truth = float(factors[0]) ** (T - 1) * np.linalg.norm(A.astype(np.float64).sum(axis=0))
    answer = student.probe.norm(scan(factors, A), steps(rng, T, dtype=dtype))
    same(answer, float(truth), rtol=RTOL)


@grades("gradient_norm")
@pytest.mark.parametrize("T", [1, 2, 7, 40])
def test_changing_factors(student, reference, rng, T):
    """is right where every step has factors of its own"""
    a, A = rng.uniform(0.3, 1.5, (T, 4)), rng.standard_normal((4, 3))
    C = rng.standard_normal((2, 4)) + 1
    truth = np.linalg.norm(A.T @ (np.prod(a[1:], axis=0) * C.sum(axis=0)))
    same(student.probe.norm(scan(a, A, C), steps(rng, T)), float(truth), rtol=RTOL)


@grades("gradient_norm")
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


@grades("gradient_norm")
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
    same(student.probe.norm(model, tensor(np.zeros((1, T, 3)))), float(truth), rtol=RTOL)


@grades("gradient_norm")
def test_relu(student, reference, rng):
    """is right for an nn.RNN with relu"""
    case = network(rng, H=9, nonlinearity="relu"), steps(rng, 4)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@grades("gradient_norm")
@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_stacked(student, reference, rng, kind):
    """is right for two layers with dropout, in evaluation mode"""
    case = network(rng, kind, layers=2, dropout=0.5), steps(rng, 6)
    same(student.probe.norm(*case), reference.oracle.norm_by_complex_step(*case), rtol=RTOL)


@grades("gradient_norm")
@pytest.mark.parametrize("dtype, mode", [("float64", "evaluation"), ("float32", "training")])
def test_busy_model(student, reference, rng, dtype, mode):
    """is right where model and x hold gradients already and some parameters are frozen"""
    model, x = network(rng, "LSTM", dtype=dtype), steps(rng, 6, dtype=dtype)
    answer = student.probe.norm_of_busy(model, x, mode)
    same(answer, reference.oracle.norm_by_complex_step(model, x), rtol=RTOL)


@grades("gradient_norm")
def test_view(student, reference, rng):
    """is right for an x that is part of a longer one, with gaps in between"""
    model, x = network(rng, "GRU"), steps(rng, 9)
    answer = student.probe.norm_in(model, x, "float64", "float64", 2)
    same(answer, reference.oracle.norm_by_complex_step(model, x[:, ::2]), rtol=RTOL)
    unmodified(answer)


@grades("gradient_norm")
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
    same(student.probe.model_after_norm(*case), reference.probe.model_after_norm(*case))


@public
@grades("gradient_norm")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("role", ["input", "leaf", "result"])
def test_x_left_alone(student, reference, rng, dtype, role):
    """leaves x, its gradient and whether it requires one as they were"""
    case = network(rng, D=2, H=2, dtype=dtype), steps(rng, 3, 2, dtype=dtype), role
    same(student.probe.x_after_norm(*case), reference.probe.x_after_norm(*case))


@public
@grades("gradient_norm")
def test_again(student, reference, rng):
    """measures anew when the model or x has changed"""
    case = network(rng, D=2, H=2), steps(rng, 3, 2), 0.5
    student.probe.norm(network(rng, "GRU", D=2, H=2), steps(rng, 3, 2))
    names = "at first", "weights changed in place", "weights replaced", "x changed in place"
    answer, want = (
        student.probe.norms_after_changes(*case),
        reference.probe.norms_after_changes(*case),
    )
    same(answer, want, names=names, rtol=RTOL)


@public
@grades("gradient_norm")
def test_undisturbed(student, reference, rng):
    """changes no global setting and leaves the random generators alone"""
    case = network(rng, D=2, H=2, dtype=np.float32), steps(rng, 3, 2)
    answer = student.probe.norm_then_draw(*case)
    undisturbed(answer)
    same(answer, reference.probe.norm_then_draw(*case))


# ---------------------------------------------------------------- compute_gradient_norms


def same_norms(answer, want):
    """Entry by entry: small norms count as much as large ones."""
    same(answer, want, rtol=RTOL)
    for i in range(len(want.value)):
        same(answer[i], want[i], rtol=RTOL)


@public
@grades("compute_gradient_norms")
def test_three_lengths(student, reference, rng):
    """measures the last steps of one draw for each length"""
    case = network(rng), [2, 3, 5], 0
    same(student.probe.norms(*case), reference.probe.norms(*case), rtol=RTOL)


@public
@grades("compute_gradient_norms")
def test_order_and_repeats(student, reference, rng):
    """answers in the order of seq_lengths, repeats included, for another seed"""
    case = network(rng), [4, 1, 3, 3], 5
    same(student.probe.norms(*case), reference.probe.norms(*case), rtol=RTOL)


@public
@grades("compute_gradient_norms")
def test_other_input_size(student, reference, rng):
    """takes the input size from the model, and seed 0 by default"""
    case = network(rng, "LSTM", D=5, H=2, dtype=np.float32), [3, 4]
    same(student.probe.norms(*case), reference.probe.norms(*case), rtol=RTOL)


@public
@grades("compute_gradient_norms")
def test_left_alone(student, reference, rng):
    """leaves model and seq_lengths as they were, and every global setting"""
    case = network(rng, D=2, H=2, dtype=np.float32), [3, 1, 2, 2], 8
    answer = student.probe.after_norms(*case)
    same(answer, reference.probe.after_norms(*case))
    undisturbed(answer)
    unmodified(answer)


@public
@grades("compute_gradient_norms")
@pytest.mark.parametrize("a", [0.005, 200.0])
def test_range(student, reference, rng, a):
    """passes on norms from 1e-110 to 1e110 as they are"""
    case = even(rng, a), [49, 2], 1
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@public
@grades("compute_gradient_norms")
def test_in_turn(student, reference, rng):
    """measures anew in every call, and leaves the lists that it returned before as they were"""
    case = network(rng, D=2, H=2), [3, 1], [2, 5, 1], 6
    names = "first call, more lengths", "second call", "third call, other weights"
    answer, want = student.probe.norms_in_turn(*case), reference.probe.norms_in_turn(*case)
    same(answer, want, names=names, rtol=RTOL)


@grades("compute_gradient_norms")
@pytest.mark.parametrize("seed", [0, 1, 70000])
def test_seeds(student, reference, rng, seed):
    """draws the input with the seed"""
    case = network(rng), [6, 2, 9], seed
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@grades("compute_gradient_norms")
@pytest.mark.parametrize("D", [1, 10])
def test_input_sizes(student, reference, rng, D):
    """is right for other input sizes"""
    case = network(rng, D=D), [6, 2, 9], 3
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@grades("compute_gradient_norms")
@pytest.mark.parametrize(
    "kind, dtype",
    [
        ("RNN", "float64"),
        ("RNN", "float32"),
        ("LSTM", "float32"),
        ("GRU", "float64"),
        ("Scan", "float32"),
    ],
)
def test_models(student, reference, rng, kind, dtype):
    """is right for every kind of model"""
    case = network(rng, kind, dtype=dtype), [3, 12], 1
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@grades("compute_gradient_norms")
@pytest.mark.parametrize(
    "lengths",
    [
        [1],
        [8],
        [1, 1, 1],
        [20, 10, 1],
        [2, 90, 2],
        [9, 3, 14, 1, 6, 2, 5, 4, 7, 7],
        (9, 4, 6),
    ],
)
def test_lists(student, reference, rng, lengths):
    """is right for lists of every kind: one entry or many, repeats, any order, a tuple"""
    case = network(rng), lengths, 2
    same_norms(student.probe.norms(*case), reference.probe.norms(*case))


@grades("compute_gradient_norms")
@pytest.mark.parametrize("kind", ["LSTM", "Scan"])
def test_model_left_alone_by_lengths(student, reference, rng, kind):
    """leaves models of every kind as they were"""
    case = network(rng, kind), [5, 2, 5], 1, "evaluation"
    same(student.probe.after_norms(*case), reference.probe.after_norms(*case))


@grades("compute_gradient_norms")
def test_norms_again(student, reference, rng):
    """gives the same norms when it is called again, and disturbs nothing"""
    first, second = (network(rng), [4, 7], 3), (network(rng, "GRU", D=5), [3, 8, 2], 6)
    student.probe.norms(*first)
    student.probe.norms(*second)
    again = student.probe.norms(*first)
    same_norms(again, reference.probe.norms(*first))
    undisturbed(again)


# ---------------------------------------------------------------- decay_rate

# Right programs differ by what their equations are conditioned: 2e-11 where normal equations are
# solved, 1e-15 elsewhere; wrong ones by 1e-6 and more.
FIT = 1e-8


def noisy(rng, lengths, rate=-0.1, noise=0.5):
    """Norms that decay by `rate` decades a step, with noise of `noise` decades."""
    decades = rate * np.array(lengths, float) + noise * rng.standard_normal(len(lengths))
    return (10.0**decades).tolist()


def slope(lengths, norms):
    """The least-squares slope of log10(norm), from deviations."""
    x, y = np.array(lengths, float), np.log10(norms)
    x = x - x.mean()
    return float(x @ (y - y.mean()) / (x @ x))


@public
@grades("decay_rate")
def test_line(student, reference, rng):
    """gives the decades per step of norms that decay evenly"""
    case = [1, 2, 5, 10], [0.3 * 10.0 ** (-0.25 * n) for n in (1, 2, 5, 10)]
    same(student.decay_rate(*case), reference.decay_rate(*case), rtol=FIT)


@public
@grades("decay_rate")
def test_noisy(student, reference, rng):
    """fits norms that scatter, with the least squares of their log10"""
    lengths = [5, 10, 20, 50, 100]
    case = lengths, noisy(rng, lengths)
    same(student.decay_rate(*case), reference.decay_rate(*case), rtol=FIT)


@public
@grades("decay_rate")
def test_unsorted(student, reference, rng):
    """fits lengths in any order, repeats included"""
    lengths = [20, 3, 7, 7, 50]
    case = lengths, noisy(rng, lengths, rate=0.05)
    same(student.decay_rate(*case), reference.decay_rate(*case), rtol=FIT)


@public
@grades("decay_rate")
@pytest.mark.parametrize(
    "lengths, norms",
    [
        ([9, 1], [1e-9, 1.0]),
        ([1, 9], [1e-200, 1e200]),
        ([1, 5, 9], [1e-200, 3.0, 1e200]),
        ([20, 21], [1.0, 2.0]),
        ([1, 300], [1.0, 1.01]),
        ([1, 2, 3], [1.0, 1e-30, 1e-62]),
        ([1, 2, 60, 90, 150], [1.0, 0.1, 1e-60, 1e-70, 1e-120]),
    ],
)
def test_slopes(student, reference, rng, lengths, norms):
    """fits flat and steep lines, near and far lengths, small and large norms"""
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@grades("decay_rate")
@pytest.mark.parametrize("rate", [-0.3, -0.01, 0.0, 0.2])
def test_geometric(student, reference, rng, rate):
    """gives the decades per step of a geometric sequence, growing or shrinking"""
    lengths = [1, 4, 9, 16, 25, 100]
    same(student.decay_rate(lengths, noisy(rng, lengths, rate, noise=0.0)), float(rate), rtol=FIT)


@grades("decay_rate")
@pytest.mark.parametrize("n", [2, 3, 4, 10, 150])
def test_counts(student, reference, rng, n):
    """fits any number of points, two or many"""
    lengths = sorted(rng.choice(np.arange(1, 300), n, replace=False).tolist())
    norms = noisy(rng, lengths)
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@grades("decay_rate")
def test_repeats(student, reference, rng):
    """counts every point, however often a length occurs"""
    lengths = [30, 10, 10, 10, 10, 80, 30, 2]
    norms = noisy(rng, lengths)
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@grades("decay_rate")
@pytest.mark.parametrize("sign", [-1, 1])
def test_far_away(student, reference, rng, sign):
    """fits norms from 1e-200 to 1e200"""
    lengths = [10, 50, 100, 150, 200]
    norms = noisy(rng, lengths, rate=sign * 0.95)
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@grades("decay_rate")
def test_tiny(student, reference, rng):
    """fits norms that are all tiny"""
    lengths = [100, 110, 120, 130, 150]
    norms = [1e-180 * norm for norm in noisy(rng, lengths, rate=-0.02)]
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@grades("decay_rate")
def test_decay_again(student, reference, rng):
    """gives the rate of other norms when it is called again, and changes nothing"""
    lengths = [9, 3, 5, 3]
    norms, others = ([1e-9 * norm for norm in noisy(rng, lengths)] for _ in range(2))
    student.decay_rate(lengths, others)
    answer = student.decay_rate(lengths, norms)
    same(answer, slope(lengths, norms), rtol=FIT)
    undisturbed(answer)
    unmodified(answer)


# ---------------------------------------------------------------- lstm_with_forget_bias


@public
@grades("lstm_with_forget_bias")
def test_forget_bias(student, reference, rng):
    """gives every forget gate the total bias that was asked for"""
    same(
        student.probe.as_made(3, 5, 1.5)["forget bias"],
        reference.probe.as_made(3, 5, 1.5)["forget bias"],
    )


@public
@grades("lstm_with_forget_bias")
def test_settings(student, reference, rng):
    """makes one trainable batch-first layer of the sizes asked for"""
    same(student.probe.settings(3, 5, 1.0), reference.probe.settings(3, 5, 1.0))


@public
@grades("lstm_with_forget_bias")
def test_other_parameters(student, reference, rng):
    """leaves every other parameter as PyTorch draws it"""
    want = reference.probe.as_made(48, 64, 2.0)
    same(student.probe.as_made(48, 64, 2.0)["parameters"], want["parameters"])


@public
@grades("lstm_with_forget_bias")
def test_three(student, reference, rng):
    """makes a new LSTM each time, with weights drawn anew, and seeds no generator"""
    case = 3, 4, [1.0, -2.0, 0.5]
    answer = student.probe.three_lstms(*case)
    same(answer, reference.probe.three_lstms(*case))
    undisturbed(answer, "torch.random")


@grades("lstm_with_forget_bias")
@pytest.mark.parametrize("forget_bias", [0.0, -1.5, 0.123456, 12.0, -12.0])
def test_forget_biases(student, reference, rng, forget_bias):
    """is right for any bias, zero and negative ones included"""
    answer = student.probe.as_made(4, 6, forget_bias)
    same(answer["forget bias"], np.full(6, forget_bias, np.float32))


@grades("lstm_with_forget_bias")
@pytest.mark.parametrize("D, H", [(1, 1), (5, 5), (10, 2), (1, 10), (20, 70)])
def test_lstm_sizes(student, reference, rng, D, H):
    """is right for other sizes"""
    answer = student.probe.as_made(D, H, 2.5)
    same(answer["forget bias"], np.full(H, 2.5, np.float32))
    same(student.probe.settings(D, H, 2.5), reference.probe.settings(D, H, 2.5))


@grades("lstm_with_forget_bias")
@pytest.mark.parametrize("D, H, forget_bias", [(64, 40, 0.5), (7, 80, -1.0)])
def test_other_parameters_of(student, reference, rng, D, H, forget_bias):
    """leaves the other parameters as PyTorch draws them, for other sizes and biases"""
    case = D, H, forget_bias, [0, 2, 3]  # the gates in order: i, f, g, o
    same(student.probe.as_made(*case)["parameters"], reference.probe.as_made(*case)["parameters"])


@grades("lstm_with_forget_bias")
def test_runs(student, reference, rng):
    """makes an LSTM that runs and can be trained"""
    weights = network(rng, "LSTM", D=3, H=4, dtype=np.float32)["parameters"]
    case = {name: tensor(w) for name, w in weights.items()}, tensor(np.ones((2, 5, 3), "f4")), 1.0
    same(student.probe.lstm_run(*case), reference.probe.lstm_run(*case))


# ---------------------------------------------------------------- compare_gradient_norms


def several(rng, D=3, dtype=np.float64, kinds=("RNN", "LSTM", "GRU")):
    return {
        f"{kind} {i}": network(rng, kind, D, 3 + i, dtype=dtype) for i, kind in enumerate(kinds)
    }


def same_comparison(answer, want):
    same(answer, want, rtol=RTOL)
    for name in want.value:
        same_norms(answer[name], want[name])


@public
@grades("compare_gradient_norms")
def test_two_models(student, reference, rng):
    """measures every model under its name"""
    models = {"a": network(rng, H=2), "b": network(rng, H=3)}
    case = models, [2, 4, 1]
    same(student.probe.comparison(*case), reference.probe.comparison(*case), rtol=RTOL)


@public
@grades("compare_gradient_norms")
def test_seed(student, reference, rng):
    """puts the same input, drawn with the seed, into all models"""
    model = network(rng, H=2)
    case = {"one": model, "two": model}, [3, 1], 9
    same(student.probe.comparison(*case), reference.probe.comparison(*case), rtol=RTOL)


@grades("compare_gradient_norms")
@pytest.mark.parametrize("seed, dtype", [(0, "float64"), (3, "float32")])
def test_kinds_of_models(student, reference, rng, seed, dtype):
    """is right for several kinds of models"""
    case = several(rng, 4, dtype, ("LSTM", "RNN", "Scan", "GRU")), [6, 2, 2], seed
    same_comparison(student.probe.comparison(*case), reference.probe.comparison(*case))


@grades("compare_gradient_norms")
@pytest.mark.parametrize("names", [["alone"], ["_a", "b c", "a_b", "a", "b", "c", "d", "B"]])
def test_one_model(student, reference, rng, names):
    """is right for one model, under one name or many, and one length"""
    case = dict.fromkeys(names, network(rng)), [6], 1
    same_comparison(student.probe.comparison(*case), reference.probe.comparison(*case))


@public
@grades("compare_gradient_norms")
def test_small_and_large_norms(student, reference, rng):
    """passes on norms from 1e-110 to 1e110 as they are"""
    case = {"vanishing": even(rng, 0.005), "exploding": even(rng, 200.0)}, [49, 2], 4
    same_comparison(student.probe.comparison(*case), reference.probe.comparison(*case))


@public
@grades("compare_gradient_norms")
def test_comparisons_in_turn(student, reference, rng):
    """measures anew in every call, and leaves the dicts that it returned before as they were"""
    first, second = ({name: network(rng, D=2, H=2) for name in "xy"} for _ in range(2))
    case = first, second, [3, 1], 2
    names = "first call", "second call, other models", "third call, other weights"
    answer, want = (
        student.probe.comparisons_in_turn(*case),
        reference.probe.comparisons_in_turn(*case),
    )
    same(answer, want, names=names, rtol=RTOL)


@grades("compare_gradient_norms")
def test_order_of_models(student, reference, rng):
    """keeps model and name together, whatever the order"""
    models = several(rng)
    backwards = dict(reversed(models.items()))
    want = reference.probe.comparison(models, [5, 2], 1)
    same_comparison(student.probe.comparison(backwards, [5, 2], 1), want)


@public
@grades("compare_gradient_norms")
def test_left_alone_by_comparison(student, reference, rng):
    """leaves models and seq_lengths as they were, and disturbs nothing"""
    case = several(rng, D=2, dtype=np.float32, kinds=("RNN", "GRU")), [4, 1, 2, 2], 7
    answer = student.probe.after_comparison(*case)
    same(answer, reference.probe.after_comparison(*case))
    undisturbed(answer)
    unmodified(answer)


# ---------------------------------------------------------------- plot_gradient_norms


def curves(rng, lengths, names, rate=-0.1):
    return {name: noisy(rng, lengths, rate * (i + 1)) for i, name in enumerate(names)}


@public
@grades("plot_gradient_norms")
def test_picture(student, reference, rng):
    """draws one line a name on a logarithmic y axis, with labels and legend"""
    lengths = [5, 10, 20]
    case = lengths, curves(rng, lengths, ["RNN", "LSTM"])
    answer = student.probe.picture(*case)
    same(answer["figure"], reference.probe.picture(*case)["figure"])
    undisturbed(answer)  # here, because a setting that is changed once stays so


@public
@grades("plot_gradient_norms")
def test_one_line(student, reference, rng):
    """has a legend for a single line as well"""
    case = [1, 2, 4, 8], {"GRU": [0.5, 1.5, 0.25, 0.125]}
    same(student.probe.picture(*case)["figure"], reference.probe.picture(*case)["figure"])


@grades("plot_gradient_norms")
def test_four_lines(student, reference, rng):
    """draws four lines over a wide range of norms and of lengths, which are not in order"""
    lengths = [50, 5, 200, 10, 100, 20]
    case = lengths, curves(rng, lengths, ["LSTM", "LSTM, bias 1", "a_b", "RNN"], rate=-0.2)
    same(student.probe.picture(*case)["figure"], reference.probe.picture(*case)["figure"])


@grades("plot_gradient_norms")
def test_one_length(student, reference, rng):
    """draws two names that have one length, one norm small and one large"""
    case = [7], {"first": [1e-9], "second": [2e3]}
    same(student.probe.picture(*case)["figure"], reference.probe.picture(*case)["figure"])


@grades("plot_gradient_norms")
def test_many_lines(student, reference, rng):
    """draws twelve lines of sixty points"""
    lengths = rng.permutation(np.arange(1, 61)).tolist()
    norms = curves(rng, lengths, list("abcdefghij"), rate=-0.01)
    case = lengths, {**norms, "k": norms["a"], "l": norms["b"]}  # after ten, colours come again
    same(student.probe.picture(*case)["figure"], reference.probe.picture(*case)["figure"])


@public
@grades("plot_gradient_norms")
def test_repeated_lengths(student, reference, rng):
    """draws every point, also where lengths occur twice and two names have the same norms"""
    norms = [0.5, 2.0, 0.25]
    case = [3, 8, 3], {"one": norms, "two": norms}
    same(student.probe.picture(*case)["figure"], reference.probe.picture(*case)["figure"])


@public
@grades("plot_gradient_norms")
def test_only_returned(student, reference, rng):
    """neither shows nor saves the figure"""
    case = [1, 2], {"RNN": [0.5, 0.25]}
    same(student.probe.only_returned(*case), reference.probe.only_returned(*case))


@public
@grades("plot_gradient_norms")
def test_second_figure(student, reference, rng):
    """starts a new figure for each call and leaves others as they were"""
    first = [5, 10], curves(rng, [5, 10], ["first", "second"])
    second = [2, 4], curves(rng, [2, 4], ["third"])
    answer = student.probe.second_picture(first, second)
    same(answer, reference.probe.second_picture(first, second))


@public
@grades("plot_gradient_norms")
def test_arguments_of_plot(student, reference, rng):
    """leaves its arguments as they were"""
    lengths = [9, 3, 27]
    norms = curves(rng, lengths, ["b", "a"])
    answer = student.probe.picture(lengths, norms)
    same(answer["figure"], reference.probe.picture(lengths, norms)["figure"])
    unmodified(answer)
