"""Probes of gradient_flow.py: make models from arrays, return facts. Released; holds no answer.

What the facts about a model, an LSTM or a figure mean is decided in readings.py. A model comes as
a spec: a dict with its kind, its parameters by name, and options.
"""

import contextlib
from unittest import mock

import matplotlib.pyplot as plt
import torch
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure
from torch import nn

from autograder.artists import read_artists
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
    """Call `call` with models made from specs; return its result and the models' states after."""
    models = {name: model_in_use(spec, mode) for name, spec in models.items()}
    given, before = dict(models), {name: attached_names(model) for name, model in models.items()}
    result = call(models)
    same = list(models) == list(given) and all(models[n] is given[n] for n in given)
    states = {n: model_state(model, *before[n]) for n, model in given.items()}
    return {"result": result, "models": {**states, "same models": same}}


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
    """Return gradient_norm, and the state of the model after it."""
    return effect_on_models(
        {"model": model}, mode, lambda given: module.gradient_norm(given["model"], x)
    )


def x_after_norm(module, model, x, role):
    """Return gradient_norm, and the state of x after it; `role` is leaf, result or input."""
    source = x.requires_grad_(role != "input")
    if role == "leaf":
        x.grad = torch.full_like(x, 3.0)
    if role == "result":
        x = source * 1.0
    result = module.gradient_norm(build(model), x)
    state = {
        "x": x.detach(),
        "gradient": source.grad,
        "x.requires_grad": x.requires_grad,
        "x.retains_grad": x.retains_grad,
    }
    return {"result": result, "x": state}


def norm_then_draw(module, model, x):
    """Return gradient_norm, and the number that torch draws after it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(77)
        result = module.gradient_norm(build(model), x)
        return {"result": result, "draw": torch.rand(1).item()}


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
    """Return compute_gradient_norms of a model; `seed` is named and may be left out."""
    named = dict(zip(("seed",), seed, strict=False))
    return module.compute_gradient_norms(build(model), seq_lengths, **named)


def model_after_norms(module, model, seq_lengths, seed, mode="training"):
    """Return compute_gradient_norms, and the state of the model after it."""
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
    """Return compare_gradient_norms, `seed` by name; equal specs give one model."""
    built = {contents(spec): spec for spec in models.values()}
    built = {key: build(spec) for key, spec in built.items()}
    models = {name: built[contents(spec)] for name, spec in models.items()}
    named = dict(zip(("seed",), seed, strict=False))
    return module.compare_gradient_norms(models, seq_lengths, **named)


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
    """Return compare_gradient_norms, and the state of the models after it."""
    slot = module.compare_gradient_norms
    return effect_on_models(models, "training", lambda given: slot(given, seq_lengths, seed))


# ---------------- the forget gate

SHAPE = ("num_layers", "bidirectional", "proj_size")
SETTINGS = (*SHAPE, "bias", "batch_first", "dropout", "training")


def facts_about(lstm, inputs):
    """Return the class, settings and parameters of an LSTM, and what it computes from `inputs`.

    `inputs` has x, h and c. Of something that is no LSTM, return only what it is.
    """
    classes = [f"{each.__module__}.{each.__qualname__}" for each in type(lstm).__mro__]
    facts = {"kind": kind(lstm), "classes": classes}
    if not issubclass(type(lstm), nn.LSTM):
        return facts
    named = dict(lstm.named_parameters())
    return {
        **facts,
        "settings": {name: getattr(lstm, name) for name in SETTINGS},
        "parameters": {name: p.detach().clone() for name, p in named.items()},
        "requires_grad": {name: p.requires_grad for name, p in named.items()},
        "run": run(lstm, *inputs.values()),
    }


def run(lstm, x, h, c):
    """Return (outputs, h_T, c_T) of an LSTM; None where it cannot run on such inputs."""
    with contextlib.suppress(RuntimeError, ValueError), torch.no_grad():
        x, h, c = (values.to(lstm.weight_hh_l0.dtype) for values in (x, h, c))
        outputs, (h, c) = lstm(x, (h, c))
        return outputs, h, c
    return None


def one_lstm(module, input_size, hidden_size, forget_bias, inputs, *_):
    """Return the facts about the result of lstm_with_forget_bias."""
    return facts_about(module.lstm_with_forget_bias(input_size, hidden_size, forget_bias), inputs)


lstm_settings = lstm_facts = one_lstm


def lstm_run(module, parameters, x, forget_bias):
    """Return the outputs of the LSTM with given parameters, and the gradients of the parameters."""
    _, H = parameters["weight_hh_l0"].shape
    lstm = module.lstm_with_forget_bias(parameters["weight_ih_l0"].shape[1], H, forget_bias)
    facts = facts_about(
        lstm, {"x": x, "h": x.new_zeros(1, len(x), H), "c": x.new_zeros(1, len(x), H)}
    )
    if not issubclass(type(lstm), nn.LSTM):
        return {"made": facts}
    lstm.load_state_dict(parameters)
    with torch.enable_grad():
        outputs, _ = lstm(x)
        outputs.square().sum().backward()
    gradients = {name: p.grad for name, p in lstm.named_parameters()}
    return {"made": facts, "outputs": outputs, "gradients": gradients}


def three_lstms(module, input_size, hidden_size, forget_biases, inputs):
    """Make three LSTMs one after the other; return the facts about them, and a draw after each."""
    lstms, draws = [], []
    with torch.random.fork_rng(devices=[]):
        for seed, bias in zip((11, 12, 11), forget_biases, strict=True):
            torch.manual_seed(seed)
            lstms.append(module.lstm_with_forget_bias(input_size, hidden_size, bias))
            draws.append(torch.rand(1).item())
    return {"lstms": [facts_about(lstm, inputs) for lstm in lstms], "draws": draws}


# ---------------- the figure

SHOWING = (plt, "show"), (plt, "pause"), (Figure, "show")
SAVING = (Figure, "savefig"), (FigureCanvasBase, "print_figure")


def plot(module, seq_lengths, norms):
    """Return the figure of plot_gradient_norms, and the calls that tried to show or save it."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(mock.patch.object(*place)) for place in SHOWING + SAVING]
        figure = module.plot_gradient_norms(seq_lengths, norms)
    calls = [name for (_, name), one in zip(SHOWING + SAVING, held, strict=True) if one.called]
    return figure, calls


def drawing(module, seq_lengths, norms):
    """Return the artists of the figure, and the calls that tried to show or save it."""
    figure, calls = plot(module, seq_lengths, norms)
    return {"figure": read_artists(figure), "calls": calls}


drawn_lines = axes_of_figure = names_in_legend = only_returned = drawing


def two_figures(module, first, second):
    """Draw two figures while a third one is open; return the artists of the two."""
    other = plt.figure("somebody else's").get_label()
    figures = [plot(module, *case)[0] for case in (first, second)]
    return {
        "figures": [read_artists(figure) for figure in figures],
        "one and the same": figures[0] is figures[1],
        "somebody else's figure is open": plt.fignum_exists(other),
    }
