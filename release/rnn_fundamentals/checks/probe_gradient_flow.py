"""Runs beside the student's code: makes models from numbers, turns figures into numbers.

A model is a dict with its kind, its parameters by name, and options. Holds no answer.
"""

import copy
import random

import numpy as np
import torch
from torch import nn

from autograder.figures import describe
from autograder.probing import BadResult, kind

# ------------------------------------------------------------------------------ models


class Scan(nn.Module):
    """A linear recurrence: h_t = a_t * h_{t-1} + A x_t, outputs C h_t; the state is h_T.

    `a` holds one factor a unit, (H,), or one a step and unit, (T, H). As any module may, it keeps
    to the dtype of its input.
    """

    def __init__(self, a, A, C):
        super().__init__()
        self.hidden_size, self.input_size = A.shape
        self.a, self.A, self.C = nn.Parameter(a), nn.Parameter(A), nn.Parameter(C)

    def forward(self, x):
        """Every state at once, as a sum over the steps before it; (outputs, h_T)."""
        T = x.shape[1]
        a = self.a.expand(T, -1) if self.a.ndim == 1 else self.a
        weights = [
            torch.cat([a.new_zeros(k, a.shape[1]), torch.ones_like(a[:1]), a[k + 1 :].cumprod(0)])
            for k in range(T)
        ]  # of step k, in the states from it on: the product of the factors in between
        states = torch.einsum("kth,bkh->bth", torch.stack(weights), x @ self.A.T)
        return states @ self.C.T, states[:, -1]


class Layer(nn.Module):
    """A module of the students' form: input_size, hidden_size and a cell with two layers.

    What it computes is the library's recurrence; its state is (B, H).
    """

    def __init__(self, weights):
        super().__init__()
        self.hidden_size, self.input_size = weights["cell.W_xh.weight"].shape
        self.cell = nn.Module()
        for path, values in weights.items():
            _, layer, name = path.split(".")
            if not hasattr(self.cell, layer):
                self.cell.add_module(layer, nn.Module())
            self.cell.get_submodule(layer).register_parameter(name, nn.Parameter(values))

    def forward(self, x, h0=None):
        W_xh, W_hh, b = self.cell.W_xh.weight, self.cell.W_hh.weight, self.cell.W_hh.bias
        start = torch.zeros(1, len(x), self.hidden_size).to(x) if h0 is None else h0[None]
        weights = W_xh, W_hh, torch.zeros_like(b), b
        outputs, last = torch.rnn_tanh(x, start, weights, True, 1, 0.0, True, False, True)
        return outputs, last[0]


def build(spec):
    """The model that `spec` describes, in evaluation mode. Draws no random numbers."""
    weights = {name: torch.tensor(w) for name, w in spec["parameters"].items()}
    if spec["kind"] == "Scan":
        return Scan(**weights).eval()
    with torch.random.fork_rng(devices=[]):
        if spec["kind"] == "MyRNN":
            model = Layer(weights)
        else:
            D, H = weights["weight_ih_l0"].shape[1], weights["weight_hh_l0"].shape[1]
            options = spec.get("options", {})
            model = getattr(nn, spec["kind"])(D, H, batch_first=True, **options)
    model.to(next(iter(weights.values())).dtype)
    model.load_state_dict(weights)
    return model.eval()


def record(model):
    """Everything about a model that a measurement leaves as it was."""
    parameters = dict(model.named_parameters())
    return {
        "parameters": {name: p.detach().clone() for name, p in parameters.items()},
        "gradients": {
            name: None if p.grad is None else p.grad.clone() for name, p in parameters.items()
        },
        "requires_grad": {name: p.requires_grad for name, p in parameters.items()},
        "training": {name: part.training for name, part in model.named_modules()},
        "attributes": sorted(name for name in vars(model) if not name.startswith("_")),
        "hooks": sum(map(hooks_of, model.modules())),
    }


def hooks_of(part):
    """How many hooks are registered with a module."""
    return sum(
        len(getattr(part, f"_{name}_hooks")) for name in ("forward", "forward_pre", "backward")
    )


def occupied(spec, training):
    """The model with some gradients in it, some parameters frozen, in a chosen mode."""
    model = build(spec).train(training)
    for i, p in enumerate(model.parameters()):
        p.requires_grad_(i != 1)
        if i != 2:
            p.grad = torch.full_like(p, 0.5 + i)
    return model


# ------------------------------------------------------------------------------ gradient_norm


def norm(module, model, x):
    """gradient_norm of a model."""
    return module.gradient_norm(build(model), x)


def norm_of_busy(module, model, x, training=True):
    """gradient_norm of a model with gradients and frozen parameters, of an x with a gradient."""
    x.requires_grad_()
    x.grad = torch.full_like(x, 3.0)
    return module.gradient_norm(occupied(model, training), x)


def model_after_norm(module, model, x, training=True):
    """What model and x are like after gradient_norm."""
    model = occupied(model, training)
    module.gradient_norm(model, x)
    return {**record(model), "x": x, "x.requires_grad": x.requires_grad}


def x_after_norm(module, model, x, requires_grad):
    """What x is like after gradient_norm, and whether it asks for a gradient."""
    x.requires_grad_(requires_grad)
    if requires_grad:
        x.grad = torch.full_like(x, 3.0)
    module.gradient_norm(build(model), x)
    return {"x": x, "gradient of x": x.grad, "x.requires_grad": x.requires_grad}


def norm_then_draws(module, model, x):
    """What the global random generators give after gradient_norm."""
    kept = np.random.get_state(), random.getstate()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(77)
        np.random.seed(77)
        random.seed(77)
        module.gradient_norm(build(model), x)
        draws = {
            "what torch draws next": torch.rand(1).item(),
            "what numpy draws next": np.random.random(),
            "what random draws next": random.random(),
        }
    np.random.set_state(kept[0])
    random.setstate(kept[1])
    return draws


def norm_of_slice(module, model, x, first):
    """gradient_norm of the steps from `first` on: a view of a longer x."""
    return module.gradient_norm(build(model), x[:, first:])


def norm_after_change(module, model, x, factor):
    """gradient_norm twice: of a model, and of the same one with its parameters scaled."""
    model = build(model)
    first = module.gradient_norm(model, x)
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(factor)
    return [first, module.gradient_norm(model, x)]


# ------------------------------------------------------------------------------ several lengths


def norms(module, model, seq_lengths, seed=None):
    """compute_gradient_norms of a model, with the seed left out where it is None."""
    if seed is None:
        return module.compute_gradient_norms(build(model), seq_lengths)
    return module.compute_gradient_norms(build(model), seq_lengths, seed)


def norms_by_name(module, model, seq_lengths, seed):
    """compute_gradient_norms, called with named arguments."""
    return module.compute_gradient_norms(model=build(model), seq_lengths=seq_lengths, seed=seed)


def after_norms(module, model, seq_lengths, seed, training=True):
    """What model and seq_lengths are like after compute_gradient_norms."""
    model = occupied(model, training)
    module.compute_gradient_norms(model, seq_lengths, seed)
    return {**record(model), "seq_lengths": seq_lengths}


def comparison(module, models, seq_lengths, seed=None):
    """compare_gradient_norms of models, with the seed left out where it is None."""
    models = {name: build(spec) for name, spec in models.items()}
    if seed is None:
        return module.compare_gradient_norms(models, seq_lengths)
    return module.compare_gradient_norms(models, seq_lengths, seed)


def after_comparison(module, models, seq_lengths, seed):
    """What models and seq_lengths are like after compare_gradient_norms."""
    models = {name: occupied(spec, training=True) for name, spec in models.items()}
    given = dict(models)
    module.compare_gradient_norms(models, seq_lengths, seed)
    same_models = list(models) == list(given) and all(models[n] is given[n] for n in given)
    records = {name: record(model) for name, model in given.items()}
    return {**records, "seq_lengths": seq_lengths, "same models": same_models}


def slope_and_arguments(module, seq_lengths, norms):
    """decay_rate, and its arguments afterwards."""
    return {
        "rate": module.decay_rate(seq_lengths, norms),
        "seq_lengths": seq_lengths,
        "norms": norms,
    }


# ------------------------------------------------------------------------------ the forget gate

PARAMETERS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def made(module, input_size, hidden_size, forget_bias):
    """The LSTM that lstm_with_forget_bias makes, and nothing else."""
    lstm = module.lstm_with_forget_bias(input_size, hidden_size, forget_bias)
    if not isinstance(lstm, nn.LSTM):
        raise BadResult(f"lstm_with_forget_bias returned {kind(lstm)}, no nn.LSTM")
    for name in PARAMETERS:
        if not isinstance(getattr(lstm, name, None), torch.Tensor):
            raise BadResult(f"the LSTM has no parameter {name}")
    if lstm.weight_ih_l0.shape[1] != input_size or lstm.weight_hh_l0.shape[1] != hidden_size:
        raise BadResult(f"the LSTM has not the sizes {input_size} and {hidden_size}")
    return lstm


def bias_at_work(lstm):
    """What the biases do in one step, without weights.

    Returns the total bias of each forget gate, (H,), from how much of its cell the step keeps, and
    the outputs from two cells, which the biases of the other gates go into.
    """
    lstm = copy.deepcopy(lstm).double().requires_grad_(False)
    lstm.weight_ih_l0.zero_()
    lstm.weight_hh_l0.zero_()
    x, h = torch.zeros(1, 1, lstm.input_size).double(), torch.zeros(1, 1, lstm.hidden_size).double()
    (out_0, cell_0), (out_1, cell_1) = (lstm(x, (h, h + c))[1] for c in (0.0, 1.0))
    kept = torch.logit((cell_1 - cell_0).flatten())
    return kept.float().numpy(), torch.cat([out_0, out_1]).flatten().float().numpy()


def forget_bias_of(module, input_size, hidden_size, forget_bias):
    """The total bias of the forget gates, (H,), and what the other gates make of a step."""
    bias, outputs = bias_at_work(made(module, input_size, hidden_size, forget_bias))
    return {"forget bias": bias, "one step": outputs}


def settings(module, input_size, hidden_size, forget_bias):
    """How the LSTM is made: its arguments, the shapes and states of its parameters."""
    lstm = made(module, input_size, hidden_size, forget_bias)
    names = "input_size hidden_size num_layers bias batch_first bidirectional proj_size training"
    shown = {name: getattr(lstm, name) for name in names.split()}
    shown["dropout"] = float(lstm.dropout)
    for name, p in lstm.named_parameters():
        shown[f"{name}.shape"] = list(p.shape)
        shown[f"{name}.dtype"] = str(p.dtype)
        shown[f"{name}.requires_grad"] = p.requires_grad
    return shown


def as_drawn(values, bound):
    """Whether numbers look drawn, each by itself, from a uniform distribution on +-bound.

    Mean and spread within five standard errors: numbers drawn in another order pass as well.
    """
    n = values.numel()
    spread = values.std(correction=0) / (bound / 3**0.5)
    return {
        "within the bounds": bool(values.abs().max() <= bound * (1 + 1e-6)),
        "all different": different(values),
        "centred": bool(values.mean().abs() < 5 * bound / (3 * n) ** 0.5),
        "as spread out": bool((spread - 1).abs() < 5 * (0.2 / n) ** 0.5),
    }


def different(values):
    """Whether hardly a number occurs twice (float32 has few enough for a chance hit or two)."""
    return len(values.unique()) >= 0.98 * values.numel()


def set_by_hand(values, bound):
    """How many numbers occur more than once or lie outside the bounds."""
    _, where, counts = values.unique(return_inverse=True, return_counts=True)
    return int(((counts[where] > 1) | (values.abs() > bound * (1 + 1e-6))).sum())


def as_made(module, input_size, hidden_size, forget_bias, quarters=()):
    """Whether weights, and given quarters of the biases, look as nn.LSTM draws them."""
    lstm = made(module, input_size, hidden_size, forget_bias)
    H, bound, looks = hidden_size, hidden_size**-0.5, {}
    for name in PARAMETERS:
        values = getattr(lstm, name).detach().double()
        if name.startswith("weight"):
            looks[f"all of {name} different"] = different(values)
            parts = range(4)
        else:
            looks[f"most of {name} left alone"] = set_by_hand(values, bound) <= H + 4
            parts = quarters
        for part in parts:
            rows = values[part * H : (part + 1) * H]
            looks[f"{name}[{part * H}:{(part + 1) * H}] as drawn"] = as_drawn(rows, bound)
    return {"parameters": looks, "one step": bias_at_work(lstm)[1]}


def lstm_run(module, parameters, x, forget_bias):
    """Outputs of the LSTM with these parameters, and the gradients that reach them."""
    _, H = parameters["weight_hh_l0"].shape
    lstm = made(module, parameters["weight_ih_l0"].shape[1], H, forget_bias)
    try:
        lstm.load_state_dict(parameters)
    except RuntimeError:
        raise BadResult("the LSTM has not the four parameters of one layer") from None
    outputs, _ = lstm(x)
    outputs.square().sum().backward()
    return {"outputs": outputs, **{name: p.grad for name, p in lstm.named_parameters()}}


def two_lstms(module, input_size, hidden_size, first_bias, second_bias):
    """Two LSTMs, one after the other: what the first is like then, whether they differ."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(20)
        first = made(module, input_size, hidden_size, first_bias)
        second = made(module, input_size, hidden_size, second_bias)
    return {
        "forget bias of the first": bias_at_work(first)[0],
        "forget bias of the second": bias_at_work(second)[0],
        "both have the same weights": torch.equal(first.weight_hh_l0, second.weight_hh_l0),
    }


# ------------------------------------------------------------------------------ the figure


def picture(module, seq_lengths, norms):
    """What the figure of plot_gradient_norms shows, and the scale of its x axis."""
    figure = module.plot_gradient_norms(seq_lengths, norms)
    scales = [axes["xscale"] for axes in describe(figure)["axes"]]
    return {"figure": shown(figure, list(norms)), "x axes": scales}


def second_picture(module, first, second):
    """Two figures from one program; both are looked at when both are there."""
    figures = [module.plot_gradient_norms(*first), module.plot_gradient_norms(*second)]
    return {
        "first": shown(figures[0], list(first[1])),
        "second": shown(figures[1], list(second[1])),
        "one and the same": figures[0] is figures[1],
        "first names in the second": sorted(set(first[1]) & set(legend_of(describe(figures[1])))),
    }


def arguments_after_plot(module, seq_lengths, norms):
    """The arguments of plot_gradient_norms afterwards."""
    module.plot_gradient_norms(seq_lengths, norms)
    return {"seq_lengths": seq_lengths, "norms": norms, "names": list(norms)}


def legend_of(figure):
    """label -> style, of the legends of the figure and its Axes."""
    entries = [*figure["legend"], *(e for axes in figure["axes"] for e in axes["legend"])]
    return {entry["label"]: entry["style"] for entry in entries}


def shown(figure, names):
    """A figure as plain values: scales, labels, and for each name its line."""
    seen = describe(figure)
    panels = [axes for axes in seen["axes"] if not axes["is_colorbar"]]
    if len(panels) != 1:
        raise BadResult(f"the figure has {len(panels)} Axes where one was expected")
    (axes,) = panels
    legend = claimed(legend_of(seen), names)
    return {
        "scale of the y axis": axes["yscale"],
        "the x axis has a label": bool((axes["xlabel"] + seen["supxlabel"]).strip()),
        "the y axis has a label": bool((axes["ylabel"] + seen["supylabel"]).strip()),
        "the legend has": {name: name in legend for name in names},
        "lines": {name: points(axes["lines"], name, legend) for name in names},
    }


def claimed(entries, names):
    """name -> (label, style) of its legend entry: the name alone, or with more text around it."""
    left, found = dict(entries), {}
    for name in sorted(names, key=len, reverse=True):
        labels = [name] if name in left else [label for label in left if name in label]
        if labels:
            found[name] = (labels[0], left.pop(labels[0]))
    return found


def points(lines, name, legend):
    """The points of the line called `name`, sorted by x; y also as decades, to see small ones.

    The line that looks like the legend's entry for the name; where none does, the one so labelled.
    """
    label, style = legend.get(name, (name, None))
    if style is None and name not in [line["label"] for line in lines]:
        return None
    joined = [line for line in lines if line["style"][1] not in ("", "None")]  # no bare markers
    alike = [line for line in joined if style and line["style"] == style]
    alike = alike or [line for line in joined if style and line["style"][0] == style[0]]
    found = [line for line in alike or joined if line["label"] in (label, name)] or alike
    if not found:
        raise BadResult(f"no line of the Axes belongs to {name}")
    pairs = sorted(zip(found[0]["x"].tolist(), found[0]["y"].tolist(), strict=True))
    x, y = np.array(pairs).reshape(-1, 2).T
    with np.errstate(all="ignore"):
        return {"x": x, "y": y, "log10 of y": np.log10(y)}
