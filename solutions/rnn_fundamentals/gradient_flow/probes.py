"""Probes of gradient_flow.py: make models from arrays, read figures. Released; no answer.

A model comes as a spec: a dict with its kind, its parameters by name, and options.
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

    `a` holds one factor for each unit, (H,), or for each step and unit, (T, H). Like some modules,
    it needs an input of its own dtype, has a buffer in a submodule, and doubles its outputs in
    training mode.
    """

    def __init__(self, a, A, C):
        super().__init__()
        self.hidden_size, self.input_size = A.shape
        self.a, self.A, self.readout = nn.Parameter(a), nn.Parameter(A), nn.Module()
        self.readout.register_buffer("C", C)

    def forward(self, x):
        """Compute all states at once, each as a sum over the steps before it; (outputs, h_T)."""
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
    """Return the model of a spec, in evaluation mode. Draws no random numbers."""
    weights = {name: torch.tensor(w) for name, w in spec["parameters"].items()}
    if spec["kind"] == "Scan":
        return Scan(**weights).eval()
    D, H = weights["weight_ih_l0"].shape[1], weights["weight_hh_l0"].shape[1]
    with torch.random.fork_rng(devices=[]):
        model = getattr(nn, spec["kind"])(D, H, batch_first=True, **spec.get("options", {}))
    model.to(next(iter(weights.values())).dtype)
    model.load_state_dict(weights)
    return model.eval()


def effect_on_models(models, mode, call):
    """Call `call` with models made from specs; return the state that each model has afterwards."""
    models = {name: model_in_use(spec, mode) for name, spec in models.items()}
    given, before = dict(models), {name: attached_names(model) for name, model in models.items()}
    call(models)
    same = list(models) == list(given) and all(models[n] is given[n] for n in given)
    return {
        **{n: model_state(model, *before[n]) for n, model in given.items()},
        "same models": same,
    }


def model_state(model, parameters, names):
    """Return all that a call must not change in a model, and the names that it attached to it."""
    now, names_now = attached_names(model)
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


def attached_names(model):
    """Return the parameters, and the names attached to them, the model and its class.

    The name of a dict comes with its size.
    """
    parameters = list(model.parameters())
    owners = [type(model), *model.modules(), *parameters]
    found = [pair for owner in owners for pair in vars(owner).items() if pair[0][:2] != "__"]
    return parameters, {f"{name} {len(v) if isinstance(v, dict) else ''}" for name, v in found}


def model_in_use(spec, mode):
    """Return a model in use: some parameters hold gradients, one is frozen.

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
    """Return gradient_norm of a model."""
    return module.gradient_norm(build(model), x)


def norm_in_use(module, model, x, mode):
    """Return gradient_norm of a model in use, for an x that holds a gradient."""
    x.requires_grad_()
    x.grad = torch.full_like(x, 3.0)
    return module.gradient_norm(model_in_use(model, mode), x)


def norm_in(module, model, x, model_dtype, x_dtype, every=1):
    """Return gradient_norm of a model and every n-th step of x, both converted to other dtypes."""
    model, x = build(model).to(getattr(torch, model_dtype)), x.to(getattr(torch, x_dtype))
    return module.gradient_norm(model, x[:, ::every])


def model_after_norm(module, model, x, mode):
    """Return the state of the model after gradient_norm."""
    return effect_on_models(
        {"model": model}, mode, lambda given: module.gradient_norm(given["model"], x)
    )


def x_after_norm(module, model, x, role):
    """Return the state of x after gradient_norm; `role` is leaf, result or input."""
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
    """Return the number that torch draws after gradient_norm."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(77)
        module.gradient_norm(build(model), x)
        return torch.rand(1).item()


def norms_after_changes(module, model, x, factor):
    """Return gradient_norm of one model before changes, after two changes of it, and one of x."""
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
    """Return compute_gradient_norms of a model, with named arguments; `seed` may be left out."""
    named = dict(zip(("seed",), seed, strict=False))
    return module.compute_gradient_norms(model=build(model), seq_lengths=seq_lengths, **named)


def model_after_norms(module, model, seq_lengths, seed, mode="training"):
    """Return the state of the model after compute_gradient_norms."""
    slot = module.compute_gradient_norms
    return effect_on_models(
        {"model": model}, mode, lambda given: slot(given["model"], seq_lengths, seed)
    )


def norms_three_times(module, model, seq_lengths, longer, seed):
    """Call compute_gradient_norms with more lengths, fewer, other weights; then return all."""
    model = build(model)
    found = [module.compute_gradient_norms(model, n, seed) for n in (longer, seq_lengths)]
    scale(model, 0.5)
    return [*found, module.compute_gradient_norms(model, seq_lengths, seed)]


def comparison(module, models, seq_lengths, *seed):
    """Return compare_gradient_norms, called with named arguments; equal specs give one model."""
    built = {contents(spec): spec for spec in models.values()}
    built = {key: build(spec) for key, spec in built.items()}
    models = {name: built[contents(spec)] for name, spec in models.items()}
    named = dict(zip(("seed",), seed, strict=False))
    return module.compare_gradient_norms(models=models, seq_lengths=seq_lengths, **named)


def contents(spec):
    """Return the contents of a spec as a tuple that can be compared and hashed."""
    weights = [(name, w.shape, w.tobytes()) for name, w in spec["parameters"].items()]
    return spec["kind"], str(spec.get("options")), *weights


def comparisons_three_times(module, models, others, seq_lengths, seed):
    """Call compare_gradient_norms of models, other models, the first after changes; return all."""
    models, others = ({n: build(spec) for n, spec in m.items()} for m in (models, others))
    found = [module.compare_gradient_norms(m, seq_lengths, seed) for m in (models, others)]
    for model in models.values():
        scale(model, 0.5)
    return [*found, module.compare_gradient_norms(models, seq_lengths, seed)]


def models_after_comparison(module, models, seq_lengths, seed):
    """Return the state of the models after compare_gradient_norms."""
    slot = module.compare_gradient_norms
    return effect_on_models(models, "training", lambda given: slot(given, seq_lengths, seed))


# ---------------- the forget gate

PARAMETERS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def checked_lstm(module, input_size, hidden_size, forget_bias):
    """Return the result of lstm_with_forget_bias. Raises BadResult where it is no plain LSTM."""
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


def measured_biases(lstm):
    """Measure the total bias of the forget gates, (H,), by running a step with zero weights.

    The part of the cell state that the step keeps is the sigmoid of this bias. The outputs for two
    cell states depend on the biases of the other gates.
    """
    lstm = copy.deepcopy(lstm).double().requires_grad_(False)
    lstm.weight_ih_l0.zero_()
    lstm.weight_hh_l0.zero_()
    x, h = torch.zeros(1, 1, lstm.input_size).double(), torch.zeros(1, 1, lstm.hidden_size).double()
    (out_0, cell_0), (out_1, cell_1) = (lstm(x, (h, h + c))[1] for c in (0.0, 1.0))
    kept, outputs = torch.logit((cell_1 - cell_0).flatten()), torch.cat([out_0, out_1]).flatten()
    return {"forget bias": kept.float().numpy(), "one step": outputs.float().numpy()}


def lstm_settings(module, input_size, hidden_size, forget_bias):
    """Return the settings of the LSTM, and the shape, dtype and requires_grad of its parameters."""
    lstm = checked_lstm(module, input_size, hidden_size, forget_bias)
    shown = {name: getattr(lstm, name) for name in ("bias", "batch_first", "training")}
    shown["dropout"] = float(lstm.dropout)
    for name, p in lstm.named_parameters():
        shown[f"{name}.shape"] = list(p.shape)
        shown[f"{name}.dtype"] = str(p.dtype)
        shown[f"{name}.requires_grad"] = p.requires_grad
    return shown


def looks_uniform(values, bound):
    """Test whether numbers look drawn independently from a uniform distribution on +-bound.

    Mean and spread must be within five standard errors. The largest number must be as close to the
    bound as it is in all but one of e**25 draws. The order of the draws does not matter.
    """
    n = values.numel()
    spread = values.std(correction=0) / (bound / 3**0.5)
    return {
        "within the bounds": bool(values.abs().max() <= bound * (1 + 1e-6)),
        "up to the bounds": bool(values.abs().max() >= bound * (1 - 25 / n)),
        "all different": hardly_any_repeats(values),
        "centred": bool(values.mean().abs() < 5 * bound / (3 * n) ** 0.5),
        "as spread out": bool((spread - 1).abs() < 5 * (0.2 / n) ** 0.5),
    }


def hardly_any_repeats(values):
    """Test whether 98 % of the numbers differ (in float32 a few may be equal by chance)."""
    return len(values.unique()) >= 0.98 * values.numel()


def count_set_by_hand(values, bound):
    """Count the numbers that occur more than once or lie outside the bounds."""
    _, where, counts = values.unique(return_inverse=True, return_counts=True)
    return int(((counts[where] > 1) | (values.abs() > bound * (1 + 1e-6))).sum())


def lstm_facts(module, input_size, hidden_size, forget_bias, quarters=()):
    """Return the measured biases, and whether weights and other biases look as PyTorch draws them.

    `quarters` are the gates (0 to 3) whose parts of the two bias vectors are tested as well.
    """
    lstm = checked_lstm(module, input_size, hidden_size, forget_bias)
    H, bound, looks = hidden_size, hidden_size**-0.5, {}
    for name in PARAMETERS:
        values = getattr(lstm, name).detach().double()
        if name.startswith("weight"):
            looks[f"{name} as drawn"], parts = looks_uniform(values, bound), range(4)
        else:
            looks[f"most of {name} left alone"] = count_set_by_hand(values, bound) <= H + 4
            parts = quarters
        for part in parts:
            rows = values[part * H : (part + 1) * H]
            looks[f"{name}[{part * H}:{(part + 1) * H}] as drawn"] = looks_uniform(rows, bound)
    biases = torch.stack([lstm.bias_ih_l0.detach(), lstm.bias_hh_l0.detach()]).view(2, 4, H)
    looks["the biases of the other gates differ"] = hardly_any_repeats(biases[:, [0, 2, 3]])
    return {**measured_biases(lstm), "parameters": looks}


def lstm_run(module, parameters, x, forget_bias):
    """Return the outputs of the LSTM with given parameters, and the gradients of the parameters."""
    _, H = parameters["weight_hh_l0"].shape
    lstm = checked_lstm(module, parameters["weight_ih_l0"].shape[1], H, forget_bias)
    lstm.load_state_dict(parameters)
    with torch.enable_grad():
        outputs, _ = lstm(x)
        outputs.square().sum().backward()
    return {"outputs": outputs, **{name: p.grad for name, p in lstm.named_parameters()}}


def three_lstms(module, input_size, hidden_size, forget_biases):
    """Make three LSTMs one after the other; return their biases and whether weights differ."""
    lstms, draws = [], []
    with torch.random.fork_rng(devices=[]):
        for seed, bias in zip((11, 12, 11), forget_biases, strict=True):
            torch.manual_seed(seed)
            lstms.append(checked_lstm(module, input_size, hidden_size, bias))
            draws.append(torch.rand(1).item())
    weights = [lstm.weight_hh_l0 for lstm in lstms]
    return {
        "forget biases": [measured_biases(lstm)["forget bias"] for lstm in lstms],
        "other weights after another seed": not torch.equal(weights[0], weights[1]),
        "another draw after another seed": draws[0] != draws[1],
        "the same draw after the same seed": draws[0] == draws[2],
    }


# ---------------- the figure

SHOWING = (plt, "show"), (plt, "pause"), (Figure, "show")
SAVING = (Figure, "savefig"), (FigureCanvasBase, "print_figure")
NORM, LENGTH = re.compile("norm|grad", re.IGNORECASE), re.compile(r"length|step|time|\bT\b")


def plot(module, seq_lengths, norms):
    """Return the figure of plot_gradient_norms, and the calls that tried to show or save it."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(mock.patch.object(*place)) for place in SHOWING + SAVING]
        figure = module.plot_gradient_norms(seq_lengths, norms)
    return figure, [place for place, one in zip(SHOWING + SAVING, held, strict=True) if one.called]


def only_returned(module, seq_lengths, norms):
    """Return True. Raises BadResult where the figure is shown or saved."""
    for place in plot(module, seq_lengths, norms)[1]:
        word = "shown" if place in SHOWING else "saved"
        raise BadResult(f"the figure is {word} ({place[1]}) where it was to be returned only")
    return True


def drawn_figure(module, seq_lengths, norms):
    """Return the contents of the figure of plot_gradient_norms, and the scale of its x axis."""
    names = list(norms)
    figure = plot(module, seq_lengths, norms)[0]
    return {"figure": figure_values(figure, names), "x axis": figure.axes[0].get_xscale()}


def two_figures(module, first, second):
    """Draw two figures while a third one is open; then return the contents of the two."""
    names = [list(norms) for _, norms in (first, second)]
    other = plt.figure("somebody else's").get_label()
    figures = [plot(module, *case)[0] for case in (first, second)]
    return {
        "first": figure_values(figures[0], names[0]),
        "second": figure_values(figures[1], names[1]),
        "one and the same": figures[0] is figures[1],
        "somebody else's figure is open": plt.fignum_exists(other),
    }


def legend_of(figure):
    """Return label -> style for the legends of the figure and its Axes."""
    entries = [*figure["legend"], *(e for axes in figure["axes"] for e in axes["legend"])]
    return {entry["label"]: entry["style"] for entry in entries}


def figure_values(figure, names):
    """Return scales, labels, and the line of each name. Raises BadResult."""
    for line in [line for axes in getattr(figure, "axes", ()) for line in axes.lines]:
        if line.get_linewidth() == 0 or to_rgba(line.get_color(), line.get_alpha())[3] == 0:
            line.set_linestyle("none")  # it cannot be seen
    seen = describe(figure)
    panels = [axes for axes in seen["axes"] if not axes["is_colorbar"]]
    if len(panels) != 1:
        raise BadResult(f"the figure has {len(panels)} Axes where one was expected")
    axes = panels[0]
    x_label, y_label = axes["xlabel"] + seen["supxlabel"], axes["ylabel"] + seen["supylabel"]
    legend = legend_entries(legend_of(seen), names)
    about = [bool(NORM.search(label)) - bool(LENGTH.search(label)) for label in (x_label, y_label)]
    return {
        "scale of the y axis": axes["yscale"],
        "the x axis has a label": bool(x_label.strip()),
        "the y axis has a label": bool(y_label.strip()),
        "labels exchanged": about == [1, -1],
        "lines": {name: points(axes["lines"], name, *legend[name]) for name in names},
    }


def legend_entries(entries, names):
    """Return name -> (label, style) of its legend entry; the label may hold more than the name."""
    left, found = dict(entries), {}
    for name in sorted(names, key=len, reverse=True):
        labels = [name] if name in left else [label for label in left if name in label]
        if not labels:
            has = ", ".join(list(entries)[:6]) or "none"
            raise BadResult(f"the legend has no entry {name}; it has {has}")
        found[name] = labels[0], left.pop(labels[0])
    return found


def points(lines, name, label, style):
    """Return the points, sorted by x, of the line that looks like the legend's entry for `name`.

    Where several lines look like it, take the line with its label. y comes in decades, too, so that
    small values count. Raises BadResult where no line fits.
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
