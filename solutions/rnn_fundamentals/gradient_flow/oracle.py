"""Oracle of gradient_flow.py: gradients by complex steps, in NumPy.

The derivative of a real function at x is the imaginary part of its value at x + i STEP, divided by
STEP. Nothing is subtracted, so the derivative is right to rounding, however small or large it is.
"""

import numpy as np

STEP = 1e-30


def norm_by_complex_step(_, model, x):
    """Return gradient_norm of a model (kind, parameters, options) at x, (1, T, D)."""
    weights = {n: np.asarray(w, np.float64) for n, w in model["parameters"].items()}
    D = x.shape[-1]
    steps = np.repeat(np.asarray(x, np.float64)[0, :, None, :], D, axis=1).astype(complex)
    steps[0] += 1j * STEP * np.eye(D)  # one perturbed copy of the sequence for each input
    options = model.get("options", {})
    for layer in range(options.get("num_layers", 1)):
        steps = RUN[model["kind"]](layered(weights, layer), steps, options)
    return float(np.linalg.norm(steps[-1].sum(axis=-1).imag / STEP))


def layered(weights, layer):
    """Return the weights of one layer, without the layer's number in their names."""
    ending = f"_l{layer}"
    return {n.removesuffix(ending): w for n, w in weights.items() if n.endswith(ending)} or weights


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gates(w, x, h, number):
    """Return two terms of each gate's pre-activation: from the input, and from the state."""
    from_x = x @ w["weight_ih"].T + w["bias_ih"]
    from_h = h @ w["weight_hh"].T + w["bias_hh"]
    return list(
        zip(np.split(from_x, number, axis=-1), np.split(from_h, number, axis=-1), strict=True)
    )


def start(w, steps):
    return np.zeros((steps.shape[1], w["weight_hh"].shape[1]), complex)


def rnn(w, steps, options):
    relu = options.get("nonlinearity") == "relu"
    h, outputs = start(w, steps), []
    for x in steps:
        ((from_x, from_h),) = gates(w, x, h, 1)
        a = from_x + from_h
        h = a * (a.real > 0) if relu else np.tanh(a)
        outputs.append(h)
    return np.array(outputs)


def lstm(w, steps, options):
    h, outputs = start(w, steps), []
    c = h
    for x in steps:
        i, f, g, o = (a + b for a, b in gates(w, x, h, 4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.array(outputs)


def gru(w, steps, options):
    h, outputs = start(w, steps), []
    for x in steps:
        (r_x, r_h), (z_x, z_h), (n_x, n_h) = gates(w, x, h, 3)
        z = sigmoid(z_x + z_h)
        h = (1 - z) * np.tanh(n_x + sigmoid(r_x + r_h) * n_h) + z * h
        outputs.append(h)
    return np.array(outputs)


def scan(w, steps, options):
    h, outputs = np.zeros((steps.shape[1], len(w["A"])), complex), []
    for t, x in enumerate(steps):
        h = (w["a"] if w["a"].ndim == 1 else w["a"][t]) * h + x @ w["A"].T
        outputs.append(h @ w["C"].T)
    return np.array(outputs)


RUN = {"RNN": rnn, "LSTM": lstm, "GRU": gru, "Scan": scan}
