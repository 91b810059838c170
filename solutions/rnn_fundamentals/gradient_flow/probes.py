"""Runs beside the student's code: makes models from numbers, turns figures into numbers.

A model is a dict with its kind, its parameters by name, and options. Holds no answer.
"""

import contextlib
import copy
import re
from unittest import mock

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from torch import nn

from autograder.figures import describe
from autograder.probing import BadResult, kind

# ---------------- models


class Scan(nn.Module):
    """A linear recurrence: h_t = a_t * h_{t-1} + A x_t, outputs C h_t; the state is h_T.

    `a` holds one factor a unit, (H,), or one a step and unit, (T, H). As modules may, it keeps to
    the dtype of its input, has a part with a tensor that is no parameter, and does something else
    in training mode: it doubles its outputs.
    """

    def __init__(self, a, A, C):
        super().__init__()
        self.hidden_size, self.input_size = A.shape
        self.a, self.A, self.readout = nn.Parameter(a), nn.Parameter(A), nn.Module()
        self.readout.register_buffer("C", C)

    def forward(self, x):
        """Every state at once, as a sum over the steps before it; (outputs, h_T)."""
        T = x.shape[1]
        a = self.a.expand(T, -1) if self.a.ndim == 1 else self.a
        weights = [
            torch.cat([a.new_zeros(k, a.shape[1]), torch.ones_like(a[:1]), a[k + 1 :].cumprod(0)])
            for k in range(T)
        ]  # of step k, in the states from it on: the product of the factors in between
        states = torch.einsum("kth,bkh->bth", torch.stack(weights), x @ self.A.T)
        outputs = states @ self.readout.C.T
        return 2 * outputs if self.training else outputs, states[:, -1]


def build(spec):
    """The model that `spec` describes, in evaluation mode. Draws no random numbers."""
    weights = {name: torch.tensor(w) for name, w in spec["parameters"].items()}
    if spec["kind"] == "Scan":
        return Scan(**weights).eval()
    D, H = weights["weight_ih_l0"].shape[1], weights["weight_hh_l0"].shape[1]
    with torch.random.fork_rng(devices=[]):
        model = getattr(nn, spec["kind"])(D, H, batch_first=True, **spec.get("options", {}))
    model.to(next(iter(weights.values())).dtype)
    model.load_state_dict(weights)
    return model.eval()


def left(models, mode, call):
    """Everything about models, (name -> spec), that a call with them leaves as it was."""
    models = {name: occupied(spec, mode) for name, spec in models.items()}
    given, before = dict(models), {name: marks(model) for name, model in models.items()}
    call(models)
    same = list(models) == list(given) and all(models[n] is given[n] for n in given)
    return {**{n: record(model, *before[n]) for n, model in given.items()}, "same models": same}


def record(model, parameters, names):
    """What a model is like, and how its marks differ from those given."""
    now, names_now = marks(model)
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    grads = {name: p.grad for name, p in tensors.items()}
    return {
        "parameters": {name: p.detach().clone() for name, p in tensors.items()},
        "gradients": {name: None if g is None else g.clone() for name, g in grads.items()},
        "requires_grad": {name: p.requires_grad for name, p in tensors.items()},
        "training": {name: part.training for name, part in model.named_modules()},
        "same parameters": all(p is q for p, q in zip(now, parameters, strict=True)),
        "new attributes and hooks": sorted(names_now - names),
    }


def marks(model):
    """The parameters, and what is attached to them, the model and its class: names and sizes."""
    parameters = list(model.parameters())
    owners = [type(model), *model.modules(), *parameters]
    found = [pair for owner in owners for pair in vars(owner).items() if pair[0][:2] != "__"]
    return parameters, {f"{name} {len(v) if isinstance(v, dict) else ''}" for name, v in found}


def occupied(spec, mode):
    """The model with some gradients in it, some parameters frozen, in a chosen mode.

    The modes are "training", "evaluation" and "mixed": training, but for the first part.
    """
    model = build(spec).train(mode != "evaluation")
    if mode == "mixed":
        next(model.children()).eval()
    for i, p in enumerate(model.parameters()):
        p.requires_grad_(i != 1)
        if i != 2:
            p.grad = torch.full_like(p, 0.5 + i)
    return model


# ---------------- gradient_norm


def norm(module, model, x):
    """gradient_norm of a model."""
    return module.gradient_norm(build(model), x)


def norm_of_busy(module, model, x, mode):
    """gradient_norm of a model with gradients and frozen parameters, of an x with a gradient."""
    x.requires_grad_()
    x.grad = torch.full_like(x, 3.0)
    return module.gradient_norm(occupied(model, mode), x)


def norm_in(module, model, x, model_dtype, x_dtype, every=1):
    """gradient_norm of a model and every n-th step of x, turned into other dtypes first."""
    model, x = build(model).to(getattr(torch, model_dtype)), x.to(getattr(torch, x_dtype))
    return module.gradient_norm(model, x[:, ::every])


def model_after_norm(module, model, x, mode):
    """What the model is like after gradient_norm."""
    return left({"model": model}, mode, lambda given: module.gradient_norm(given["model"], x))


def x_after_norm(module, model, x, role):
    """What x is like after gradient_norm: a leaf with a gradient, the result of one, or neither."""
    source = x.requires_grad_(role != "input")
    if role == "leaf":
        x.grad = torch.full_like(x, 3.0)
    if role == "result":
        x = source * 1.0
    module.gradient_norm(build(model), x)
    return {
        "x": x.detach(),
        "gradient": source.grad,
        "x.requires_grad": x.requires_grad,
        "x.retains_grad": x.retains_grad,
    }


def norm_then_draw(module, model, x):
    """What torch draws after gradient_norm."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(77)
        module.gradient_norm(build(model), x)
        return torch.rand(1).item()


def norms_after_changes(module, model, x, factor):
    """gradient_norm of one model: as it is, parameters scaled in place, assigned anew, x scaled."""
    model, x = build(model), x.clone()
    found = [module.gradient_norm(model, x)]
    if not torch.is_grad_enabled():
        raise BadResult("after the call gradients are switched off for everybody")
    scale(model, factor)
    found.append(module.gradient_norm(model, x))
    model.load_state_dict({n: factor * w for n, w in model.state_dict().items()}, assign=True)
    found.append(module.gradient_norm(model, x))
    x *= factor
    return [*found, module.gradient_norm(model, x)]


def scale(model, factor):
    """Multiply all parameters of a model in place, as training changes them."""
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(factor)


# ---------------- several lengths and models


def norms(module, model, seq_lengths, *seed):
    """compute_gradient_norms of a model, with named arguments; the seed may be left out."""
    named = dict(zip(("seed",), seed, strict=False))
    return module.compute_gradient_norms(model=build(model), seq_lengths=seq_lengths, **named)


def after_norms(module, model, seq_lengths, seed, mode="training"):
    """What the model is like after compute_gradient_norms."""
    slot = module.compute_gradient_norms
    return left({"model": model}, mode, lambda given: slot(given["model"], seq_lengths, seed))


def norms_in_turn(module, model, seq_lengths, longer, seed):
    """compute_gradient_norms three times, then looked at: more lengths, fewer, other weights."""
    model = build(model)
    found = [module.compute_gradient_norms(model, n, seed) for n in (longer, seq_lengths)]
    scale(model, 0.5)
    return [*found, module.compute_gradient_norms(model, seq_lengths, seed)]


def comparison(module, models, seq_lengths, *seed):
    """compare_gradient_norms of models, with named arguments; specs alike give one model."""
    built = {what(spec): spec for spec in models.values()}
    built = {key: build(spec) for key, spec in built.items()}
    models = {name: built[what(spec)] for name, spec in models.items()}
    named = dict(zip(("seed",), seed, strict=False))
    return module.compare_gradient_norms(models=models, seq_lengths=seq_lengths, **named)


def what(spec):
    """All that a spec says, as something that can be compared."""
    weights = [(name, w.shape, w.tobytes()) for name, w in spec["parameters"].items()]
    return spec["kind"], str(spec.get("options")), *weights


def comparisons_in_turn(module, models, others, seq_lengths, seed):
    """compare_gradient_norms three times, then looked at: of models, others, the first trained."""
    models, others = ({n: build(spec) for n, spec in m.items()} for m in (models, others))
    found = [module.compare_gradient_norms(m, seq_lengths, seed) for m in (models, others)]
    for model in models.values():
        scale(model, 0.5)
    return [*found, module.compare_gradient_norms(models, seq_lengths, seed)]


def after_comparison(module, models, seq_lengths, seed):
    """What the models are like after compare_gradient_norms."""
    slot = module.compare_gradient_norms
    return left(models, "training", lambda given: slot(given, seq_lengths, seed))


# ---------------- the forget gate

PARAMETERS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def made(module, input_size, hidden_size, forget_bias):
    """The LSTM that lstm_with_forget_bias makes, and nothing else."""
    lstm = module.lstm_with_forget_bias(input_size, hidden_size, forget_bias)
    if not isinstance(lstm, nn.LSTM):
        raise BadResult(f"lstm_with_forget_bias returned {kind(lstm)}, no nn.LSTM")
    for name, plain in (("num_layers", 1), ("bidirectional", False), ("proj_size", 0)):
        if getattr(lstm, name) != plain:
            raise BadResult(f"the LSTM has {name}={getattr(lstm, name)}, not {plain}")
    for name in PARAMETERS:
        if name not in dict(lstm.named_parameters()):
            raise BadResult(f"the LSTM has no parameter {name}")
    if lstm.weight_ih_l0.shape[1] != input_size or lstm.weight_hh_l0.shape[1] != hidden_size:
        raise BadResult(f"the LSTM has not the sizes {input_size} and {hidden_size}")
    return lstm


def bias_at_work(lstm):
    """The total bias of the forget gates, (H,), from how much a step without weights keeps of its
    cell; and the outputs from two cells, which the biases of the other gates go into.
    """
    lstm = copy.deepcopy(lstm).double().requires_grad_(False)
    lstm.weight_ih_l0.zero_()
    lstm.weight_hh_l0.zero_()
    x, h = torch.zeros(1, 1, lstm.input_size).double(), torch.zeros(1, 1, lstm.hidden_size).double()
    (out_0, cell_0), (out_1, cell_1) = (lstm(x, (h, h + c))[1] for c in (0.0, 1.0))
    kept, outputs = torch.logit((cell_1 - cell_0).flatten()), torch.cat([out_0, out_1]).flatten()
    return {"forget bias": kept.float().numpy(), "one step": outputs.float().numpy()}


def settings(module, input_size, hidden_size, forget_bias):
    """How the LSTM is made: its arguments, the shapes and states of its parameters."""
    lstm = made(module, input_size, hidden_size, forget_bias)
    shown = {name: getattr(lstm, name) for name in ("bias", "batch_first", "training")}
    shown["dropout"] = float(lstm.dropout)
    for name, p in lstm.named_parameters():
        shown[f"{name}.shape"] = list(p.shape)
        shown[f"{name}.dtype"] = str(p.dtype)
        shown[f"{name}.requires_grad"] = p.requires_grad
    return shown


def as_drawn(values, bound):
    """Whether numbers look drawn, each by itself, from a uniform distribution on +-bound.

    Mean and spread within five standard errors, the largest as near to the bound as it is but
    once in e**25 times: numbers drawn in another order pass as well.
    """
    n = values.numel()
    spread = values.std(correction=0) / (bound / 3**0.5)
    return {
        "within the bounds": bool(values.abs().max() <= bound * (1 + 1e-6)),
        "up to the bounds": bool(values.abs().max() >= bound * (1 - 25 / n)),
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
    """The biases at work; do weights, and quarters of the biases, look as nn.LSTM draws them?"""
    lstm = made(module, input_size, hidden_size, forget_bias)
    H, bound, looks = hidden_size, hidden_size**-0.5, {}
    for name in PARAMETERS:
        values = getattr(lstm, name).detach().double()
        if name.startswith("weight"):
            looks[f"{name} as drawn"], parts = as_drawn(values, bound), range(4)
        else:
            looks[f"most of {name} left alone"] = set_by_hand(values, bound) <= H + 4
            parts = quarters
        for part in parts:
            rows = values[part * H : (part + 1) * H]
            looks[f"{name}[{part * H}:{(part + 1) * H}] as drawn"] = as_drawn(rows, bound)
    biases = torch.stack([lstm.bias_ih_l0.detach(), lstm.bias_hh_l0.detach()]).view(2, 4, H)
    looks["the biases of the other gates differ"] = different(biases[:, [0, 2, 3]])
    return {**bias_at_work(lstm), "parameters": looks}


def lstm_run(module, parameters, x, forget_bias):
    """Outputs of the LSTM with these parameters, and the gradients that reach them."""
    _, H = parameters["weight_hh_l0"].shape
    lstm = made(module, parameters["weight_ih_l0"].shape[1], H, forget_bias)
    lstm.load_state_dict(parameters)
    with torch.enable_grad():
        outputs, _ = lstm(x)
        outputs.square().sum().backward()
    return {"outputs": outputs, **{name: p.grad for name, p in lstm.named_parameters()}}


def three_lstms(module, input_size, hidden_size, forget_biases):
    """Three LSTMs, one after the other: what each is like then, whether they are drawn anew."""
    lstms, draws = [], []
    with torch.random.fork_rng(devices=[]):
        for seed, bias in zip((11, 12, 11), forget_biases, strict=True):
            torch.manual_seed(seed)
            lstms.append(made(module, input_size, hidden_size, bias))
            draws.append(torch.rand(1).item())
    weights = [lstm.weight_hh_l0 for lstm in lstms]
    return {
        "forget biases": [bias_at_work(lstm)["forget bias"] for lstm in lstms],
        "other weights after another seed": not torch.equal(weights[0], weights[1]),
        "another draw after another seed": draws[0] != draws[1],
        "the same draw after the same seed": draws[0] == draws[2],
    }


# ---------------- the figure

SHOWING = (plt, "show"), (plt, "pause"), (Figure, "show")
SAVING = (Figure, "savefig"), (FigureCanvasBase, "print_figure")
NORM, LENGTH = re.compile("norm|grad", re.IGNORECASE), re.compile(r"length|step|time|\bT\b")


def plot(module, seq_lengths, norms):
    """The figure of plot_gradient_norms, and which calls would have shown or saved it."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(mock.patch.object(*place)) for place in SHOWING + SAVING]
        figure = module.plot_gradient_norms(seq_lengths, norms)
    return figure, [place for place, one in zip(SHOWING + SAVING, held, strict=True) if one.called]


def only_returned(module, seq_lengths, norms):
    """Whether the figure is returned, and neither shown nor saved."""
    for place in plot(module, seq_lengths, norms)[1]:
        word = "shown" if place in SHOWING else "saved"
        raise BadResult(f"the figure is {word} ({place[1]}) where it was to be returned only")
    return True


def picture(module, seq_lengths, norms):
    """What the figure of plot_gradient_norms shows, and the scale of its x axis."""
    names = list(norms)
    figure = plot(module, seq_lengths, norms)[0]
    return {"figure": shown(figure, names), "x axis": figure.axes[0].get_xscale()}


def second_picture(module, first, second):
    """Two figures, looked at when both are there, beside one of somebody else."""
    names = [list(norms) for _, norms in (first, second)]
    other = plt.figure("somebody else's").get_label()
    figures = [plot(module, *case)[0] for case in (first, second)]
    return {
        "first": shown(figures[0], names[0]),
        "second": shown(figures[1], names[1]),
        "one and the same": figures[0] is figures[1],
        "somebody else's figure is open": plt.fignum_exists(other),
    }


def legend_of(figure):
    """label -> style, of the legends of the figure and its Axes."""
    entries = [*figure["legend"], *(e for axes in figure["axes"] for e in axes["legend"])]
    return {entry["label"]: entry["style"] for entry in entries}


def shown(figure, names):
    """A figure as plain values: scales, labels, and for each name its line."""
    for line in [line for axes in getattr(figure, "axes", ()) for line in axes.lines]:
        if line.get_linewidth() == 0 or to_rgba(line.get_color(), line.get_alpha())[3] == 0:
            line.set_linestyle("none")  # it cannot be seen
    seen = describe(figure)
    panels = [axes for axes in seen["axes"] if not axes["is_colorbar"]]
    if len(panels) != 1:
        raise BadResult(f"the figure has {len(panels)} Axes where one was expected")
    axes = panels[0]
    x_label, y_label = axes["xlabel"] + seen["supxlabel"], axes["ylabel"] + seen["supylabel"]
    legend = claimed(legend_of(seen), names)
    about = [bool(NORM.search(label)) - bool(LENGTH.search(label)) for label in (x_label, y_label)]
    return {
        "scale of the y axis": axes["yscale"],
        "the x axis has a label": bool(x_label.strip()),
        "the y axis has a label": bool(y_label.strip()),
        "labels exchanged": about == [1, -1],
        "lines": {name: points(axes["lines"], name, *legend[name]) for name in names},
    }


def claimed(entries, names):
    """name -> (label, style) of its legend entry: the name alone, or with more text around it."""
    left, found = dict(entries), {}
    for name in sorted(names, key=len, reverse=True):
        labels = [name] if name in left else [label for label in left if name in label]
        if not labels:
            has = ", ".join(list(entries)[:6]) or "none"
            raise BadResult(f"the legend has no entry {name}; it has {has}")
        found[name] = labels[0], left.pop(labels[0])
    return found


def points(lines, name, label, style):
    """The points, sorted by x, of the line that looks like the legend's entry for `name`; where
    several do, of the one with its label. y also as decades, to see small ones.
    """
    joined = [line for line in lines if line["style"][1] not in ("", "None")]  # no bare markers
    alike = [line for line in joined if line["style"] == style]
    alike = alike or [line for line in joined if line["style"][0] == style[0]]
    labelled = [line for line in alike or joined if line["label"] in (label, name)]
    found = labelled or alike
    if not found:
        bare = [line for line in lines if line["style"][0] == style[0]]
        why = "is joined by a line that can be seen" if bare else "looks like the legend's entry"
        raise BadResult(f"nothing in the Axes {why} for {name}")
    pairs = sorted(zip(found[0]["x"].tolist(), found[0]["y"].tolist(), strict=True))
    x, y = np.array(pairs).reshape(-1, 2).T
    with np.errstate(all="ignore"):
        return {"x": x, "y": y, "log10 of y": np.log10(y)}
