"""What the checks of gradient_flow.py share.

Expected norms need no automatic differentiation: they are closed forms where the Jacobian is known,
and come from the complex step of the oracle elsewhere. Models are linear recurrences with known
factors and PyTorch's own. No unit is saturated, so that float64 is right to 1e-12.
"""

import numpy as np

from autograder.grading import same, tensor

# The contract allows a relative error of 1e-9. Correct programs differ by 1e-12 after 200 steps;
# programs that compute in float32 are off by 1e-8 or more.
RTOL = 1e-9
# Where only what a call left behind is judged, a norm in float32 will do.
ABOUT = 1e-5
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


def constant_factor(rng, a, D=3, H=2, dtype=np.float64):
    """A linear recurrence whose gradient changes by the factor a in each step."""
    return scan(np.full(H, a, dtype), rng.uniform(-0.5, 0.5, (H, D)).astype(dtype))


def same_left_behind(answer, want):
    """Compare what a call left behind, and that it did its work."""
    for name in want.value:
        if name != "result":
            same(answer[name], want[name])
    same(answer["result"], want["result"], rtol=ABOUT)


def same_norms(answer, want):
    """Compare entry by entry, so that small norms count as much as large norms."""
    same(answer, want, rtol=RTOL)
    for i in range(len(want.value)):
        same(answer[i], want[i], rtol=RTOL)


def lstm_inputs(rng, D, H):
    """What an LSTM of these sizes is run on; two steps and two sequences: time may be first."""
    x, h, c = (
        rng.standard_normal((2, 2, D)),
        rng.uniform(-1, 1, (1, 2, H)),
        rng.normal(size=(1, 2, H)),
    )
    return {name: tensor(a.astype(np.float32)) for name, a in (("x", x), ("h", h), ("c", c))}


def noisy_decay(rng, lengths, rate=-0.1, noise=0.5):
    """Norms that decay by `rate` decades per step, with noise of `noise` decades."""
    decades = rate * np.array(lengths, float) + noise * rng.standard_normal(len(lengths))
    return (10.0**decades).tolist()
