"""The student's process: what it answers, and what happens when it does not."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.commands import check as student
from autograder.errors import GraderFault
from autograder.isolation import interpreter, pool
from autograder.isolation.client import (
    Callback,
    Code,
    Computed,
    Worker,
    WorkerDied,
)
from autograder.isolation.pool import START_FAILURES, Workers
from autograder.isolation.wire import Opaque
from autograder.isolation.worker_protocol import (
    CallAnswer,
    Function,
    LoadedFile,
    RaisedError,
    StandInCall,
)
from autograder.limits import Limits
from autograder.public.released_folder import find_released
from tests.conftest import PATIENCE

WINDOWS = ("TkAgg", "Qt5Agg", "MacOSX", "nbAgg", "module://matplotlib_inline.backend_inline", "svg")
LIMITS = {"seconds", "memory_mb", "output_mb"}


def load(workers: Workers, source: str, **more: Any) -> Worker:
    worker = workers.start(["numpy"])
    worker.load(Code("moves.py", source.encode(), **more))
    return worker


def ask(worker: Worker, name: str, *args: Any, **options: Any) -> CallAnswer:
    """The answer to a call that has to return."""
    limits = {key: options.pop(key) for key in LIMITS & options.keys()}
    reply = worker.call(name, Function("student", name), args, limits=Limits(**limits), **options)
    assert isinstance(reply, CallAnswer), reply
    return reply


def ask_error(worker: Worker, name: str, *args: Any, **options: Any) -> RaisedError:
    """The error of a call that must not return."""
    limits = {key: options.pop(key) for key in LIMITS & options.keys()}
    reply = worker.call(name, Function("student", name), args, limits=Limits(**limits), **options)
    assert isinstance(reply, RaisedError), reply
    return reply


def test_a_students_function_is_never_taken_for_a_probe_of_the_same_name(workers: Workers) -> None:
    probes = "def f(module):\n    return 10 + module.f()\n\ndef g(module):\n    return 2"
    extras = (("probe", "probe_moves.py", probes),)
    worker = load(workers, "def f():\n    return 1", extras=extras)
    assert ask(worker, "f").value == 1
    reply = worker.call("f", Function("probe", "f"), (), limits=Limits())
    assert isinstance(reply, CallAnswer)
    assert reply.value == 11
    assert ask_error(worker, "g").kind == "missing"


def test_it_answers_with_numbers_and_tells_what_else_happened(workers: Workers) -> None:
    worker = load(
        workers,
        "import numpy as np\n"
        "def f(x):\n    print('seen', x.shape)\n    x += 1\n"
        "    np.random.seed(3)\n    return x @ x",
    )
    reply = ask(worker, "f", np.eye(2))
    assert reply.value.tolist() == [[5.0, 4.0], [4.0, 5.0]]
    assert reply.mutated == ("x",)
    assert reply.touched == ("numpy.random",)
    assert reply.printed == "seen (2, 2)\n"


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("xs.pop()", ["xs"]),
        ("xs.reverse()", ["xs"]),
        ("xs[0] = xs[0] + 0", ["xs"]),
        ("xs[1][:] = 0", ["xs[1]"]),
        ("options['k'] = 1", ["options"]),
        ("xs = xs[::-1]", []),
        ("options['a'].sort()", ["options['a']"]),
    ],
)
def test_it_tells_which_argument_changed(workers: Workers, body: str, changed: list[str]) -> None:
    worker = load(workers, f"def f(xs, options):\n    {body}")
    reply = ask(worker, "f", [np.ones(2), np.ones(2)], {"a": np.array([2.0, 1.0])})
    assert list(reply.mutated) == changed


@pytest.mark.parametrize("seed", [0, 42])
def test_seeding_is_seen_whatever_the_seed(workers: Workers, seed: int) -> None:
    worker = load(workers, f"import numpy as np\ndef f():\n    np.random.seed({seed})")
    assert ask(worker, "f").touched == ("numpy.random",)


def test_a_setting_that_one_call_changes_is_seen_each_time_and_put_back(workers: Workers) -> None:
    source = (
        "import numpy as np\nimport matplotlib.pyplot as plt\n"
        "def f():\n    plt.rcParams['lines.linewidth'] = 9\n    np.set_printoptions(precision=2)\n"
        "    np.seterr(all='raise')\n"
        "def g():\n    return [plt.rcParams['lines.linewidth'], str(np.ones(1) / 3)]"
    )
    worker = workers.start(["numpy", "matplotlib"])
    worker.load(Code("moves.py", source.encode()))
    before = ask(worker, "g").value
    changed = ("numpy.seterr", "numpy.set_printoptions", "matplotlib.rcParams")
    assert [ask(worker, "f").touched for _ in range(2)] == [changed] * 2
    assert ask(worker, "g").value == before


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("torch.autograd.set_detect_anomaly(True)", "torch.autograd.set_detect_anomaly"),
        ("torch.set_num_threads(3)", "torch.set_num_threads"),
        ("torch.set_printoptions(precision=12)", "torch.set_printoptions"),
        ("torch.use_deterministic_algorithms(True)", "torch.use_deterministic_algorithms"),
        ("torch.set_float32_matmul_precision('high')", "torch.set_float32_matmul_precision"),
        ("torch.set_default_device('meta')", "torch.set_default_device"),
        ("torch.set_flush_denormal(True)", "torch.set_flush_denormal"),
        ("torch.backends.mkldnn.enabled = False", "torch.backends.mkldnn.enabled"),
        ("np.seterrcall(print)", "numpy.seterrcall"),
        ("np.setbufsize(16384)", "numpy.setbufsize"),
        ("plt.rcdefaults()", "matplotlib.rcParams"),
    ],
)
def test_settings_of_every_library_are_seen_and_put_back(
    workers: Workers, line: str, name: str
) -> None:
    head = "import numpy as np\nimport torch\nimport matplotlib.pyplot as plt\n"
    worker = workers.start(["matplotlib", "numpy", "torch"])
    worker.load(Code("moves.py", f"{head}def f():\n    {line}\ndef g():\n    pass".encode()))
    assert name in ask(worker, "f").touched
    assert ask(worker, "g").touched == ()
    assert name in ask(worker, "f").touched


def test_a_backend_with_a_window_is_passed_over(workers: Workers) -> None:
    worker = workers.start(["numpy", "matplotlib"])
    draw = "def draw():\n    figure = plt.figure()\n    plt.show()\n    return len(figure.axes)\n"
    pyplot = "import matplotlib.pyplot as plt\n"
    for head in (
        *(f"import matplotlib\nmatplotlib.use({name!r})\n{pyplot}" for name in WINDOWS),
        f"{pyplot}plt.switch_backend('qtagg')\n",
        f"{pyplot}import matplotlib as mpl\nmpl.rcParams['backend'] = 'TkAgg'\n",
        "from pylab import *\nimport pylab as plt\n",
    ):
        assert isinstance(worker.load(Code("moves.py", (head + draw).encode())), LoadedFile), head
        assert ask(worker, "draw").value == 0, head
    inside = f"{pyplot}import matplotlib\ndef draw():\n    matplotlib.use('TkAgg')\n    return 0\n"
    worker.load(Code("moves.py", inside.encode()))
    assert ask(worker, "draw").touched == ()


def test_it_names_the_line_of_an_exception(workers: Workers) -> None:
    worker = load(workers, "def f():\n    return g()\ndef g():\n    return [][1]")
    error = ask_error(worker, "f")
    assert (error.type, error.line) == ("IndexError", 4)


@pytest.mark.parametrize("how", ["exit()", "raise KeyboardInterrupt", "raise BaseException('no')"])
def test_leaving_by_an_exception_ends_the_call_only(workers: Workers, how: str) -> None:
    worker = load(workers, f"def f():\n    {how}\ndef g():\n    return 1")
    ask_error(worker, "f")
    assert ask(worker, "g").value == 1


def test_an_endless_loop_is_ended(workers: Workers) -> None:
    worker = load(workers, "def f():\n    while True: pass")
    with pytest.raises(WorkerDied) as died:
        ask(worker, "f", seconds=0.5)
    assert died.value.timeout
    assert not worker.alive


def test_sleeping_is_ended_too(workers: Workers) -> None:
    worker = load(workers, "import time\ndef f():\n    time.sleep(600)")
    with pytest.raises(WorkerDied) as died:
        ask(worker, "f", seconds=0.2)
    assert died.value.timeout


def test_what_it_started_is_ended_with_it(workers: Workers) -> None:
    """Threads, that is: a process cannot be started (see test_sandbox.py)."""
    worker = load(
        workers,
        "import threading, time\n"
        "def f():\n    threading.Thread(target=time.sleep, args=(600,)).start()\n    return 1",
    )
    assert ask(worker, "f").value == 1
    worker.close()
    assert not _running(worker.pid)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("os._exit(0)", "exit status 0"), ("ctypes.string_at(0)", "SIGSEGV")],
)
def test_a_process_that_ends_says_how(workers: Workers, code: str, reason: str) -> None:
    worker = load(workers, f"import ctypes, os\ndef f():\n    {code}")
    with pytest.raises(WorkerDied) as died:
        ask(worker, "f")
    assert not died.value.timeout
    assert reason in died.value.reason


def test_memory_is_limited(workers: Workers) -> None:
    worker = load(workers, "import numpy as np\ndef f():\n    return np.ones(10**10).sum()")
    assert "MemoryError" in ask_error(worker, "f", seconds=10).type


def test_memory_is_limited_for_each_slot(workers: Workers) -> None:
    worker = load(workers, "def f(): return len(bytearray(200 << 20))")
    assert "MemoryError" in ask_error(worker, "f", memory_mb=100).type
    assert ask(worker, "f", memory_mb=500).value == 200 << 20
    assert "MemoryError" in ask_error(worker, "f", memory_mb=100).type


def test_results_are_limited_for_each_slot(workers: Workers) -> None:
    worker = load(workers, "import numpy as np\ndef f(n): return np.ones(n)")
    assert "too large" in ask_error(worker, "f", 200_000, output_mb=1).message
    assert ask(worker, "f", 100_000, output_mb=1).value.shape == (100_000,)
    assert ask(worker, "f", 200_000).value.shape == (200_000,)


def test_a_result_that_is_too_large_all_the_same_ends_the_worker(workers: Workers) -> None:
    source = (
        "import gc, numpy as np\n"
        "from autograder.isolation.channel import Channel\n"
        "def f():\n"
        "    channel = next(o for o in gc.get_objects() if isinstance(o, Channel))\n"
        "    channel.send('ok', 2, {'value': np.ones(200_000)})\n"
    )
    with pytest.raises(WorkerDied, match="no result"):
        ask(load(workers, source), "f", output_mb=1)


def test_a_result_too_large_to_send_is_an_error_and_not_the_end(workers: Workers) -> None:
    worker = load(
        workers, "import numpy as np\ndef f():\n    return np.ones(10**7)\ndef g(): return 1"
    )
    assert "too large" in ask_error(worker, "f", seconds=10).message
    assert ask(worker, "g").value == 1


def test_forged_frames_end_the_worker(workers: Workers) -> None:
    worker = load(
        workers,
        "import os\ndef f():\n    for fd in range(3, 64):\n"
        "        try: os.write(fd, b'x' * 100)\n        except OSError: pass",
    )
    with pytest.raises(WorkerDied) as died:
        ask(worker, "f")
    assert "no result" in died.value.reason


def test_text_and_objects_do_not_cross(workers: Workers) -> None:
    worker = load(
        workers,
        "class Equal(float):\n    def __eq__(self, other): return True\ndef f(): return Equal(3)",
    )
    value = ask(worker, "f").value
    assert isinstance(value, Opaque)
    assert value.type_name == "Equal"


BUILDS_ON_A_WRONG_ONE = """
def double(x): raise RuntimeError("mine is wrong")
def four(x): return double(double(x))
"""


def test_a_stand_in_lets_the_grader_compute(workers: Workers) -> None:
    seen = []

    def compute(request: StandInCall) -> Computed:
        seen.append(request.slot)
        return Computed(request.args[0] * 2)

    computed = Callback(compute)
    for _ in range(2):  # what was computed for one program is computed for the next
        worker = load(workers, BUILDS_ON_A_WRONG_ONE, stand_ins={"double": ""})
        reply = ask(worker, "four", np.ones(2), callback=computed)
        assert reply.value.tolist() == [4.0, 4.0]
    assert seen == ["double", "double"]
    reply = ask(worker, "four", np.ones(3), callback=computed)
    assert reply.value.tolist() == [4.0, 4.0, 4.0]
    assert len(seen) == 4


def test_what_could_not_be_computed_is_not_kept(workers: Workers) -> None:
    """One program's limit is not the next one's."""
    answers = iter([Computed(error="no answer in time"), Computed(2.0), Computed(4.0)])
    computed = Callback(lambda *asked: next(answers))
    worker = load(workers, BUILDS_ON_A_WRONG_ONE, stand_ins={"double": ""})
    assert "no answer in time" in ask_error(worker, "four", 1.0, callback=computed).message
    assert ask(worker, "four", 1.0, callback=computed).value == 4.0


class TestForbidden:
    """A library that a file may not use: what counts is what a slot runs."""

    @pytest.mark.parametrize(
        "source",
        [
            "import torch\nimport torch.nn as nn\nfrom torch.nn import functional as F\n",
            "try:\n    import torch\nexcept ImportError:\n    torch = None\n",
            "import torch\ndef g(x: torch.Tensor) -> torch.Tensor | None: ...\n",
            "import torch\nclass Net(torch.nn.Module):\n    pass\n",
            "import torch\ntorch.manual_seed(0)\n",
            "# import torch\n'import torch'\n",
        ],
    )
    def test_what_stands_at_the_top_does_not_count(self, workers: Workers, source: str) -> None:
        worker = load(workers, source + "def f():\n    return 1", blocked=("torch",))
        assert ask(worker, "f").value == 1

    @pytest.mark.parametrize(
        "body",
        [
            "return torch.ones(2)",
            "import torch.nn\n    return 1",
            "return helper()",
            "try:\n        return torch.ones(2)\n    except BaseException:\n        return 1",
        ],
    )
    def test_use_in_a_slot_does(self, workers: Workers, body: str) -> None:
        source = f"import torch\ndef helper():\n    return torch.ones(2)\ndef f():\n    {body}"
        error = ask_error(load(workers, source, blocked=("torch",)), "f")
        assert error.kind == "forbidden"
        assert error.message.startswith("torch")
        assert error.line

    def test_a_wrapped_function_is_for_other_slots(self, workers: Workers) -> None:
        source = "import numpy as np\ndef f(x): return np.cumsum(x)\ndef g(x): return np.cumsum(x)"
        worker = load(workers, source, forbids={"f": ["numpy.cumsum"]})
        assert ask_error(worker, "f", np.ones(2)).kind == "forbidden"
        assert ask(worker, "g", np.ones(2)).value.tolist() == [1.0, 2.0]


def test_an_interpreter_of_its_own_does_the_same(workers: Workers) -> None:
    """As for CUDA, and where nothing can be forked."""
    worker = workers.start(["numpy"], device="cuda")
    loaded = worker.load(Code("moves.py", b"def f(x):\n    return x + x"))
    assert loaded == LoadedFile(lines={"f": 1}, stubs={})
    assert ask(worker, "f", np.ones(2)).value.tolist() == [2.0, 2.0]
    worker.close()


def test_an_interpreter_that_does_not_start_says_why(workers: Workers) -> None:
    with pytest.raises(GraderFault, match="No module named 'nothing_of_this_name'"):
        workers.start(["numpy", "nothing_of_this_name"])


def test_an_interpreter_begun_before_is_used_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = interpreter._start
    monkeypatch.setattr(
        interpreter, "_start", lambda *given: started.append(given[2]) or start(*given)
    )
    used, unused = interpreter.begin(
        [["numpy"], ["numpy", "msgpack"], ["msgpack", "numpy"], ["no_such_library", "numpy"]]
    )
    with Workers(begun=[used, unused]) as workers:
        for _ in range(2):
            workers.start(["numpy"])
    assert started == [("numpy",), ("msgpack", "numpy")]
    assert used.process.poll() == 0
    assert unused.process.poll() is not None


def test_an_interpreter_that_ended_before_it_was_used_is_replaced() -> None:
    begun = interpreter.begin([["numpy"]])
    begun[0].process.kill()
    with Workers(begun=begun) as workers:
        assert ask(load(workers, "def f(): return 1"), "f").value == 1


def test_no_interpreter_is_left_where_what_needs_it_cannot_be_imported(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    begun = []
    begin = interpreter.begin
    monkeypatch.setattr(interpreter, "begin", lambda wanted: begun.extend(begin(wanted)) or begun)
    monkeypatch.setitem(sys.modules, "autograder.isolation.pool", None)
    (folder / "torch_rnn.py").unlink()  # for which none is begun
    with pytest.raises(ImportError):
        student._start_workers(
            find_released(folder), ["rnn_step", "bptt", "hidden_state_matrix", "MyRNN"]
        )
    assert len(begun) == 2
    assert all(one.process.poll() is not None for one in begun)


def test_no_folder_of_matplotlib_is_left_where_its_own_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/proc/nowhere")
    before = folders_of_matplotlib()
    with Workers() as workers:
        workers.start(["matplotlib"])
    deadline = time.monotonic() + PATIENCE
    while folders_of_matplotlib() - before and time.monotonic() < deadline:
        time.sleep(0.1)  # other tests may be starting theirs
    assert folders_of_matplotlib() <= before


def folders_of_matplotlib() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("matplotlib-*"))


def test_nothing_is_left_when_the_grader_is_killed() -> None:
    script = (
        "import time\n"
        "from autograder.isolation.pool import Workers\n"
        "workers = Workers()\n"
        "worker = workers.start(['numpy'])\n"
        "(zygote,) = workers.zygote_pids\n"
        "inside = open(f'/proc/{zygote}/task/{zygote}/children').read()\n"
        "print(worker.pid, zygote, inside, flush=True)\n"
        "time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    assert len(pids) >= 3
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + PATIENCE
    while any(_running(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process outlived its grader"
        time.sleep(0.05)


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_interpreter_that_cannot_start_is_not_tried_for_every_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []
    plain = pool.Interpreter

    def counted(*args: Any, **more: Any) -> Any:
        started.append(args)
        return plain(*args, **more)

    monkeypatch.setattr(pool, "Interpreter", counted)
    with Workers() as workers:
        for _ in range(START_FAILURES + 3):
            with pytest.raises(GraderFault, match="no_such_library"):
                workers.start(["no_such_library"])
    assert len(started) == 2 * START_FAILURES


@pytest.mark.parametrize("how", ["fork", "an interpreter of its own"])
def test_what_takes_long_the_first_time_is_done_before_a_call(workers: Workers, how: str) -> None:
    """A call's limit does not pay for it: torch's compiler takes a second to import."""
    libraries = ["numpy", "torch"]
    worker = workers.start(libraries) if how == "fork" else workers.start_single(libraries, "cpu")
    source = "import sys\ndef f(): return 'torch._dynamo' in sys.modules"
    worker.load(Code("mine.py", source.encode()))
    assert ask(worker, "f").value is True
    worker.close()
