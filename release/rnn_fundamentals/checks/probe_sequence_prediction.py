"""Probes of sequence_prediction.py: make models, optimizers, batches. Released; no answer.

A batch is a pair of arrays (x, y). Its tensors share the memory of the arrays, so that changes of
the tensors are noticed.
"""

import torch
from torch import nn

from autograder.probing import BadResult, unpack


class SharedList(list):
    """A list that a copied model shares with its original."""

    def __deepcopy__(self, _):
        return self


class Network(nn.Module):
    """h_t = tanh(W_x x_t + W_h h_{t-1} + b), y_t = W_y h_t + c; in evaluation mode half of it.

    Draws no random numbers. Weights with other names become parameters that nothing uses.
    """

    def __init__(self, weights, device="cpu"):
        super().__init__()
        for name, array in weights.items():
            values = torch.tensor(array, device=device)
            self.register_parameter(name, nn.Parameter(values))
        self.seen = SharedList()  # for each call, whether its outputs lead back to parameters
        self.modes = SharedList()  # for each call, whether it was in training mode
        self.firsts = SharedList()  # for each call that may be a step, the first number of x

    def forward(self, x):
        start = torch.zeros(1, len(x), len(self.b)).to(x)
        weights = self.W_x, self.W_h, self.b, torch.zeros_like(self.b)
        states, _ = torch.rnn_tanh(x, start, weights, True, 1, 0.0, True, False, True)
        outputs = states @ self.W_y.T + self.c
        self.seen.append(outputs.requires_grad)
        if outputs.requires_grad:
            self.note(x)
        else:
            self.modes.append(self.training)
        return outputs if self.training else 0.5 * outputs

    def note(self, x):
        """Keep which batch x is, and the mode."""
        self.modes.append(self.training)
        self.firsts.append(float(x.detach().flatten()[0]))


class SteadyNetwork(Network):
    """The network with the same outputs in both modes: there, a wrong mode costs nothing."""

    def forward(self, x):
        was_training, self.training = self.training, True
        try:
            return super().forward(x)
        finally:
            self.training = was_training


class EvaluatedNetwork(Network):
    """The network with the outputs of evaluation mode in both modes."""

    def forward(self, x):
        outputs = super().forward(x)
        return 0.5 * outputs if self.training else outputs


class HalvingDropout(nn.Dropout):
    """Deterministic dropout: it halves its input in training mode, so that results differ."""

    def forward(self, x):
        return 0.5 * x if self.training else x


class RunCounter(nn.Module):
    """Counts its runs in training mode, as batch normalisation does, and scales by the count."""

    def __init__(self):
        super().__init__()
        self.momentum, self.runs = 0.1, 0

    def forward(self, x):
        self.runs += self.training
        return x * (1 - self.momentum) ** self.runs


class Layered(nn.Module):
    """The network between modules that have modes and settings of their own."""

    def __init__(self, weights, device="cpu"):
        super().__init__()
        self.rnn = Network(weights, device)
        self.norm = RunCounter()
        self.dropout = HalvingDropout(0.5)

    def forward(self, x):
        return self.dropout(self.rnn(self.norm(x)))


MODELS = {
    "Network": Network,
    "SteadyNetwork": SteadyNetwork,
    "EvaluatedNetwork": EvaluatedNetwork,
    "Layered": Layered,
}


def echo_model(module, hidden_size, rnn="RNN", **settings):
    """Return a SequenceModel of the file in float64, with fixed parameters."""
    layer = getattr(nn, rnn)(1, hidden_size, batch_first=True, **settings)
    model = module.SequenceModel(layer).double()
    with torch.no_grad():
        for number, p in enumerate(model.parameters()):
            places = torch.arange(p.numel(), dtype=p.dtype).reshape(p.shape)
            p.copy_(0.6 * torch.sin(1.0 + 2.3 * places + number))
    return model


def tensors(pair, device="cpu"):
    return tuple(torch.from_numpy(array).to(device) for array in pair)


def values(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def parameter_changes(model, before):
    """Return name -> the change of the parameter."""
    return {name: numbers(p.detach() - before[name]) for name, p in model.named_parameters()}


def numbers(tensor):
    return None if tensor is None else tensor.detach().cpu().numpy()


def training_modes(model):
    """Return name -> whether the module is in training mode."""
    return {name or "model": part.training for name, part in model.named_modules()}


def settings_of(model):
    """Return the numbers that the modules `norm` and `dropout` have as attributes."""
    kept = [(name, part) for name, part in model.named_modules() if name in ("norm", "dropout")]
    return {
        f"{name}.{key}": value
        for name, part in kept
        for key, value in vars(part).items()
        if type(value) in (int, float)
    }


def trainable(model):
    return {f"{name}.requires_grad": p.requires_grad for name, p in model.named_parameters()}


def set_gradients(model, size):
    for number, p in enumerate(model.parameters()):
        p.grad = torch.full_like(p, size * (number + 1))


# ---------------------------------------------------------------- train_step


def make_optimizer(model, optimizer, settings, groups):
    """Return an optimizer of torch.optim over all parameters, or over [[names, settings], ...]."""
    parameters = dict(model.named_parameters())
    if groups is not None:
        sets = [{"params": [parameters[n] for n in names], **own} for names, own in groups]
    else:
        sets = list(parameters.values())
    return getattr(torch.optim, optimizer)(sets, **settings)


def run_steps(module, model, optimizer, batches, max_norm, device="cpu"):
    before = values(model)
    pairs = [tensors(batch, device) for batch in batches]
    results = []
    for x, y in pairs:
        results.append(module.train_step(model, optimizer, x, y, max_norm))
    return {
        **losses_and_norms(results),
        "change": parameter_changes(model, before),
        "in training mode": training_modes(model),
        **settings_of(model),
        **trainable(model),
        "batches that require gradients": sum(x.requires_grad or y.requires_grad for x, y in pairs),
        "parameters in the optimizer": [len(g["params"]) for g in optimizer.param_groups],
    }


def losses_and_norms(results):
    """Return the two numbers of each step by name; a step that returns no pair has a loss at most.

    What a step returns is one thing, and what it does to the model is another.
    """
    try:
        pairs = [unpack(result, 2, "train_step") for result in results]
    except BadResult:
        return {"loss": list(results)}
    return {"loss": [loss for loss, _ in pairs], "grad_norm": [norm for _, norm in pairs]}


def echo_step(module, x, y, max_norm, lr=0.5):
    """Take one step of SGD on a SequenceModel."""
    model = echo_model(module, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return run_steps(module, model, optimizer, [(x, y)], max_norm)


def train_steps(
    module,
    weights,
    batches,
    max_norm,
    optimizer="SGD",
    settings=None,
    groups=None,
    old_gradients=0.0,
    device="cpu",
    model="SteadyNetwork",
):
    """Take one step for each batch; return losses, norms and the change of the parameters."""
    model = MODELS[model](weights, device)
    if old_gradients:
        set_gradients(model, old_gradients)
    made = make_optimizer(model, optimizer, settings or {"lr": 0.5}, groups)
    return run_steps(module, model, made, batches, max_norm, device)


def two_models_in_turn(module, weights, batches, max_norm):
    """Train two models in turn on the same batches with Adam."""
    models = [SteadyNetwork(w) for w in (weights, {n: 0.5 * w for n, w in weights.items()})]
    before = [values(model) for model in models]
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.1) for model in models]
    results = []
    for batch in batches:
        for model, optimizer in zip(models, optimizers, strict=True):
            x, y = tensors(batch)
            result = module.train_step(model, optimizer, x, y, max_norm)
            results.append(result)
    first, second = map(parameter_changes, models, before)
    return {**losses_and_norms(results), "first change": first, "second change": second}


# ---------------------------------------------------------------- train


def training(
    module,
    weights,
    batches,
    settings=None,
    source="list",
    old_gradients=0.0,
    device="cpu",
    model="SteadyNetwork",
):
    """Train on the batches; see `_train`."""
    model = MODELS[model](weights, device)
    if old_gradients:
        set_gradients(model, old_gradients)
    return _train(module, model, [batches], settings, source, device)


def trainings(module, weights, runs, settings=None):
    """Train one model several times."""
    return _train(module, SteadyNetwork(weights), runs, settings, "list")


def echo_training(module, batches, settings=None):
    """Train a SequenceModel around an LSTM."""
    return _train(module, echo_model(module, 3, "LSTM"), [batches], settings, "list")


def loop(model, before, firsts):
    """Return the batches that the model saw, in order, and which parameters have changed."""
    seen = [firsts.index(n) if n in firsts else -1 for n in getattr(model, "firsts", [])]
    changed = {name: not torch.equal(p, before[name]) for name, p in model.named_parameters()}
    return {
        "batches in the order in which they were used": [
            n for place, n in enumerate(seen) if place == 0 or seen[place - 1] != n
        ],
        "parameters that changed": changed,
    }


def _train(module, model, runs, settings, source, device="cpu"):
    """Train on batches in a list, a generator or an iterator, or on copies of the first batch.

    Settings in a list are passed by position, settings in a dict by name.
    """
    before = values(model)
    losses, left = [], []
    places, names = (settings, {}) if isinstance(settings, list) else ([], settings or {})
    for batches in runs:
        pairs = [tensors(batch, device) for batch in batches]
        given = {
            "list": pairs,
            "generator": (pair for pair in pairs),
            "iterator": iter(pairs),
            "first": pairs[:1] * len(pairs),
        }
        losses.append(module.train(model, given[source], *places, **names))
        left.append(len(pairs))
    return {
        "losses": losses[0] if len(losses) == 1 else losses,
        "change": parameter_changes(model, before),
        "runs in evaluation mode": sum(not mode for mode in getattr(model, "modes", [])),
        "loop": loop(model, before, [float(x[0].flat[0]) for batches in runs for x in batches]),
        "in training mode": training_modes(model),
        **settings_of(model),
        **trainable(model),
        "batches left in the list": left,
    }


# ---------------------------------------------------------------- normalised_mse


def measure_and_state(
    module,
    weights,
    x,
    y,
    training=True,
    old_gradients=0.0,
    device="cpu",
    model="Network",
):
    """Return normalised_mse, and the state of the model after it."""
    model = MODELS[model](weights, device).train(training)
    if old_gradients:
        set_gradients(model, old_gradients)
    before = values(model)
    x, y = tensors((x, y), device)
    value = module.normalised_mse(model, x, y)
    return {
        "normalised_mse": value,
        "in training mode": training_modes(model),
        "change": parameter_changes(model, before),
        "gradients": {f".grad of {n}": numbers(p.grad) for n, p in model.named_parameters()},
        **settings_of(model),
        **trainable(model),
        "x.requires_grad": x.requires_grad,
        "y.requires_grad": y.requires_grad,
    }


def gradients_enabled_after_measure(module, weights, x, y, enabled):
    """Return normalised_mse, and whether gradients are on after it; `enabled` before it."""
    with torch.set_grad_enabled(enabled):
        value = module.normalised_mse(EvaluatedNetwork(weights), *tensors((x, y)))
        return {"normalised_mse": value, "gradients are on": torch.is_grad_enabled()}


def gradients_recorded(module, weights, x, y):
    """Return normalised_mse, and how many of the model's outputs required gradients in it."""
    model = EvaluatedNetwork(weights)
    value = module.normalised_mse(model, *tensors((x, y)))
    return {
        "normalised_mse": value,
        "outputs": {"ask for gradients": sum(model.seen), "are computed": bool(model.seen)},
    }


def measure(module, weights, x, y, model="EvaluatedNetwork", training=True):
    """Return normalised_mse of a model."""
    return module.normalised_mse(MODELS[model](weights).train(training), *tensors((x, y)))


def modes_after_measure(module, weights, x, y, training):
    """Return normalised_mse, and the modes and settings of all modules of a model after it."""
    model = Layered(weights).train(training)
    value = module.normalised_mse(model, *tensors((x, y)))
    after = {"in training mode": training_modes(model), **settings_of(model)}
    runs = {
        "runs in evaluation mode": "some" if False in model.rnn.modes else "none",
        "runs in training mode": model.rnn.modes.count(True),
    }
    return {"normalised_mse": value, "runs": runs, "model": after}


def six_measures(module, weights, x, y):
    """Return normalised_mse of a model, a second model, the first again, then after three changes.

    First the weights are halved in place, then y, and at last another tensor replaces b.
    """
    first, second = (
        EvaluatedNetwork(w) for w in (weights, {n: 0.5 * w for n, w in weights.items()})
    )
    # Copies, so that the change of y below does not count as a changed argument.
    x, y = (tensor.clone() for tensor in tensors((x, y)))
    results = [module.normalised_mse(model, x, y) for model in (first, second, first)]
    with torch.no_grad():
        for p in first.parameters():
            p.mul_(0.5)
    results.append(module.normalised_mse(first, x, y))
    y.mul_(0.5)
    results.append(module.normalised_mse(first, x, y))
    first.b = nn.Parameter(-first.b.detach())
    results.append(module.normalised_mse(first, x, y))
    return results


def measure_echo(module, x, y):
    """Return normalised_mse of a SequenceModel with two layers and dropout between them."""
    return module.normalised_mse(
        echo_model(module, 3, "LSTM", num_layers=2, dropout=0.5), *tensors((x, y))
    )
