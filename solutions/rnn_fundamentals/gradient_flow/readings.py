"""What the facts about LSTMs and figures of gradient_flow.py mean. Runs in the grader's process.

Each function gets the facts that the probe of its name returned, and the arguments of that call.
Released; holds no answer.
"""

import re

import numpy as np

from autograder.figures import describe
from autograder.probing import BadResult

# ---------------- norms of calls that must change nothing


def plain(value):
    """Return numbers as floats, whatever they came in: only what a call changed is looked at."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)) or np.ndim(value):
        return [plain(item) for item in value]
    try:
        return float(value)
    except TypeError:
        raise BadResult("the call returned no number") from None


def model_after_norm(facts, *_):
    """Return the result as plain floats, beside what the call left behind."""
    return {**facts, "result": plain(facts["result"])}


x_after_norm = norm_then_draw = model_after_norm
model_after_norms = models_after_comparison = model_after_norm

# ---------------- the forget gate

PARAMETERS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
LSTM = "torch.nn.modules.rnn.LSTM"
CLOSE = 1e-4  # float32 steps differ by 1e-6 from float64 steps; another LSTM's by far more


def checked_lstm(facts, input_size, hidden_size, inputs):
    """Return name -> the parameters, in float64. Raises BadResult where it is no plain LSTM."""
    if LSTM not in facts["classes"]:
        raise BadResult(f"lstm_with_forget_bias returned {facts['kind']}, no nn.LSTM")
    settings, parameters = facts["settings"], facts["parameters"]
    for name, usual in (("num_layers", 1), ("bidirectional", False), ("proj_size", 0)):
        if settings[name] != usual:
            raise BadResult(f"the LSTM has {name}={settings[name]}, not {usual}")
    for name in PARAMETERS:
        if name not in parameters:
            raise BadResult(f"the LSTM has no parameter {name}")
    H, columns = hidden_size, (input_size, hidden_size)
    weights = {name: np.asarray(parameters[name], np.float64) for name in PARAMETERS}
    shapes = [(4 * H, columns[0]), (4 * H, columns[1]), (4 * H,), (4 * H,)]
    if [array.shape for array in weights.values()] != shapes:
        raise BadResult(f"the LSTM has not the sizes {input_size} and {hidden_size}")
    if facts["run"] is None:
        raise BadResult("the LSTM cannot run")
    batch_first = settings["batch_first"] is True
    for got, want in zip(facts["run"], computed(weights, batch_first, **inputs), strict=True):
        if got.shape != want.shape or not np.allclose(got, want, rtol=CLOSE, atol=CLOSE):
            raise BadResult("the LSTM does not compute what its parameters say")
    return weights


def computed(weights, batch_first, x, h, c):
    """Return (outputs, h_T, c_T) of an LSTM, computed from its parameters in float64."""
    W_x, W_h, b = weights["weight_ih_l0"], weights["weight_hh_l0"], total_bias(weights)
    h, c = np.asarray(h, np.float64)[0], np.asarray(c, np.float64)[0]
    states = []
    steps = np.asarray(x, np.float64)
    for step in steps.swapaxes(0, 1) if batch_first else steps:
        i, f, g, o = np.split(step @ W_x.T + h @ W_h.T + b, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, 1 if batch_first else 0), h[None], c[None]


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def total_bias(weights):
    return weights["bias_ih_l0"] + weights["bias_hh_l0"]


def biases_in_use(weights):
    """Return the total biases of the forget gates, (H,), and one step of an LSTM with zero weights.

    The outputs for the cell states 0 and 1 depend on the biases of the other gates, too.
    """
    i, f, g, o = np.split(total_bias(weights), 4)
    cells = [sigmoid(f) * c + sigmoid(i) * np.tanh(g) for c in (0.0, 1.0)]
    outputs = np.concatenate([sigmoid(o) * np.tanh(c) for c in cells])
    return {"forget bias": f.astype(np.float32), "one step": outputs.astype(np.float32)}


def lstm_settings(facts, input_size, hidden_size, forget_bias, inputs):
    """Return the settings of the LSTM, and the shape, dtype and requires_grad of its parameters."""
    checked_lstm(facts, input_size, hidden_size, inputs)
    shown = {name: facts["settings"][name] for name in ("bias", "batch_first", "training")}
    shown["dropout"] = float(facts["settings"]["dropout"])
    for name, p in facts["parameters"].items():
        shown[f"{name}.shape"] = list(p.shape)
        shown[f"{name}.dtype"] = f"torch.{p.dtype}"
        shown[f"{name}.requires_grad"] = facts["requires_grad"][name]
    return shown


def looks_uniform(values, bound):
    """Test whether numbers look drawn independently from a uniform distribution on +-bound.

    Mean and spread must be within five standard errors. The largest number must be as close to the
    bound as it is in all but one of e**25 draws. The order of the draws does not matter.
    """
    n = values.size
    largest, spread = np.abs(values).max(), values.std() / (bound / 3**0.5)
    return {
        "within the bounds": bool(largest <= bound * (1 + 1e-6)),
        "up to the bounds": bool(largest >= bound * (1 - 25 / n)),
        "all different": hardly_any_repeats(values),
        "centred": bool(abs(values.mean()) < 5 * bound / (3 * n) ** 0.5),
        "as spread out": bool(abs(spread - 1) < 5 * (0.2 / n) ** 0.5),
    }


def hardly_any_repeats(values):
    """Test whether 98 % of the numbers differ (in float32 a few may be equal by chance)."""
    return len(np.unique(values)) >= 0.98 * values.size


def count_set_by_hand(values, bound):
    """Count the numbers that occur more than once or lie outside the bounds."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    return int(((counts[where] > 1) | (np.abs(values) > bound * (1 + 1e-6))).sum())


def lstm_facts(facts, input_size, hidden_size, forget_bias, inputs, quarters=()):
    """Return the biases, and whether weights and other biases look as PyTorch draws them.

    `quarters` are the gates (0 to 3) whose parts of the two bias vectors are tested as well.
    """
    weights = checked_lstm(facts, input_size, hidden_size, inputs)
    H, bound, looks = hidden_size, hidden_size**-0.5, {}
    for name, values in weights.items():
        if name.startswith("weight"):
            looks[f"{name} as drawn"], parts = looks_uniform(values, bound), range(4)
        else:
            looks[f"most of {name} left alone"] = count_set_by_hand(values, bound) <= H + 4
            parts = quarters
        for part in parts:
            rows = values[part * H : (part + 1) * H]
            looks[f"{name}[{part * H}:{(part + 1) * H}] as drawn"] = looks_uniform(rows, bound)
    biases = np.stack([weights["bias_ih_l0"], weights["bias_hh_l0"]]).reshape(2, 4, H)
    looks["the biases of the other gates differ"] = hardly_any_repeats(biases[:, [0, 2, 3]])
    return {**biases_in_use(weights), "parameters": looks}


def lstm_run(facts, parameters, x, forget_bias):
    """Return the outputs of the LSTM with given parameters, and the gradients of the parameters."""
    H, D = parameters["weight_hh_l0"].shape[1], parameters["weight_ih_l0"].shape[1]
    zeros = np.zeros((1, len(x), H))
    checked_lstm(facts["made"], D, H, {"x": x, "h": zeros, "c": zeros})
    return {"outputs": facts["outputs"], **facts["gradients"]}


def three_lstms(facts, input_size, hidden_size, forget_biases, inputs):
    """Return the forget biases of three LSTMs, and whether they were drawn anew."""
    sizes = input_size, hidden_size, inputs
    lstms, draws = [checked_lstm(lstm, *sizes) for lstm in facts["lstms"]], facts["draws"]
    first, second, _ = (lstm["weight_hh_l0"] for lstm in lstms)
    return {
        "forget biases": [biases_in_use(lstm)["forget bias"] for lstm in lstms],
        "other weights after another seed": not np.array_equal(first, second),
        "another draw after another seed": draws[0] != draws[1],
        "the same draw after the same seed": draws[0] == draws[2],
    }


# ---------------- the figure

SHOWN_OR_SAVED = {"show": "shown", "pause": "shown", "savefig": "saved", "print_figure": "saved"}
NORM, LENGTH = re.compile("norm|grad", re.IGNORECASE), re.compile(r"length|step|time|\bT\b")


def only_returned(facts, seq_lengths, norms):
    """Return which names are drawn at all. Raises BadResult where the figure is shown or saved."""
    for name in facts["calls"]:
        word = SHOWN_OR_SAVED[name]
        raise BadResult(f"the figure is {word} ({name}) where it was to be returned only")
    lines = [line for axes in describe(facts["figure"])["axes"] for line in axes["lines"]]
    drawn = [sorted_points(line["x"], line["y"]) for line in lines]
    return {f"{name} is drawn": is_among(drawn, seq_lengths, norms[name]) for name in norms}


def is_among(lines, x, y):
    """Test whether one of the lines has these points."""
    want = sorted_points(np.array(x, float), np.array(y, float))
    alike = [line for line in lines if line[0].shape == want[0].shape]
    return any(np.allclose(line, want, rtol=1e-9, atol=0.0) for line in alike)


def drawn_lines(facts, seq_lengths, norms):
    """Return name -> the points of its line: by the legend or, without one, by label or order."""
    return lines_by_name(facts["figure"], list(norms))


def axes_of_figure(facts, seq_lengths, norms):
    """Return the scales of the axes, and what their labels say. The x axis is free."""
    seen, axes = only_axes(facts["figure"])
    x_label, y_label = axes["xlabel"] + seen["supxlabel"], axes["ylabel"] + seen["supylabel"]
    about = [bool(NORM.search(label)) - bool(LENGTH.search(label)) for label in (x_label, y_label)]
    labels = {
        "the x axis has a label": bool(x_label.strip()),
        "the y axis has a label": bool(y_label.strip()),
        "labels exchanged": about == [1, -1],
    }
    asked_for = {"scale of the y axis": axes["yscale"], "labels": labels}
    return {"asked for": asked_for, "scale of the x axis": axes["xscale"]}


def names_in_legend(facts, seq_lengths, norms):
    """Return which names the legend has. Raises BadResult where one has no line like its entry."""
    seen, axes = only_axes(facts["figure"])
    legend = legend_entries(legend_of(seen), list(norms))
    for name in norms:
        line_of(axes["lines"], name, *legend[name])
    return list(legend)


def two_figures(facts, first, second):
    """Return the contents of two figures, and what became of a third one."""
    figures = zip(facts["figures"], (first, second), strict=True)
    one, other = (lines_by_name(figure, list(norms)) for figure, (_, norms) in figures)
    names = "one and the same", "somebody else's figure is open"
    return {"first": one, "second": other, **{name: facts[name] for name in names}}


def legend_of(figure):
    """Return label -> style for the legends of the figure and its Axes."""
    entries = [*figure["legend"], *(e for axes in figure["axes"] for e in axes["legend"])]
    return {entry["label"]: entry["style"] for entry in entries}


def only_axes(figure):
    """Return the figure and its only Axes. Raises BadResult."""
    seen = describe(figure)
    panels = [axes for axes in seen["axes"] if not axes["is_colorbar"]]
    if len(panels) != 1:
        raise BadResult(f"the figure has {len(panels)} Axes where one was expected")
    return seen, panels[0]


def lines_by_name(figure, names):
    """Return name -> the points of its line. Raises BadResult."""
    seen, axes = only_axes(figure)
    try:
        legend = legend_entries(legend_of(seen), names)
    except BadResult:
        return unlisted_lines(axes["lines"], names)
    return {name: points(line_of(axes["lines"], name, *legend[name])) for name in names}


def unlisted_lines(lines, names):
    """Return the points of lines that no legend names: by their labels, else in order."""
    joined = [line for line in lines if is_joined(line)]
    labelled = {line["label"]: line for line in joined}
    if not set(names) <= set(labelled):
        if len(joined) != len(names):
            raise BadResult(f"the figure has {len(joined)} lines for {len(names)} names")
        labelled = dict(zip(names, joined, strict=True))
    return {name: points(labelled[name]) for name in names}


def is_joined(line):
    """Test whether the points are joined, and not only marked."""
    return line["style"][1] not in ("", "None")


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


def line_of(lines, name, label, style):
    """Return the line that looks like the legend's entry for `name`.

    Where several lines look like it, take the one with its label. Raises BadResult where none is.
    """
    joined = [line for line in lines if is_joined(line)]
    alike = [line for line in joined if line["style"] == style]
    alike = alike or [line for line in joined if line["style"][0] == style[0]]
    labelled = [line for line in alike or joined if line["label"] in (label, name)]
    found = labelled or alike
    if not found:
        bare = [line for line in lines if line["style"][0] == style[0]]
        why = "is joined by a line that can be seen" if bare else "looks like the legend's entry"
        raise BadResult(f"nothing in the Axes {why} for {name}")
    return found[0]


def points(line):
    """Return the points, sorted by x. y comes in decades, too, so that small values count."""
    x, y = sorted_points(line["x"], line["y"])
    return {"x": x, "y": y, "log10 of y": np.log10(y)}


def sorted_points(x, y):
    """Return both coordinates, sorted by x, and by y where x is equal."""
    order = np.lexsort((y, x))
    return x[order], y[order]
