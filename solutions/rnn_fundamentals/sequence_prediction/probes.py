"""Runs beside the student's code: makes models, optimizers and batches. Holds no answer.

A batch is a pair of arrays (x, y); the tensors made of them share their memory, so that a change
of them is seen.
"""

import torch
from torch import nn

from autograder.probing import unpack


class Memory(list):
    """A list that a copied model shares with its original."""

    def __deepcopy__(self, _):
        return self


class Network(nn.Module):
    """h_t = tanh(W_x x_t + W_h h_{t-1} + b), y_t = W_y h_t + c; in evaluation mode half of it.

    Makes no use of random numbers. Weights of other names are parameters without a use.
    """

    def __init__(self, weights, frozen=(), device="cpu"):
        super().__init__()
        for name, array in weights.items():
            values = torch.tensor(array, device=device)
            self.register_parameter(name, nn.Parameter(values, requires_grad=name not in frozen))
        self.seen = Memory()  # for each call, whether its outputs lead back to parameters

    def forward(self, x):
        start = torch.zeros(1, len(x), len(self.b)).to(x)
        weights = self.W_x, self.W_h, self.b, torch.zeros_like(self.b)
        states, _ = torch.rnn_tanh(x, start, weights, True, 1, 0.0, True, False, True)
        outputs = states @ self.W_y.T + self.c
        self.seen.append(outputs.requires_grad)
        return outputs if self.training else 0.5 * outputs


class Halving(nn.Dropout):
    """Dropout without chance: in training mode it halves, so that its mode shows in the numbers."""

    def forward(self, x):
        return 0.5 * x if self.training else x


class Ageing(nn.Module):
    """As batch normalisation it counts its runs in training mode, and its outputs tell."""

    def __init__(self):
        super().__init__()
        self.momentum, self.runs = 0.1, 0

    def forward(self, x):
        self.runs += self.training
        return x * (1 - self.momentum) ** self.runs


class Layered(nn.Module):
    """The network among modules that have modes and settings of their own."""

    def __init__(self, weights, frozen=(), device="cpu"):
        super().__init__()
        self.rnn = Network(weights, frozen, device)
        self.norm = Ageing()
        self.dropout = Halving(0.5)

    def forward(self, x):
        return self.dropout(self.rnn(self.norm(x)))


MODELS = {"Network": Network, "Layered": Layered}


def echo_model(module, hidden_size, rnn="RNN", **settings):
    """The SequenceModel of the file, float64, with numbers that depend on no generator."""
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


def change(model, before):
    """Name -> by how much the parameter differs from what it was."""
    return {name: numbers(p.detach() - before[name]) for name, p in model.named_parameters()}


def numbers(tensor):
    return None if tensor is None else tensor.detach().cpu().numpy()


def modes(model):
    """Name -> whether the module is in training mode."""
    return {name or "model": part.training for name, part in model.named_modules()}


def settings_of(model):
    """What else the modules hold."""
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
    """One of torch.optim over all parameters, or over groups [[names, settings], ...]."""
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
        result = module.train_step(model, optimizer, x, y, max_norm)
        results.append(unpack(result, 2, "train_step"))
    return {
        "loss": [loss for loss, _ in results],
        "grad_norm": [norm for _, norm in results],
        "change": change(model, before),
        "in training mode": modes(model),
        **settings_of(model),
        **trainable(model),
        "batches that require gradients": sum(x.requires_grad or y.requires_grad for x, y in pairs),
        "parameters in the optimizer": [len(g["params"]) for g in optimizer.param_groups],
    }


def echo_step(module, x, y, max_norm, lr=0.5):
    """One step of SGD on a SequenceModel."""
    model = echo_model(module, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return run_steps(module, model, optimizer, [(x, y)], max_norm)


def steps(
    module,
    weights,
    batches,
    max_norm,
    optimizer="SGD",
    settings=None,
    frozen=(),
    groups=None,
    old_gradients=0.0,
    device="cpu",
    model="Network",
):
    """One step a batch: losses, norms and the change of the parameters over all of them."""
    model = MODELS[model](weights, frozen, device)
    if old_gradients:
        set_gradients(model, old_gradients)
    made = make_optimizer(model, optimizer, settings or {"lr": 0.5}, groups)
    return run_steps(module, model, made, batches, max_norm, device)


def steps_in_turn(module, weights, batches, max_norm):
    """Two models, trained in turn on the same batches with Adam, arguments given by name."""
    models = [Network(weights), Network({name: 0.5 * w for name, w in weights.items()})]
    before = [values(model) for model in models]
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.1) for model in models]
    results = []
    for batch in batches:
        for model, optimizer in zip(models, optimizers, strict=True):
            x, y = tensors(batch)
            result = module.train_step(
                model=model, optimizer=optimizer, x=x, y=y, max_norm=max_norm
            )
            results.append(list(unpack(result, 2, "train_step")))
    changes = [change(model, was) for model, was in zip(models, before, strict=True)]
    return {"results": results, "changes": changes}


# ---------------------------------------------------------------- train


def training(
    module,
    weights,
    batches,
    settings=None,
    source="list",
    frozen=(),
    old_gradients=0.0,
    device="cpu",
    model="Network",
):
    """Train on the batches; see `_train`."""
    model = MODELS[model](weights, frozen, device)
    if old_gradients:
        set_gradients(model, old_gradients)
    return _train(module, model, [batches], settings, source, device)


def trainings(module, weights, runs, settings=None):
    """Train one model several times."""
    return _train(module, Network(weights), runs, settings, "list")


def echo_training(module, batches, settings=None):
    """Train a SequenceModel around an LSTM."""
    return _train(module, echo_model(module, 3, "LSTM"), [batches], settings, "list")


def _train(module, model, runs, settings, source, device="cpu"):
    """Train on batches that come as a list, a generator, an iterator, or all as the first one.

    Settings in a list are given by their place, those in a dict by name.
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
        "change": change(model, before),
        "in training mode": modes(model),
        **settings_of(model),
        **trainable(model),
        "batches left in the list": left,
    }


# ---------------------------------------------------------------- normalised_mse


def evaluation(
    module,
    weights,
    x,
    y,
    training=True,
    old_gradients=0.0,
    frozen=(),
    device="cpu",
    model="Network",
):
    """The measure, and the state of the model afterwards."""
    model = MODELS[model](weights, frozen, device).train(training)
    if old_gradients:
        set_gradients(model, old_gradients)
    before = values(model)
    x, y = tensors((x, y), device)
    value = module.normalised_mse(model, x, y)
    return {
        "normalised_mse": value,
        "in training mode": modes(model),
        "change": change(model, before),
        "gradients": {f".grad of {n}": numbers(p.grad) for n, p in model.named_parameters()},
        **settings_of(model),
        **trainable(model),
        "x.requires_grad": x.requires_grad,
        "y.requires_grad": y.requires_grad,
    }


def gradients_afterwards(module, weights, x, y, enabled):
    """Whether gradients are on after a call that came with them on, or off."""
    with torch.set_grad_enabled(enabled):
        module.normalised_mse(Network(weights), *tensors((x, y)))
        return torch.is_grad_enabled()


def gradients_prepared(module, weights, x, y):
    """Whether the outputs lead back to parameters while the model runs."""
    model = Network(weights)
    module.normalised_mse(model, *tensors((x, y)))
    return any(model.seen)


def measure(module, weights, x, y):
    """The measure alone."""
    return module.normalised_mse(Network(weights), *tensors((x, y)))


def layers_afterwards(module, weights, x, y, training):
    """The modes and settings of all modules of a model after the call."""
    model = Layered(weights).train(training)
    module.normalised_mse(model, *tensors((x, y)))
    return {"in training mode": modes(model), **settings_of(model)}


def measure_in_turn(module, weights, x, y):
    """The measure of a model, of a second one, of the first; then as weights and y change.

    The weights are halved in place, then y, and at last another b is put in the place of b.
    """
    first, second = Network(weights), Network({name: 0.5 * w for name, w in weights.items()})
    # Copies: the change of y below is none of an argument.
    x, y = (tensor.clone() for tensor in tensors((x, y)))
    results = [module.normalised_mse(model=model, x=x, y=y) for model in (first, second, first)]
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
    """The measure of a SequenceModel around two layers with dropout between them."""
    return module.normalised_mse(
        echo_model(module, 3, "LSTM", num_layers=2, dropout=0.5), *tensors((x, y))
    )
