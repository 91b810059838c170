"""Runs beside the student's code: gives models numbers and turns them into numbers.

Holds no answer. Weights are dicts from the name of a parameter to an array; float64 weights turn
the model to float64, float32 ones leave it in the dtype it was made with.
"""

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from autograder.probing import BadResult, attribute, kind, unpack

CELL = ("W_xh.weight", "W_hh.weight", "W_hh.bias")
LAYER = tuple(f"cell.{name}" for name in CELL)


def to_tensor(array, device="cpu"):
    """A tensor of the array's dtype; on the cpu it shares the array's memory."""
    return torch.from_numpy(array).to(device)


def leaf(array, device):
    """A tensor of its own that collects gradients."""
    return to_tensor(array, device).clone().requires_grad_()


def load(model, weights):
    """Write the weights into the model's parameters."""
    if all(array.dtype == np.float64 for array in weights.values()):
        model.double()
    for name, array in weights.items():
        parameter = attribute(model, name)
        if not isinstance(parameter, torch.Tensor):
            raise BadResult(f"{name} is {kind(parameter)} where a parameter was expected")
        if tuple(parameter.shape) != array.shape:
            have, want = tuple(parameter.shape), array.shape
            raise BadResult(f"{name} has shape {have} where {want} was expected")
        with torch.no_grad():
            parameter.copy_(to_tensor(array, parameter.device))
    return model


def cell_of(module, weights, device="cpu"):
    H, D = weights["W_xh.weight"].shape
    return load(module.RNNCell(D, H), weights).to(device)


def layer_of(module, weights, device="cpu"):
    H, D = weights["cell.W_xh.weight"].shape
    return load(module.MyRNN(D, H), weights).to(device)


def checked(value, name):
    """The value, which has to be a tensor."""
    if not isinstance(value, torch.Tensor):
        raise BadResult(f"{name} is {kind(value)} where a tensor was expected")
    return value


def call_cell(cell, x, h_prev):
    return {"h": checked(cell(x, h_prev), "the result of RNNCell")}


def call_layer(layer, x, h0=None):
    result = unpack(layer(x) if h0 is None else layer(x, h0), 2, "MyRNN")
    names = "outputs", "h_T"
    return {name: checked(value, name) for name, value in zip(names, result, strict=True)}


def gradients(values, upstream, sources):
    """The gradients that reach `sources` when `upstream` arrives at `values`; else zeros."""
    with torch.enable_grad():
        terms = [
            (value * to_tensor(arriving).to(value)).sum()
            for value, arriving in zip(values.values(), upstream, strict=True)
            if value.requires_grad and tuple(value.shape) == arriving.shape
        ]
        loss = sum(terms)
    open_to = {name: source for name, source in sources.items() if source.requires_grad}
    found = {}
    if terms and open_to:
        parts = torch.autograd.grad(loss, list(open_to.values()), allow_unused=True)
        found = dict(zip(open_to, parts, strict=True))
    answer = {}
    for name, source in sources.items():
        none = torch.zeros_like(source, requires_grad=False)
        answer[f"gradient of {name}"] = none if found.get(name) is None else found[name]
    return answer


# ---------------------------------------------------------------- RNNCell and MyRNN


def parameters(module, name, D, H):
    """The shape of each parameter of a new model, by its name."""
    model = getattr(module, name)(D, H)
    if not isinstance(model, nn.Module):
        raise BadResult(f"{name}(...) is {kind(model)} where an nn.Module was expected")
    unnamed = {id(parameter): path for path, parameter in model.named_parameters()}
    names = {}
    for path in CELL if name == "RNNCell" else LAYER:
        owner, _, last = path.rpartition(".")
        parameter = getattr(attribute(model, owner), last, None)
        if unnamed.pop(id(parameter), None):
            names[path] = parameter
    names |= {path: p for path, p in model.named_parameters() if id(p) in unnamed}
    return {"parameters": {path: str(tuple(p.shape)) for path, p in names.items()}}


def attributes(module, D, H):
    """What MyRNN(D, H) keeps of its sizes, and whether its cell is the file's RNNCell."""
    layer, cell = module.MyRNN(D, H), module.RNNCell
    sizes = {name: attribute(layer, name) for name in ("input_size", "hidden_size")}
    is_cell = isinstance(cell, type) and isinstance(attribute(layer, "cell"), cell)
    return {**sizes, "cell is an RNNCell": is_cell}


def run_cell(module, weights, x, h_prev, training=True):
    """One step; in evaluation also without gradients."""
    cell = cell_of(module, weights).train(training)
    with torch.set_grad_enabled(training):
        return call_cell(cell, to_tensor(x), to_tensor(h_prev))


def run_layer(module, weights, x, h0=None, training=True):
    """A run over sequences; in evaluation also without gradients."""
    layer = layer_of(module, weights).train(training)
    with torch.set_grad_enabled(training):
        return call_layer(layer, to_tensor(x), None if h0 is None else to_tensor(h0))


def differentiate_cell(module, weights, x, h_prev, upstream, device="cpu"):
    """One step, and the gradients that reach everything when `upstream` arrives at h."""
    cell = cell_of(module, weights, device)
    inputs = {"x": leaf(x, device), "h_prev": leaf(h_prev, device)}
    values = call_cell(cell, *inputs.values())
    sources = {**inputs, **{name: attribute(cell, name) for name in CELL}}
    return {"values": values, "gradients": gradients(values, [upstream], sources)}


def differentiate_layer(module, weights, x, h0, upstream, device="cpu"):
    """A run, and all gradients when `upstream`, a pair, arrives at outputs and h_T."""
    layer = layer_of(module, weights, device)
    inputs = {"x": leaf(x, device)} | ({} if h0 is None else {"h0": leaf(h0, device)})
    values = call_layer(layer, *inputs.values())
    sources = {**inputs, **{name: attribute(layer, name) for name in LAYER}}
    return {"values": values, "gradients": gradients(values, upstream, sources)}


def run_cell_again(module, first_weights, first, weights, second):
    """One cell, two calls with other weights and inputs; both results, after the second."""
    cell = cell_of(module, first_weights)
    before = call_cell(cell, *map(to_tensor, first))
    after = call_cell(load(cell, weights), *map(to_tensor, second))
    return {"first h": before["h"], "second h": after["h"]}


def run_layer_again(module, first_weights, first, weights, second):
    """One layer, two runs with other weights and inputs; both results, after the second."""
    layer = layer_of(module, first_weights)
    before = call_layer(layer, *map(to_tensor, first))
    after = call_layer(load(layer, weights), *map(to_tensor, second))
    runs = {"first": before, "second": after}
    return {f"{run} {name}": part for run, parts in runs.items() for name, part in parts.items()}


class Meeting(TorchFunctionMode):
    """Stops a computation in which tensors of the cpu and of "meta" meet.

    Copying between devices, and an index or a number on another one, are legitimate.
    """

    MAY = ("copy_", "to", "type_as", "__setitem__", "__getitem__", "view_as", "expand_as")

    def __torch_function__(self, function, types, args=(), kwargs=None):
        given = [*args, *(kwargs or {}).values()]
        given += [part for item in given if isinstance(item, (list, tuple)) for part in item]
        devices = {t.device.type for t in given if isinstance(t, torch.Tensor) and t.dim()}
        if len(devices) > 1 and function.__name__ not in self.MAY:
            raise BadResult("with model and input on one device, a tensor was made on another")
        return function(*args, **(kwargs or {}))


def with_other_default(function, *args):
    """function(*args) while tensors whose device nobody names are made on "meta", or None.

    This is how it is for a model on a GPU, and needs none: what should be with x is elsewhere.
    Nothing is said of errors, since numbers cannot be copied from "meta" as they can from a GPU.
    """
    try:
        with torch.device("meta"), Meeting():
            return function(*args)
    except BadResult:
        raise
    except Exception:
        return None


def run_layer_elsewhere(module, weights, x):
    """A run from the default state, here and then where x is not on the default device."""
    layer = layer_of(module, weights)
    values = call_layer(layer, to_tensor(x))
    elsewhere = with_other_default(call_layer, layer, to_tensor(x))
    for name, value in (elsewhere or {}).items():
        if value.device.type == "meta":
            raise BadResult(f"with model and input on one device, {name} is on another")
    return {"here": values, "elsewhere": elsewhere or values}


def generator_use(module, name, D, H, arguments):
    """Whether making a model seeds torch's generator and whether running it draws from it."""
    draws = []
    for _ in range(2):
        model = getattr(module, name)(D, H)
        draws.append(torch.rand(4))
    before = torch.get_rng_state()
    model(*map(to_tensor, arguments))
    return {
        f"making {name} seeds the random generator": torch.equal(*draws),
        f"running {name} draws random numbers": not torch.equal(before, torch.get_rng_state()),
    }


# ---------------------------------------------------------------- to_torch_rnn


class Bare(nn.Module):
    """The least that to_torch_rnn may rely on: two sizes, and a cell with linear layers."""

    def __init__(self, weights):
        super().__init__()
        self.hidden_size, self.input_size = weights["cell.W_xh.weight"].shape
        self.cell = nn.Module()
        for path, array in weights.items():
            if path.endswith("weight"):
                biased = path.replace("weight", "bias") in weights
                layer = nn.Linear(*reversed(array.shape), bias=biased)
                self.cell.add_module(path.split(".")[1], layer)


def bare_of(weights, device="cpu"):
    return load(Bare(weights), weights).to(device)


def convert(module, my_rnn):
    """to_torch_rnn(my_rnn), which has to be an nn.RNN."""
    rnn = module.to_torch_rnn(my_rnn)
    if not isinstance(rnn, nn.RNN):
        raise BadResult(f"to_torch_rnn returned {kind(rnn)} where an nn.RNN was expected")
    return rnn


def run_converted(rnn, x, h0, device="cpu"):
    inputs = [to_tensor(array, device) for array in (x, h0) if array is not None]
    output, h_n = rnn(*inputs)
    return {"output": output, "h_n": h_n}


def convert_and_describe(module, weights):
    """What the nn.RNN says of itself."""
    rnn = convert(module, bare_of(weights))
    return {
        "input_size": int(rnn.input_size),
        "hidden_size": int(rnn.hidden_size),
        "num_layers": int(rnn.num_layers),
        "batch_first": bool(rnn.batch_first),
        "bidirectional": bool(rnn.bidirectional),
        "nonlinearity": str(rnn.nonlinearity),
        "bias": bool(rnn.bias),
    }


def convert_and_run(module, weights, x, h0=None, device="cpu"):
    """The nn.RNN's results; h0 is (1, B, H)."""
    return run_converted(convert(module, bare_of(weights, device)), x, h0, device)


def convert_and_inspect(module, weights):
    """Each parameter's dtype and whether it can be trained."""
    rnn = convert(module, bare_of(weights))
    facts = {name: str(p.dtype).removeprefix("torch.") for name, p in rnn.named_parameters()}
    trained = {f"{name} can be trained": p.requires_grad for name, p in rnn.named_parameters()}
    return {**facts, **trained}


def convert_twice(module, first_weights, weights, x, h0):
    """The results of two nn.RNNs of two models, both converted before one of them runs."""
    rnns = [convert(module, bare_of(first_weights)), convert(module, bare_of(weights))]
    return [run_converted(rnn, x, h0) for rnn in rnns]


def shift(model):
    """Change every number of the model in place, as a training step does."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)


def convert_and_train_copy(module, weights):
    """The numbers of my_rnn after the nn.RNN was changed."""
    my_rnn = bare_of(weights)
    shift(convert(module, my_rnn))
    return {name: attribute(my_rnn, name).detach().numpy() for name in LAYER}


def convert_and_train_original(module, weights, x, h0):
    """The nn.RNN's results after my_rnn was changed."""
    my_rnn = bare_of(weights)
    rnn = convert(module, my_rnn)
    shift(my_rnn)
    return run_converted(rnn, x, h0)


def convert_and_look_back(module, weights):
    """my_rnn after it was converted: its numbers, and facts about it."""
    my_rnn = bare_of(weights)
    parts = {name: attribute(my_rnn, name) for name in LAYER}
    for part in parts.values():
        part.grad = torch.ones_like(part)
    convert(module, my_rnn)
    now = {name: attribute(my_rnn, name) for name in LAYER}
    return {
        "numbers": {name: part.detach().numpy() for name, part in now.items()},
        "my_rnn": {
            "has its own parameters": all(now[name] is parts[name] for name in LAYER),
            "can be trained": all(part.requires_grad for part in now.values()),
            "has its gradients": all(
                part.grad is not None and bool((part.grad == 1).all()) for part in now.values()
            ),
            "is in training mode": my_rnn.training,
            "attributes": ", ".join(sorted(vars(my_rnn).keys() - vars(nn.Module()).keys())),
            "modules": ", ".join(name for name, _ in my_rnn.named_modules() if name),
        },
    }


def convert_elsewhere(module, weights):
    """The devices of the nn.RNN's parameters: here, and where my_rnn is not on the default one."""
    rnns = [convert(module, bare_of(weights))]
    rnns.append(with_other_default(module.to_torch_rnn, bare_of(weights)) or rnns[0])
    return [", ".join(sorted({p.device.type for p in rnn.parameters()})) for rnn in rnns]
