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
    results = []
    for batch in batches:
        result = module.train_step(model, optimizer, *tensors(batch, device), max_norm)
        results.append(unpack(result, 2, "train_step"))
    return {
        "loss": [loss for loss, _ in results],
        "grad_norm": [norm for _, norm in results],
        "change": change(model, before),
        "in training mode": model.training,
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
):
    """One step a batch: losses, norms and the change of the parameters over all of them."""
    model = Network(weights, frozen, device)
    if old_gradients:
        set_gradients(model, old_gradients)
    made = make_optimizer(model, optimizer, settings or {"lr": 0.5}, groups)
    return run_steps(module, model, made, batches, max_norm, device)


def steps_in_turn(module, weights, batches, max_norm):
    """Two models, trained in turn on the same batches with Adam."""
    models = [Network(weights), Network({name: 0.5 * w for name, w in weights.items()})]
    before = [values(model) for model in models]
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.1) for model in models]
    results = []
    for batch in batches:
        for model, optimizer in zip(models, optimizers, strict=True):
            result = module.train_step(model, optimizer, *tensors(batch), max_norm)
            results.append(list(unpack(result, 2, "train_step")))
    changes = [change(model, was) for model, was in zip(models, before, strict=True)]
    return {"results": results, "changes": changes}


# ---------------------------------------------------------------- train


def training(module, weights, batches, settings=None, source="list", frozen=()):
    """Train on the batches, given as a list, a generator or an iterator."""
    model = Network(weights, frozen)
    return _train(module, model, [batches], settings, source)


def trainings(module, weights, runs, settings=None):
    """Train one model several times."""
    return _train(module, Network(weights), runs, settings, "list")


def echo_training(module, batches, settings=None):
    """Train a SequenceModel around an LSTM."""
    return _train(module, echo_model(module, 3, "LSTM"), [batches], settings, "list")


def _train(module, model, runs, settings, source):
    before = values(model)
    losses = []
    for batches in runs:
        pairs = [tensors(batch) for batch in batches]
        given = {"list": pairs, "generator": (pair for pair in pairs), "iterator": iter(pairs)}
        losses.append(module.train(model, given[source], **(settings or {})))
    return {
        "losses": losses[0] if len(losses) == 1 else losses,
        "change": change(model, before),
        "in training mode": model.training,
    }


# ---------------------------------------------------------------- normalised_mse


def evaluation(module, weights, x, y, training=True, old_gradients=0.0, frozen=(), device="cpu"):
    """The measure, and the state of the model afterwards."""
    model = Network(weights, frozen, device).train(training)
    if old_gradients:
        set_gradients(model, old_gradients)
    before = values(model)
    value = module.normalised_mse(model, *tensors((x, y), device))
    parameters = dict(model.named_parameters())
    return {
        "normalised_mse": value,
        "in training mode": model.training,
        "change": change(model, before),
        "gradients": {name: numbers(p.grad) for name, p in parameters.items()},
        "trainable": {name: p.requires_grad for name, p in parameters.items()},
    }


def gradients_prepared(module, weights, x, y):
    """Whether the outputs lead back to parameters while the model runs."""
    model = Network(weights)
    module.normalised_mse(model, *tensors((x, y)))
    return any(model.seen)


def measure(module, weights, x, y):
    """The measure alone."""
    return module.normalised_mse(Network(weights), *tensors((x, y)))


def mode_afterwards(module, weights, x, y, training):
    """Whether the model is in training mode after the call."""
    model = Network(weights).train(training)
    module.normalised_mse(model, *tensors((x, y)))
    return model.training


def measure_twice(module, weights, x, y):
    """The measure, the measure of a second model, and the first one's again."""
    first, second = Network(weights), Network({name: 0.5 * w for name, w in weights.items()})
    pair = tensors((x, y))
    return [module.normalised_mse(model, *pair) for model in (first, second, first)]


def measure_echo(module, x, y):
    """The measure of a SequenceModel around two layers with dropout between them."""
    return module.normalised_mse(
        echo_model(module, 3, "LSTM", num_layers=2, dropout=0.5), *tensors((x, y))
    )
