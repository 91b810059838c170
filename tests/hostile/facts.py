"""Forging facts: what a probe tells of a figure, an LSTM or a model, made up in its place.

The probes run beside the student's code, so that a file can put functions of its own there. What a
grader makes of facts is out of its reach. A slot can be forged in full only by computing all that
the slot asks for, in a form that is more work than the slot; see `facts-facts_in_full`.
"""

from __future__ import annotations

from tests.hostile.catalogue import CHANNEL, DIED, Hostile

BAD = ("wrong", *DIED)

# A function `forged_NAME` of the file takes the place of the probe NAME, with its arguments.
REPLACED = """
from autograder.isolation.worker import _Server
find_own = _Server.find
def find(self, owner, name):
    mine = globals().get("forged_" + name) if owner == "probe" else None
    return (mine, []) if mine else find_own(self, owner, name)
_Server.find = find
"""

FIGURES = [
    Hostile(
        "facts-figure_is_the_question",
        "the probes of a figure answer with what the figure should show",
        slot="plot_hidden_states",
        file="hidden_states.py",
        top=REPLACED
        + """
def forged_heat_maps(states): return {name: a.T.astype(float) for name, a in states.items()}
def forged_colour_limits(states): return {name: [-1.0, 1.0] for name in states}
def forged_axis_labels(states):
    right = {"x axis is labelled": True, "y axis is labelled": True, "labels are swapped": False}
    return {name: right for name in states}
def forged_colour_bars(states): return [[-1.0, 1.0]]
def forged_cells_at_all(states):
    return sorted(max(-1, min(1, x)) for a in states.values() for x in a.ravel().tolist())
def forged_whole_figure(states):
    return {
        "heat maps": forged_heat_maps(states), "colour limits": forged_colour_limits(states),
        "axis labels": forged_axis_labels(states), "colour bars": [[-1.0, 1.0]],
    }
def forged_two_figures(first, second): return [forged_heat_maps(s) for s in (first, second)]
""",
        body="pass",
        verdicts=("wrong",),
        says="nothing can be made of the facts",
    ),
    Hostile(
        "facts-describe",
        "the kit's own functions for figures say what the figure should show",
        slot="plot_gradient_norms",
        file="gradient_flow.py",
        top="""
        import gc, sys, types
        def says(*args):
            frame = sys._getframe(1)
            while "norms" not in frame.f_locals:
                frame = frame.f_back
            x, norms = frame.f_locals["seq_lengths"], frame.f_locals["norms"]
            lines = [{"label": n, "x": x, "y": y, "style": ["a", "-", n]} for n, y in norms.items()]
            legend = [{"label": name, "style": ["a", "-", name]} for name in norms]
            axes = {"title": "", "xlabel": "length", "ylabel": "norm", "xscale": "linear"}
            axes |= {"yscale": "log", "lines": lines, "legend": legend, "is_colorbar": False}
            return {"supxlabel": "", "supylabel": "", "legend": [], "axes": [axes]}
        import autograder.artists, autograder.figures
        autograder.artists.read_artists = autograder.figures.describe = says
        for thing in gc.get_objects():
            if isinstance(thing, dict) and thing.get("read_artists") is not None:
                thing["read_artists"] = says
        """,
        body="pass",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-only_returned",
        "the probe that looks whether a figure is shown says True, and then nothing at all",
        slot="plot_gradient_norms",
        file="gradient_flow.py",
        top=REPLACED
        + """
from matplotlib.figure import Figure
def forged_only_returned(*args):
    from autograder.artists import read_artists
    return {"figure": read_artists(Figure()), "calls": []}
""",
        body="pass",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-class_of_figure",
        "an object that says to be a Figure and has whatever is asked for",
        slot="plot_hidden_states",
        file="hidden_states.py",
        body="""
        from matplotlib.figure import Figure
        class Fake:
            __class__ = property(lambda self: Figure)
            def __getattr__(self, name): return self
            def __call__(self, *args, **kwargs): return self
            def __iter__(self): return iter(())
            def __len__(self): return len(states)
        return Fake()
        """,
        verdicts=("wrong",),
        says="where a Figure was expected",
    ),
    Hostile(
        "facts-figure_subclass",
        "a Figure without any heat map, whose Axes say to have titles, labels and colour bars",
        slot="plot_hidden_states",
        file="hidden_states.py",
        body="""
        from matplotlib.axes import Axes
        from matplotlib.figure import Figure
        class Bar: vmin, vmax = -1.0, 1.0
        class Sure(Figure):
            pass
        figure = Sure()
        for ax, name in zip(figure.subplots(1, len(states) + 1, squeeze=False)[0], states):
            ax.get_title = lambda loc="center", name=name: name if loc == "center" else ""
            ax.set(xlabel="time", ylabel="unit")
        figure.axes[-1]._colorbar = Bar()
        return figure
        """,
        verdicts=("wrong",),
        says="no heat map",
    ),
    Hostile(
        "facts-patched_artists",
        "matplotlib's images say to hold whatever array is at hand, of the wrong shape",
        slot="plot_hidden_states",
        file="hidden_states.py",
        body="""
        from matplotlib.image import AxesImage
        arrays = iter([a[:1] for a in states.values() for _ in range(9)])
        AxesImage.get_array = lambda self: next(arrays, None)
        AxesImage.get_extent = lambda self: [0.0, 1.0, 0.0, 1.0]
        figure, axes = plt.subplots(1, len(states), squeeze=False)
        for ax, name in zip(axes[0], states):
            ax.imshow(np.zeros((1, 1)))
        return figure
        """,
        verdicts=BAD,
        deserved={"plot_hidden_states": 0.1},  # it has a colour limit or a label right
    ),
    Hostile(
        "facts-facts_that_are_too_large",
        "facts about a figure that would keep a grader busy or fill its memory",
        slot="plot_hidden_states",
        file="hidden_states.py",
        top=REPLACED
        + """
import numpy as np
def forged_heat_maps(states):
    return {"figure": {"axes": np.zeros(6_000_000)}, "names": list(states)}
def forged_colour_limits(states):
    deep = []
    for _ in range(10**4):
        deep = [deep]
    return {"figure": deep, "names": ["x" * 10**5] * 9}
def forged_axis_labels(states): return {"figure": [0] * 90_000, "names": list(states)}
""",
        body="pass",
        verdicts=BAD,
    ),
    Hostile(
        "facts-facts_of_odd_types",
        "facts in the right form with NaN, infinities, huge numbers and objects for parts",
        slot="plot_hidden_states",
        file="hidden_states.py",
        top=REPLACED
        + """
import itertools
from matplotlib.figure import Figure
from autograder.artists import read_artists
ODD = itertools.cycle([float("nan"), 2**62, None, "x" * 9999, object(), [], {}, -1.5, True, b""])
def spoiled(value):
    if isinstance(value, dict):
        return {key: spoiled(item) for key, item in value.items()}
    return [spoiled(item) for item in value] if isinstance(value, list) and value else next(ODD)
def forged_drawing(states):
    figure = Figure()
    ax = figure.add_subplot()
    figure.colorbar(ax.imshow([[0.0, 1.0]]))
    facts = read_artists(figure)
    return {"figure": {**facts, "axes": spoiled(facts["axes"])}, "names": list(states)}
forged_heat_maps = forged_colour_limits = forged_axis_labels = forged_drawing
forged_whole_figure = forged_colour_bars = forged_cells_at_all = forged_drawing
""",
        body="pass",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-facts_in_full",
        "all artists of the right figure, drawn where the probe was and not in the slot",
        slot="plot_hidden_states",
        file="hidden_states.py",
        top=REPLACED
        + """
import matplotlib.pyplot as plt
from autograder.artists import read_artists
def drawn(states):
    figure, axes = plt.subplots(1, len(states), squeeze=False)
    for ax, (name, a) in zip(axes[0], states.items()):
        image = ax.imshow(a.T, vmin=-1, vmax=1, aspect="auto")
        ax.set(title=name, xlabel="time", ylabel="unit")
    figure.colorbar(image, ax=axes)
    return {"figure": read_artists(figure), "names": list(states)}
forged_heat_maps = forged_colour_limits = forged_axis_labels = forged_colour_bars = drawn
forged_whole_figure = forged_cells_at_all = drawn
""",
        body="pass",
        deserved={"plot_hidden_states": 1.0},  # it did the work, and more
    ),
]

MODELS = [
    Hostile(
        "facts-lstm_looks_right",
        "the probes of an LSTM say that every parameter looks as it should",
        slot="lstm_with_forget_bias",
        file="gradient_flow.py",
        top=REPLACED
        + """
import numpy as np
def forged_lstm_facts(D, H, bias, inputs, quarters=()):
    names = "within the bounds", "up to the bounds", "all different", "centred", "as spread out"
    right = dict.fromkeys(names, True)
    return {"forget bias": np.full(H, bias, "f4"), "parameters": {"weight_ih_l0 as drawn": right}}
def forged_lstm_settings(D, H, bias, inputs):
    return {"bias": True, "batch_first": True, "training": True, "dropout": 0.0}
def forged_three_lstms(D, H, biases, inputs):
    words = "other weights after another seed", "another draw after another seed"
    right = dict.fromkeys((*words, "the same draw after the same seed"), True)
    return {"forget biases": [np.full(H, b, "f4") for b in biases], **right}
""",
        body="pass",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-lstm_of_numbers",
        "the right class, settings and parameters of an LSTM that does not exist and never ran",
        slot="lstm_with_forget_bias",
        file="gradient_flow.py",
        top=REPLACED
        + """
import numpy as np
def forged_lstm_facts(D, H, bias, inputs, *_):
    draw = lambda *shape: np.random.default_rng().uniform(-H**-0.5, H**-0.5, shape).astype("f4")
    p = {"weight_ih_l0": draw(4 * H, D), "weight_hh_l0": draw(4 * H, H)}
    p |= {"bias_ih_l0": draw(4 * H), "bias_hh_l0": draw(4 * H)}
    p["bias_ih_l0"][H : 2 * H], p["bias_hh_l0"][H : 2 * H] = bias, 0
    settings = {"num_layers": 1, "bidirectional": False, "proj_size": 0, "bias": True}
    settings |= {"batch_first": True, "dropout": 0.0, "training": True}
    run = np.zeros((2, 2, H), "f4"), np.zeros((1, 2, H), "f4"), np.zeros((1, 2, H), "f4")
    classes = ["torch.nn.modules.rnn.LSTM"]
    can = dict.fromkeys(p, True)
    return {
        "kind": "an LSTM", "classes": classes, "settings": settings,
        "parameters": p, "requires_grad": can, "run": run,
    }
forged_lstm_settings = forged_lstm_facts
def forged_three_lstms(D, H, biases, inputs):
    return {"lstms": [forged_lstm_facts(D, H, b, inputs) for b in biases], "draws": [1, 2, 1]}
""",
        body="pass",
        verdicts=("wrong",),
        says="does not compute what its parameters say",
    ),
    Hostile(
        "facts-named_parameters",
        "modules that tell of parameters other than those they compute with",
        slot="lstm_with_forget_bias",
        file="gradient_flow.py",
        body="""
        lstm, other = (nn.LSTM(input_size, hidden_size, batch_first=True) for _ in range(2))
        other.bias_ih_l0.data[hidden_size : 2 * hidden_size] = forget_bias
        other.bias_hh_l0.data[hidden_size : 2 * hidden_size] = 0
        named = list(other.named_parameters())
        nn.Module.named_parameters = lambda self, *args, **kwargs: iter(named)
        return lstm
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-model_left_alone",
        "the probes say that a model is as it was, and no norm was ever computed",
        slot="gradient_norm",
        file="gradient_flow.py",
        top=REPLACED
        + """
import numpy as np
def forged_model_after_norm(model, x, mode):
    numbers = {name: np.array(a) for name, a in model["parameters"].items()}
    return {"result": 0.5, "models": {"model": {"parameters": numbers}, "same models": True}}
def forged_x_after_norm(model, x, role):
    state = {"x": x, "gradient": None, "x.requires_grad": False, "x.retains_grad": False}
    return {"result": 0.5, "x": state}
def forged_norm_then_draw(model, x): return {"result": 0.5, "draw": 0.5}
""",
        body="pass",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-modes_as_they_were",
        "the probes say that a model kept its modes and asked for no gradients",
        slot="normalised_mse",
        file="sequence_prediction.py",
        top=REPLACED
        + """
def forged_gradients_enabled_after_measure(weights, x, y, enabled):
    return {"normalised_mse": 1.0, "gradients are on": enabled}
def forged_gradients_recorded(weights, x, y):
    return {"normalised_mse": 1.0, "outputs that ask for gradients": 0}
def forged_modes_after_measure(weights, x, y, training):
    modes = dict.fromkeys(("model", "rnn", "norm", "dropout"), training)
    after = {"norm.momentum": 0.1, "norm.runs": 0, "dropout.p": 0.5, "norm.training": training}
    return {"normalised_mse": 1.0, "model": {"in training mode": modes, **after}}
""",
        body="return 1.0",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-converted_settings",
        "the probes of a converted network repeat the settings and weights of the question",
        slot="to_torch_rnn",
        file="torch_rnn.py",
        top=REPLACED
        + """
import numpy as np
def forged_convert_and_describe(weights, x, h0):
    H, D = weights["cell.W_xh.weight"].shape
    settings = {"input_size": D, "hidden_size": H, "num_layers": 1, "nonlinearity": "tanh"}
    settings |= {"batch_first": True, "bidirectional": False, "bias": True}
    return {"settings": settings, "values": {"output": np.zeros(x.shape), "h_n": h0}}
def forged_convert_and_train_copy(weights, frozen, x, h0):
    return {"my_rnn after the nn.RNN was trained": weights, "values": None}
def forged_convert_off_default_device(weights, x, h0):
    names = "device of the nn.RNN", "device where others are made elsewhere"
    return {"devices": dict.fromkeys(names, "cpu"), "values": None}
def forged_my_rnn_after_conversion(weights):
    return {"numbers": weights, "my_rnn": {"has its own parameters": True}, "outputs": None}
""",
        body="pass",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-shapes_of_parameters",
        "the probes say which parameters a cell has, and that it uses no random numbers",
        slot="RNNCell",
        file="torch_rnn.py",
        top=REPLACED
        + """
import numpy as np
def forged_parameters(name, D, H, *_):
    shapes = {"W_xh.weight": (H, D), "W_hh.weight": (H, H), "W_hh.bias": (H,)}
    return {"parameters": {path: str(shape) for path, shape in shapes.items()}, "values": None}
def forged_use_of_random_numbers(*args):
    draws = [np.zeros(4, "f4"), np.ones(4, "f4")]
    states = [np.zeros(9, "u1")] * 2
    return {
        "draws": draws, "states of the generator": states, "shared parameters": 0, "values": None
    }
def forged_state_after_calls(name, weights, x, h):
    words = "x asks for gradients", "the state asks for gradients"
    facts = {**dict.fromkeys(words, False), "all modules are in training mode": True}
    facts["gradients were switched on"] = False
    return {"values": {"h": h}, "facts": facts, "numbers before": {}, "numbers after": {}}
""",
        edits=(
            (
                '(about 2 lines).\n        raise NotImplementedError("RNNCell")',
                "\n        pass",
            ),
        ),
        body="return None",
        verdicts=("wrong",),
    ),
    Hostile(
        "facts-facts_on_the_channel",
        "the channel is found among all objects, and each call of a probe answered with True",
        slot="plot_gradient_norms",
        file="gradient_flow.py",
        top=CHANNEL,
        body="answer(True)",
        verdicts=BAD,
    ),
]

ENTRIES = [*FIGURES, *MODELS]
