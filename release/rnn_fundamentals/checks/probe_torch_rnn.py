"""Probes of torch_rnn.py: fill models with arrays, run them, return arrays. Released; no answer.

Where they return facts about models, readings.py says what these mean.

Weights are dicts from the name of a parameter to an array. float64 weights convert the model to
float64; float32 weights leave its dtype as it is.
"""

from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from autograder.probing import BadResult, attribute, kind, unpack

CELL = ("W_xh.weight", "W_hh.weight", "W_hh.bias")
LAYER = tuple(f"cell.{name}" for name in CELL)


def to_tensor(array, device="cpu"):
    """Return a tensor of the array's dtype; on the CPU it shares the array's memory."""
    return torch.from_numpy(array).to(device)


def leaf(array, device):
    """Return a copy of the array as a leaf tensor that requires gradients."""
    return to_tensor(array, device).clone().requires_grad_()


def load(model, weights):
    """Write the weights into the model's parameters, and zeros into those that it should not have.

    So names and numbers of parameters cost the checks of parameters only.
    """
    if all(array.dtype == np.float64 for array in weights.values()):
        model.double()
    places = parameters_of(model, shapes_of(weights))
    with torch.no_grad():
        for parameter in model.parameters():
            if all(parameter is not other for other in places.values()):
                parameter.zero_()
        for name, parameter in places.items():
            parameter.copy_(to_tensor(weights[name], parameter.device))
    return model


def assign(model, weights):
    """Give the parameters new memory that holds the weights, as model.to(...) does."""
    for name, parameter in parameters_of(model, shapes_of(weights)).items():
        parameter.data = to_tensor(weights[name].copy())
    return model


def shapes_of(weights):
    return {name: array.shape for name, array in weights.items()}


def parameters_of(model, shapes):
    """Return name -> parameter; one that has another name is found by its shape.

    A bias that is nowhere is left out. Raises BadResult where a weight is nowhere or has another
    shape.
    """
    found = {name: named(model, name) for name in shapes}
    rest = [p for p in model.parameters() if all(p is not other for other in found.values())]
    for name, shape in shapes.items():
        alike = [place for place, p in enumerate(rest) if tuple(p.shape) == shape]
        if found[name] is None and alike:
            found[name] = rest.pop(alike[0])
        if found[name] is None and not name.endswith("bias"):
            found[name] = attribute(model, name)
    present = {name: parameter for name, parameter in found.items() if parameter is not None}
    for name, parameter in present.items():
        if not isinstance(parameter, torch.Tensor):
            raise BadResult(f"{name} is {kind(parameter)} where a parameter was expected")
        if tuple(parameter.shape) != shapes[name]:
            have = tuple(parameter.shape)
            raise BadResult(f"{name} has shape {have} where {shapes[name]} was expected")
    return present


def named(model, path):
    """Return the attribute at the end of the path, or None."""
    for part in path.split("."):
        model = getattr(model, part, None)
    return model


def cell_of(module, weights, device="cpu"):
    H, D = weights["W_xh.weight"].shape
    return load(module.RNNCell(D, H), weights).to(device)


def layer_of(module, weights, device="cpu"):
    H, D = weights["cell.W_xh.weight"].shape
    return load(module.MyRNN(D, H), weights).to(device)


def checked(value, name):
    """Return the value. Raises BadResult where it is no tensor."""
    if not isinstance(value, torch.Tensor):
        raise BadResult(f"{name} is {kind(value)} where a tensor was expected")
    return value


def call_cell(cell, x, h_prev):
    return {"h": checked(cell(x, h_prev), "the result of RNNCell")}


def call_layer(layer, x, h0=None):
    return layer_results(layer(x) if h0 is None else layer(x, h0))


def layer_results(result):
    """Return the two results of a layer by name; outputs may be a list. Raises BadResult."""
    outputs, h_T = unpack(result, 2, "MyRNN")
    if not is_list(outputs):
        checked(outputs, "outputs")
    return {"outputs": outputs, "h_T": checked(h_T, "h_T")}


def is_list(value):
    """Return whether the value is a list of tensors of one shape."""
    return (
        isinstance(value, (list, tuple))
        and all(isinstance(part, torch.Tensor) for part in value)
        and len({part.shape for part in value}) == 1
    )


def joined(value):
    """Return the tensor that a list of outputs would have made."""
    return torch.stack(list(value), dim=1) if is_list(value) else value


def gradients(values, upstream, sources):
    """Return the gradient of each source, given the gradients `upstream` of `values`.

    A source that no gradient reaches has zeros. Axes of length one that a value has too many or too
    few do not matter.
    """
    with torch.enable_grad():
        terms = [
            (value.reshape(arriving.shape) * to_tensor(arriving).to(value)).sum()
            for value, arriving in zip(map(joined, values.values()), upstream, strict=True)
            if value.requires_grad and long_axes(value) == long_axes(arriving)
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


def long_axes(array):
    return [length for length in array.shape if length != 1]


# ---------------------------------------------------------------- RNNCell and MyRNN


def run_with(name, model, weights, inputs):
    """Return what a model with the given weights computes; None where it computes nothing."""
    call = call_cell if name == "RNNCell" else call_layer
    try:
        return call(load(model, weights), *map(to_tensor, inputs))
    except Exception:
        return None


def parameters(module, name, D, H):
    """Return the shape of each parameter of a new model that it should have, and all others."""
    model = getattr(module, name)(D, H)
    if not isinstance(model, nn.Module):
        raise BadResult(f"{name}(...) is {kind(model)} where an nn.Module was expected")
    unnamed = {id(parameter): path for path, parameter in model.named_parameters()}
    names = {}
    for path in CELL if name == "RNNCell" else LAYER:
        parameter = named(model, path)
        if unnamed.pop(id(parameter), None):
            names[path] = parameter
    shapes = {path: str(tuple(p.shape)) for path, p in names.items()}
    others = [path for path, p in model.named_parameters() if id(p) in unnamed]
    return {**shapes, "other parameters": ", ".join(others) or "none"}


def attributes(module, D, H):
    """Return the sizes that MyRNN(D, H) has as attributes, and whether its cell is an RNNCell."""
    layer, cell = module.MyRNN(D, H), module.RNNCell
    sizes = {name: attribute(layer, name) for name in ("input_size", "hidden_size")}
    is_cell = isinstance(cell, type) and isinstance(attribute(layer, "cell"), cell)
    return {**sizes, "cell is an RNNCell": is_cell}


def run_cell(module, weights, x, h_prev, training=True):
    """Run one step, in training mode or in evaluation mode without gradients."""
    cell = cell_of(module, weights).train(training)
    with torch.set_grad_enabled(training):
        h = cell(to_tensor(x), to_tensor(h_prev))
    return {"h": checked(h, "the result of RNNCell")}


def run_layer(module, weights, x, h0=None, training=True):
    """Run over sequences, in training mode or in evaluation mode without gradients."""
    layer = layer_of(module, weights).train(training)
    with torch.set_grad_enabled(training):
        return layer_results(layer(to_tensor(x), h0=None if h0 is None else to_tensor(h0)))


def shapes_for(names, D, H):
    return dict(zip(names, ((H, D), (H, H), (H,)), strict=True))


def step_with_gradients(cell, inputs, upstream, mode="training"):
    """Run one step of a cell; return its result and all gradients, given dL/dh `upstream`."""
    with torch.set_grad_enabled(mode != "without gradients"):
        values = call_cell(cell, *inputs.values())
    sources = inputs | parameters_of(cell, shapes_for(CELL, *(x.shape[1] for x in inputs.values())))
    return {"values": values, "gradients": gradients(values, [upstream], sources)}


def run_with_gradients(layer, inputs, upstream, mode="training"):
    """Run a layer; return its results and all gradients, given the pair dL/d(outputs, h_T)."""
    with torch.set_grad_enabled(mode != "without gradients"):
        values = call_layer(layer, *inputs.values())
    shapes = shapes_for(LAYER, inputs["x"].shape[2], upstream[1].shape[1])
    sources = inputs | parameters_of(layer, shapes)
    return {"values": values, "gradients": gradients(values, upstream, sources)}


def differentiate_cell(module, weights, x, h_prev, upstream, device="cpu"):
    """Run one step of a new cell; return h and all gradients, given dL/dh `upstream`."""
    inputs = {"x": leaf(x, device), "h_prev": leaf(h_prev, device)}
    return step_with_gradients(cell_of(module, weights, device), inputs, upstream)


def differentiate_layer(module, weights, x, h0, upstream, device="cpu"):
    """Run a new layer; return its results and all gradients, given dL/d(outputs, h_T)."""
    inputs = {"x": leaf(x, device)} | ({} if h0 is None else {"h0": leaf(h0, device)})
    return run_with_gradients(layer_of(module, weights, device), inputs, upstream)


def four_steps(module, weights, others, first, second, upstream, mode):
    """Run four steps of one cell, three of them on the same tensors; then return all results."""
    cell = cell_of(module, weights).train(mode == "training")
    one, two = ({"x": leaf(x, "cpu"), "h_prev": leaf(h, "cpu")} for x, h in (first, second))
    return {
        "first": step_with_gradients(cell, one, upstream, mode),
        "second": step_with_gradients(cell, two, upstream, mode),
        "with weights changed in place": step_with_gradients(
            load(cell, others), two, upstream, mode
        ),
        "with weights put in place": step_with_gradients(
            assign(cell, weights), two, upstream, mode
        ),
    }


def five_runs(module, weights, others, single, first, second, upstream, mode):
    """Run one layer four times and its copy once; then return all results.

    `single` is (weights, x, upstream) in float32, `first` is x, `second` is (x, h0).
    """
    layer = layer_of(module, single[0]).train(mode == "training")
    zero, one = {"x": leaf(single[1], "cpu")}, {"x": leaf(first, "cpu")}
    two = {"x": leaf(second[0], "cpu"), "h0": leaf(second[1], "cpu")}
    again = {"x": two["x"]}
    return {
        "in float32": run_with_gradients(layer, zero, single[2], mode),
        "in float64": run_with_gradients(load(layer, weights), one, upstream, mode),
        "from h0": run_with_gradients(layer, two, upstream, mode),
        "with weights changed in place": run_with_gradients(
            load(layer, others), again, upstream, mode
        ),
        "of a copy": run_with_gradients(deepcopy(assign(layer, weights)), again, upstream, mode),
    }


def state_after_calls(module, name, weights, x, h):
    """Return a result, and facts after a second call, which records no gradients."""
    is_cell = name == "RNNCell"
    model = (cell_of if is_cell else layer_of)(module, weights)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    x, h = to_tensor(x), to_tensor(h)
    values = (call_cell if is_cell else call_layer)(model, x, h)
    facts = {
        "x asks for gradients": x.requires_grad,
        "the state asks for gradients": h.requires_grad,
        "all modules are in training mode": all(part.training for part in model.modules()),
    }
    with torch.no_grad():
        model(x, h)
        facts["gradients were switched on"] = torch.is_grad_enabled()
    return {
        "values": {
            key: [part.detach() for part in value] if is_list(value) else value.detach()
            for key, value in values.items()
        },
        "facts": facts,
        "numbers before": before,
        "numbers after": model.state_dict(),
    }


# ---------------------------------------------------------------- on "meta"


def on_meta(run):
    """Return dtype, shape and device of each result of `run`, or what it raised."""
    try:
        results = run()
    except BadResult:
        raise
    except Exception as error:
        return {"raised": str(error)[:500]}
    return {
        name: f"{joined(value).dtype}, {tuple(joined(value).shape)}, {joined(value).device.type}"
        for name, value in results.items()
    }


def cell_on_meta(module, D, H, B):
    """Run a cell that is on "meta" with its input."""
    cell = module.RNNCell(D, H).to("meta")
    x, h_prev = torch.empty(B, D, device="meta"), torch.empty(B, H, device="meta")
    return on_meta(lambda: call_cell(cell, x, h_prev))


def layer_on_meta(module, D, H, B, T):
    """Run a layer that is on "meta" with its input, without an initial state."""
    layer = module.MyRNN(D, H).to("meta")
    return on_meta(lambda: call_layer(layer, torch.empty(B, T, D, device="meta")))


def converted_on_meta(module, D, H):
    """Convert a layer that is on "meta"; return the parameters of the nn.RNN."""
    cell = SimpleNamespace(W_xh=nn.Linear(D, H, bias=False), W_hh=nn.Linear(H, H))
    for part in vars(cell).values():
        part.to("meta")
    layer = SimpleNamespace(input_size=D, hidden_size=H, cell=cell)
    return on_meta(lambda: dict(module.to_torch_rnn(layer).named_parameters()))


class MixedDevices(TorchFunctionMode):
    """Raises BadResult where an operation gets tensors on the CPU and on "meta".

    Copies between devices are allowed, and so are an index or a scalar on another device.
    """

    MAY = ("copy_", "to", "type_as", "__setitem__", "__getitem__", "view_as", "expand_as")

    def __torch_function__(self, function, types, args=(), kwargs=None):
        given = [*args, *(kwargs or {}).values()]
        given += [part for item in given if isinstance(item, (list, tuple)) for part in item]
        devices = {t.device.type for t in given if isinstance(t, torch.Tensor) and t.dim()}
        if len(devices) > 1 and function.__name__ not in self.MAY:
            raise BadResult("with model and input on one device, a tensor was made on another")
        return function(*args, **(kwargs or {}))


def with_meta_as_default(function, *args):
    """Call function(*args) with "meta" as the default device; return None where that fails.

    So a tensor that is created without a device is not where x is, as with a model on a GPU. Other
    errors say nothing: numbers cannot be copied from "meta", and they can from a GPU.
    """
    try:
        with torch.device("meta"), MixedDevices():
            return function(*args)
    except BadResult:
        raise
    except Exception:
        return None


def run_layer_off_default_device(module, weights, x):
    """Run from the default state, then once more with x not on the default device."""
    layer = layer_of(module, weights)
    values = call_layer(layer, to_tensor(x))
    elsewhere = with_meta_as_default(call_layer, layer, to_tensor(x))
    for name, value in (elsewhere or {}).items():
        if joined(value).device.type == "meta":
            raise BadResult(f"with model and input on one device, {name} is on another")
    return {"here": values, "elsewhere": elsewhere or values}


def use_of_random_numbers(module, name, D, H, weights, *inputs):
    """Return random numbers around two models, and what the second computes with given weights."""
    models, draws = [], []
    for _ in range(2):
        models.append(getattr(module, name)(D, H))
        draws.append(torch.rand(4))
    one, two = ({id(parameter) for parameter in model.parameters()} for model in models)
    before = torch.get_rng_state()
    models[1](*map(to_tensor, inputs))
    return {
        "draws": draws,
        "states of the generator": [before, torch.get_rng_state()],
        "shared parameters": len(one & two),
        "values": run_with(name, models[1], weights, inputs),
    }


# ---------------------------------------------------------------- to_torch_rnn


class MinimalRNN(nn.Module):
    """The attributes that to_torch_rnn may rely on: two sizes, and a cell with linear layers."""

    def __init__(self, weights):
        super().__init__()
        self.hidden_size, self.input_size = weights["cell.W_xh.weight"].shape
        self.cell = nn.Module()
        for path, array in weights.items():
            if path.endswith("weight"):
                biased = path.replace("weight", "bias") in weights
                layer = nn.Linear(*reversed(array.shape), bias=biased)
                self.cell.add_module(path.split(".")[1], layer)


def minimal_rnn(weights, device="cpu"):
    return load(MinimalRNN(weights), weights).to(device)


def unusual_rnn(weights, form):
    """Return a my_rnn that is no module, or a module whose W_hh comes before W_xh."""
    bare = minimal_rnn(weights)
    if form == "no module":
        cell = SimpleNamespace(W_xh=bare.cell.W_xh, W_hh=bare.cell.W_hh)
        return SimpleNamespace(input_size=bare.input_size, hidden_size=bare.hidden_size, cell=cell)
    bare.cell.add_module("W_xh", bare.cell._modules.pop("W_xh"))
    return bare


def convert(module, my_rnn):
    """Return to_torch_rnn(my_rnn). Raises BadResult where it is no nn.RNN."""
    rnn = module.to_torch_rnn(my_rnn)
    if not isinstance(rnn, nn.RNN):
        raise BadResult(f"to_torch_rnn returned {kind(rnn)} where an nn.RNN was expected")
    return rnn


def run_converted(rnn, x, h0, device="cpu"):
    """Run the nn.RNN on inputs of its own dtype: another dtype costs the form of results only."""
    dtype = next((p.dtype for p in rnn.parameters()), None)
    inputs = [to_tensor(array, device).to(dtype) for array in (x, h0) if array is not None]
    output, h_n = rnn(*inputs)
    return {"output": output, "h_n": h_n}


def converted_values(rnn, x, h0):
    """Return the results of the nn.RNN; None where it has none."""
    try:
        return run_converted(rnn, x, h0)
    except Exception:
        return None


def convert_and_describe(module, weights, x, h0):
    """Return the settings of the nn.RNN, and its results."""
    rnn = convert(module, minimal_rnn(weights))
    settings = {
        "input_size": int(rnn.input_size),
        "hidden_size": int(rnn.hidden_size),
        "num_layers": int(rnn.num_layers),
        "batch_first": bool(rnn.batch_first),
        "bidirectional": bool(rnn.bidirectional),
        "nonlinearity": str(rnn.nonlinearity),
        "bias": bool(rnn.bias),
    }
    return {"settings": settings, "values": converted_values(rnn, x, h0)}


def convert_and_run(module, weights, x, h0=None, device="cpu"):
    """Return the results of the nn.RNN; h0 is (1, B, H)."""
    return run_converted(convert(module, minimal_rnn(weights, device)), x, h0, device)


def convert_unusual(module, weights, form, x, h0):
    """Do as `convert_and_run`, with a my_rnn in another form."""
    return run_converted(convert(module, unusual_rnn(weights, form)), x, h0)


def convert_and_inspect(module, weights, x, h0):
    """Return the parameters, which of them can be trained, and the results."""
    rnn = convert(module, minimal_rnn(weights))
    return {
        "parameters": dict(rnn.named_parameters()),
        "can be trained": {name: p.requires_grad for name, p in rnn.named_parameters()},
        "values": converted_values(rnn, x, h0),
    }


def convert_and_read(module, weights):
    """Return the weights of the nn.RNN, and the sum of its biases."""
    rnn = convert(module, minimal_rnn(weights))
    with torch.no_grad():
        return {
            "weight_ih_l0": attribute(rnn, "weight_ih_l0").clone(),
            "weight_hh_l0": attribute(rnn, "weight_hh_l0").clone(),
            **({"bias": rnn.bias_ih_l0 + rnn.bias_hh_l0} if rnn.bias else {}),
        }


def convert_twice(module, first_weights, weights, x, h0):
    """Return the results of two nn.RNNs of one my_rnn, made before and after it was trained.

    Both are made before either runs. A twin of each is made and then changed.
    """
    my_rnn = minimal_rnn(first_weights)
    rnns = [convert(module, my_rnn)]
    change_parameters(convert(module, my_rnn))
    rnns.append(convert(module, load(my_rnn, weights)))
    change_parameters(convert(module, minimal_rnn(weights)))
    return [run_converted(rnn, x, h0) for rnn in rnns]


def change_parameters(model):
    """Change every number of the model in place, as a training step does."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)


def convert_and_train_copy(module, weights, x, h0):
    """Return results of the nn.RNN, and my_rnn after the nn.RNN was changed."""
    my_rnn = minimal_rnn(weights)
    rnn = convert(module, my_rnn)
    values = converted_values(rnn, x, h0)
    change_parameters(rnn)
    numbers = {name: attribute(my_rnn, name).detach().numpy() for name in LAYER}
    return {"values": values, "my_rnn after the nn.RNN was trained": numbers}


def convert_and_train_original(module, weights, x, h0):
    """Return the results of the nn.RNN after my_rnn was changed."""
    my_rnn = minimal_rnn(weights)
    rnn = convert(module, my_rnn)
    change_parameters(my_rnn)
    return run_converted(rnn, x, h0)


def my_rnn_after_conversion(module, weights):
    """Return outputs of the nn.RNN, and my_rnn after the nn.RNN ran forward and backward."""
    my_rnn = minimal_rnn(weights)
    parts = {name: attribute(my_rnn, name) for name in LAYER}
    for part in parts.values():
        part.grad = torch.ones_like(part)
    rnn = convert(module, my_rnn)
    outputs = rnn(torch.ones(1, 2, my_rnn.input_size).to(parts[LAYER[0]]))[0]
    if outputs.requires_grad:
        outputs.sum().backward()
    now = {name: attribute(my_rnn, name) for name in LAYER}
    return {
        "outputs": outputs.detach(),
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


def convert_off_default_device(module, weights, x, h0):
    """Return the devices of the nn.RNN's parameters, on the default device and off it; results."""
    rnns = [convert(module, minimal_rnn(weights))]
    rnns.append(with_meta_as_default(module.to_torch_rnn, minimal_rnn(weights)) or rnns[0])
    where = [", ".join(sorted({p.device.type for p in rnn.parameters()})) for rnn in rnns]
    devices = {"device of the nn.RNN": where[0], "device where others are made elsewhere": where[1]}
    return {"devices": devices, "values": converted_values(rnns[0], x, h0)}
