"""Oracles of torch_rnn.py: PyTorch's own recurrence.

While a slot runs that may not use nn.RNNCell and nn.RNN, these names are closed to the oracle, too.
So it takes the functions behind these classes when it is loaded.
"""

import torch

CELL_FUNCTION, LAYER_FUNCTION = torch.rnn_tanh_cell, torch.rnn_tanh


def _leaf(array, device):
    return torch.from_numpy(array).to(device).clone().requires_grad_()


def _weights(weights, device):
    """Name -> parameter, in the order W_xh.weight, W_hh.weight, W_hh.bias."""
    order = "W_xh.weight", "W_hh.weight", "W_hh.bias"
    prefix = "" if order[0] in weights else "cell."
    return {prefix + name: _leaf(weights[prefix + name], device) for name in order}


def _differentiated(values, upstream, sources):
    arriving = [torch.from_numpy(g).to(v) for g, v in zip(upstream, values.values(), strict=True)]
    loss = sum((v * g).sum() for v, g in zip(values.values(), arriving, strict=True))
    found = torch.autograd.grad(loss, list(sources.values()))
    names = [f"gradient of {name}" for name in sources]
    return {"values": values, "gradients": dict(zip(names, found, strict=True))}


def _cell(parameters, x, h_prev):
    W, U, b = parameters.values()
    return {"h": CELL_FUNCTION(x, h_prev, W, U, b, torch.zeros_like(b))}


def _layer(parameters, x, h0):
    W, U, b = parameters.values()
    state = x.new_zeros(1, len(x), len(b)) if h0 is None else h0[None]
    # Arguments as nn.RNN gives them: training mode, because cuDNN's gradients need it.
    settings = {"has_biases": True, "num_layers": 1, "dropout": 0.0, "train": True}
    form = {"bidirectional": False, "batch_first": True}
    outputs, h_n = LAYER_FUNCTION(x, state, [W, U, b, torch.zeros_like(b)], **settings, **form)
    return {"outputs": outputs, "h_T": h_n[0]}


def true_cell(_, weights, x, h_prev):
    x, h_prev = torch.from_numpy(x), torch.from_numpy(h_prev)
    return _cell(_weights(weights, "cpu"), x, h_prev)


def true_layer(_, weights, x, h0=None):
    x, h0 = torch.from_numpy(x), None if h0 is None else torch.from_numpy(h0)
    return _layer(_weights(weights, "cpu"), x, h0)


def true_cell_gradients(_, weights, x, h_prev, upstream, device="cpu"):
    parameters = _weights(weights, device)
    inputs = {"x": _leaf(x, device), "h_prev": _leaf(h_prev, device)}
    values = _cell(parameters, *inputs.values())
    return _differentiated(values, [upstream], {**inputs, **parameters})


def true_layer_gradients(_, weights, x, h0, upstream, device="cpu"):
    parameters = _weights(weights, device)
    inputs = {"x": _leaf(x, device)} | ({} if h0 is None else {"h0": _leaf(h0, device)})
    values = _layer(parameters, inputs["x"], inputs.get("h0"))
    return _differentiated(values, upstream, {**inputs, **parameters})


def true_four_steps(_, weights, others, first, second, upstream, mode):
    """Return what the probe `four_steps` should return, in every mode."""
    runs = {
        "first": (weights, first),
        "second": (weights, second),
        "with weights changed in place": (others, second),
        "with weights put in place": (weights, second),
    }
    return {
        name: true_cell_gradients(_, numbers, *inputs, upstream)
        for name, (numbers, inputs) in runs.items()
    }


def true_five_runs(_, weights, others, single, first, second, upstream, mode):
    """Return what the probe `five_runs` should return, in every mode."""
    runs = {
        "in float32": (single[0], single[1], None, single[2]),
        "in float64": (weights, first, None, upstream),
        "from h0": (weights, *second, upstream),
        "with weights changed in place": (others, second[0], None, upstream),
        "of a copy": (weights, second[0], None, upstream),
    }
    return {name: true_layer_gradients(_, *run) for name, run in runs.items()}


def truncated_gradients(_, weights, x, h0, upstream, k):
    """Do as `true_layer_gradients`, with the state detached before every k-th step."""
    parameters = _weights(weights, "cpu")
    inputs = {"x": _leaf(x, "cpu"), "h0": _leaf(h0, "cpu")}
    h, outputs = inputs["h0"], []
    for t in range(x.shape[1]):
        h = _cell(parameters, inputs["x"][:, t], h.detach() if t and t % k == 0 else h)["h"]
        outputs.append(h)
    values = {"outputs": torch.stack(outputs, dim=1), "h_T": h}
    return _differentiated(values, upstream, {**inputs, **parameters})


def true_converted(_, weights, x, h0=None, device="cpu"):
    """Return the results of an nn.RNN with these weights; its states are (1, B, H)."""
    inputs = [None if a is None else torch.from_numpy(a).to(device) for a in (x, h0)]
    h0 = None if inputs[1] is None else inputs[1][0]
    values = _layer(_weights(weights, device), inputs[0], h0)
    return {"output": values["outputs"], "h_n": values["h_T"][None]}
