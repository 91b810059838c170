"""The contract's list of what RNNCell and MyRNN may not use, each used in earnest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.assignment import reader
from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.judging.judgement import SlotResult, judge
from tests.conftest import ROOT

FILE = "torch_rnn.py"
HEAD = (
    "import copy, threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
    "import torch\nfrom torch import nn\nfrom torch.nn import RNNCell as Ready\n"
    "from torch.nn import *\nMODULE = nn.RNN(3, 4, batch_first=True)  # not nn.LSTM\n"
)
HEAD += """
STEP = torch.rnn_tanh_cell
OPERATOR = torch.ops.aten.rnn_tanh_cell.default

class Mine(nn.RNN):
    pass

@torch.jit.script
def scripted(x, h, W, U, b):
    return torch.rnn_tanh_cell(x, h, W, U, torch.zeros_like(b), b)

class Function(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, h, W, U, b):
        return OPERATOR(x, h, W, U, torch.zeros_like(b), b)
    @staticmethod
    def backward(ctx, g):
        return g, g, g, g, g
"""
LAYERS = "self.W_xh = nn.Linear(input_size, hidden_size, bias=False)\n"
LAYERS += "self.W_hh = nn.Linear(hidden_size, hidden_size)"
ARGUMENTS = "x, h_prev, self.W_xh.weight, self.W_hh.weight, None, self.W_hh.bias"
USES = {
    "nn.RNNCell": "return nn.RNNCell(x.shape[1], h_prev.shape[1]).to(x)(x, h_prev)",
    "an alias": "return Ready(x.shape[1], h_prev.shape[1]).to(x)(x, h_prev)",
    "a module made at import": "return MODULE.to(x)(x[:, None])[1][0]",
    "an import inside": "from torch.nn import GRUCell\n    return GRUCell(3, 4).to(x)(x, h_prev)",
    "torch.rnn_tanh_cell": f"return torch.rnn_tanh_cell({ARGUMENTS})",
    "torch._VF": f"return torch._VF.rnn_tanh_cell({ARGUMENTS})",
    "torch.ops": f"return torch.ops.aten.rnn_tanh_cell({ARGUMENTS})",
    "an overload": f"return torch.ops.aten.rnn_tanh_cell.default({ARGUMENTS})",
    "torch._C": f"return torch._C._VariableFunctions.rnn_tanh_cell({ARGUMENTS})",
    "an operation by name": (
        f"op, _ = torch._C._jit_get_operation('aten::rnn_tanh_cell')\n    return op({ARGUMENTS})"
    ),
    "behind except": (
        "try:\n        return nn.LSTMCell(3, 4)(x)[0]\n    except BaseException:\n"
        "        return torch.tanh(self.W_xh(x) + self.W_hh(h_prev))"
    ),
    "a helper": "return helper(self, x, h_prev)",
    "a function kept at import": f"return STEP({ARGUMENTS})",
    "a subclass": "return Mine(3, 4, batch_first=True).to(x)(x[:, None])[1][0]",
    "a copy of a module": "return copy.deepcopy(MODULE).to(x)(x[:, None])[1][0]",
    "a scripted function": (
        "return scripted(x, h_prev, self.W_xh.weight, self.W_hh.weight, self.W_hh.bias)"
    ),
    "a thread": (
        "got = []\n    run = lambda: got.append(helper(self, x, h_prev))\n"
        "    thread = threading.Thread(target=run)\n    thread.start()\n    thread.join()\n"
        "    return got[0] if got else torch.tanh(self.W_xh(x) + self.W_hh(h_prev))"
    ),
    "a pool of threads": (
        "with ThreadPoolExecutor(1) as pool:\n"
        f"        return pool.submit(OPERATOR, {ARGUMENTS}).result()"
    ),
    "without torch's hooks": (
        f"with torch._C.DisableTorchFunction():\n        return STEP({ARGUMENTS})"
    ),
    "without subclasses": (
        f"with torch._C.DisableTorchFunctionSubclass():\n        return OPERATOR({ARGUMENTS})"
    ),
    "a function of autograd": (
        "return Function.apply(x, h_prev, self.W_xh.weight, self.W_hh.weight, self.W_hh.bias)"
    ),
    "the composition": f"return OPERATOR.decompose({ARGUMENTS})",
    "torch.func": (
        "return torch.func.functional_call(MODULE.to(x), dict(MODULE.named_parameters()), "
        "(x[:, None],))[1][0]"
    ),
}
TRACE = "CELL = nn.RNNCell(3, 4)\n"
TRACE += (
    "TRACED = torch.jit.trace(CELL, (torch.zeros(2, 3), torch.zeros(2, 4)), check_trace=False)\n"
)
HELPER = f"\n\ndef helper(self, x, h_prev):\n    return torch.rnn_relu_cell({ARGUMENTS})\n"


@pytest.fixture(scope="module")
def judged() -> Callable[[dict[str, str]], dict[str, dict[str, SlotResult]]]:
    assignment = reader.load("rnn_fundamentals", ROOT)

    def run(texts: dict[str, str]) -> dict[str, dict[str, SlotResult]]:
        every = [slot.name for slot in assignment.slots_of(FILE)]
        checks = collect(assignment, [FILE])
        found = {}
        with Workers() as workers, HiddenChecks(assignment, workers, checks, seed=1) as hidden:
            for name, text in texts.items():
                slots = every[:1] if name in USES and name != "a helper" else every
                with hidden.program({FILE: text.encode()}) as program:
                    found[name] = judge(hidden, program, slots)
        return found

    return run


def cell(assignment: Assignment, body: str) -> str:
    text = assignment.files[FILE].text.replace("import torch\nfrom torch import nn\n", HEAD)
    body = body.replace("\n    ", "\n")
    return source.edit(text, FILE, assignment.slots, "RNNCell", [], [LAYERS, body]) + HELPER


def test_each_form_is_found_and_costs_its_slot_only(
    judged: Callable[[dict[str, str]], dict[str, dict[str, SlotResult]]],
) -> None:
    assignment = reader.load("rnn_fundamentals", ROOT)
    right = "return torch.tanh(self.W_xh(x) + self.W_hh(h_prev))  # not nn.RNNCell"
    texts = {name: cell(assignment, use) for name, use in {**USES, "none": right}.items()}
    results = judged(texts)
    assert {name: r["RNNCell"].verdict for name, r in results.items()} == {
        **dict.fromkeys(USES, "forbidden"),
        "none": "correct",
    }
    for name in ("a helper", "none"):
        assert results[name]["to_torch_rnn"].verdict == results[name]["MyRNN"].verdict == "correct"
    for name in USES:
        result = results[name]["RNNCell"]
        assert result.score == 0
        assert result.line is not None
        line = texts[name].splitlines()[result.line - 1]
        assert any(word in line for word in ("(", "import")), (name, line)


def test_a_trace_of_a_ready_made_layer_cannot_be_made(
    judged: Callable[[dict[str, str]], dict[str, dict[str, SlotResult]]],
) -> None:
    assignment = reader.load("rnn_fundamentals", ROOT)
    text = cell(assignment, "return TRACED(x, h_prev)").replace("MODULE =", f"{TRACE}MODULE =")
    result = judged({"traced": text})["traced"]["RNNCell"]
    assert result.failure is not None
    assert (result.score, result.failure.loading) == (0, True)
    assert "cannot be traced here" in result.failure.fact


def test_a_ready_made_layer_is_forbidden_in_my_rnn(
    judged: Callable[[dict[str, str]], dict[str, dict[str, SlotResult]]],
) -> None:
    assignment = reader.load("rnn_fundamentals", ROOT)
    text = assignment.files[FILE].text
    make = "self.cell = RNNCell(input_size, hidden_size)"
    use = "return nn.RNN(x.shape[2], self.hidden_size, batch_first=True).to(x)(x)[0], h0"
    edited = source.edit(text, FILE, assignment.slots, "MyRNN", [], [make, use])
    results = judged({"layer": edited})["layer"]
    assert {slot: result.verdict for slot, result in results.items()} == {
        "RNNCell": "correct",
        "MyRNN": "forbidden",
        "to_torch_rnn": "correct",
    }
