"""Exhausting: time, memory, processes, descriptors, and the patience of whoever reads the answer.

What only time can end costs two seconds of it here. What would take longer stands in SLOW: it goes
to a class whose submissions have few seconds in all.
"""

from __future__ import annotations

from tests.hostile.catalogue import CHANNEL, DIED, REFERENCE, Hostile

BAD = ("wrong", *DIED)

TIME = [
    Hostile(
        "exhausting-loop",
        "an endless loop",
        body="while True: pass",
        verdicts=("timeout",),
        says="an endless loop?",
    ),
    Hostile(
        "exhausting-loop_that_catches",
        "an endless loop that no exception ends",
        body="""
        while True:
            try:
                while True: pass
            except BaseException:
                continue
        """,
        verdicts=("timeout",),
    ),
    Hostile(
        "exhausting-loop_at_import",
        "an endless loop before there is anything to call",
        top="while True: pass",
        verdicts=("timeout",),
        says="loading the file",
    ),
    Hostile(
        "exhausting-loop_in_c",
        "a loop inside one call of C, which no signal interrupts",
        body="return sum(range(10**12))",
        verdicts=("timeout",),
    ),
    Hostile(
        "exhausting-power",
        "a power of a huge integer",
        body="return pow(3, 10**9)",
        verdicts=("timeout", "error"),
    ),
    Hostile(
        "exhausting-regex",
        "a regular expression that tries two to the power of forty ways",
        body="import re\nreturn re.match('(a+)+$', 'a' * 40 + 'b')",
        verdicts=("timeout",),
    ),
    Hostile(
        "exhausting-sleep",
        "it sleeps, which takes no time of the processor",
        body="import time\ntime.sleep(10**6)",
        verdicts=("timeout",),
    ),
    Hostile(
        "exhausting-stopped",
        "it stops itself, and waits to be continued",
        body="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        verdicts=("timeout", *DIED),
    ),
    Hostile(
        "exhausting-generator",
        "an answer that never ends: a generator",
        once=True,
        body="""
        def forever():
            while True: yield 0.0
        return forever()
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "exhausting-list_without_end",
        "a list that says to be short and never ends",
        once=True,
        body="""
        class Endless(list):
            def __len__(self): return 3
            def __iter__(self):
                while True: yield 0.0
        return Endless()
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "exhausting-repr_without_end",
        "an object whose texts, hash, length and truth take for ever",
        body="""
        class Slow:
            def wait(self, *args):
                while True: pass
            __repr__ = __str__ = __hash__ = __len__ = __bool__ = __eq__ = __format__ = wait
        return [Slow(), {"a": Slow()}, (Slow(),)]
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "exhausting-deletion",
        "an object that takes for ever to be deleted",
        body="""
        class Slow:
            def __del__(self):
                while True: pass
        Slow()
        """,
        verdicts=("timeout",),
    ),
]

MEMORY = [
    Hostile(
        "exhausting-list",
        "a list that grows until there is no memory",
        once=True,
        body="items = [0]\nwhile True: items += items",
        verdicts=DIED,
    ),
    Hostile(
        "exhausting-array",
        "an array of 80 GB",
        once=True,
        body="return np.ones((10**5, 10**5))",
        verdicts=("error",),
        says="MemoryError",
    ),
    Hostile(
        "exhausting-text",
        "a text of 10 GB",
        once=True,
        body="return 'x' * 10**10",
        verdicts=("error",),
        says="MemoryError",
    ),
    Hostile(
        "exhausting-tensor",
        "a tensor of 40 GB while the file is loaded",
        slot="RNNCell",
        file="torch_rnn.py",
        top="import torch\nEVERYTHING = torch.ones(10**10)",
        verdicts=("error", "crash"),
    ),
    Hostile(
        "exhausting-memory_caught",
        "all the memory there is, kept, and the error caught",
        once=True,
        top="KEPT = []",
        body="""
        size = 1 << 28
        while size > 1 << 12:
            try:
                KEPT.append(bytearray(size))
            except MemoryError:
                size //= 2
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-memory_at_import",
        "an array of 80 GB while the file is loaded",
        top="import numpy\nEVERYTHING = numpy.ones((10**5, 10**5))",
        verdicts=("error",),
    ),
    Hostile(
        "exhausting-zip",
        "ten kilobytes that unpack to ten megabytes, again and again",
        once=True,
        body="""
        import zlib
        packed = zlib.compress(bytes(10**7))
        return b"".join(zlib.decompress(packed) for _ in range(1000))
        """,
        verdicts=DIED,
    ),
    Hostile(
        "exhausting-broadcast",
        "a result of 8 GB that takes eight bytes",
        once=True,
        body="return np.broadcast_to(0.0, (10**9,))",
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-large_result",
        "a result of 80 MB",
        once=True,
        body="return np.zeros((10**7, 1))",
        verdicts=("wrong",),
        says="too large",
    ),
    Hostile(
        "exhausting-many_nodes",
        "a list of a million numbers",
        once=True,
        body="return [0.0] * 10**6",
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-many_arrays",
        "a list of ninety thousand arrays",
        once=True,
        body="return [b_h] * 90_000",
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-many_keys",
        "a dictionary of a million keys",
        once=True,
        body="return dict.fromkeys(range(10**6), 0.0)",
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-laughs",
        "ten lists of ten lists of ten lists, ten times: ten billion numbers in a hundred places",
        once=True,
        body="""
        laughs = [0.0] * 10
        for _ in range(10):
            laughs = [laughs] * 10
        return laughs
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-deep_result",
        "a list in a list, a hundred thousand times",
        once=True,
        body="""
        deep = 0.0
        for _ in range(100_000):
            deep = [deep]
        return deep
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-cycle",
        "an array of objects that holds itself, twice",
        once=True,
        body="""
        cycle = np.empty(2, object)
        cycle[:] = [cycle, cycle]
        return cycle
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-digits",
        "integers of a million digits in a message",
        once=True,
        body="""
        import sys
        sys.set_int_max_str_digits(0)
        number = 1 << 3_000_000
        raise ValueError(number, {number: number})
        """,
        verdicts=BAD,
    ),
]

INTERPRETER = [
    Hostile(
        "exhausting-recursion",
        "a function that calls itself",
        body="return rnn_step(x, h_prev, W_xh, W_hh, b_h)",
        verdicts=("error",),
        says="RecursionError",
    ),
    Hostile(
        "exhausting-stack",
        "recursion through C, with Python's limit out of the way",
        once=True,
        body="""
        import sys
        sys.setrecursionlimit(10**9)
        class Deep:
            def __getattr__(self, name): return getattr(self, name + "x")
        return Deep().x
        """,
        verdicts=DIED,
    ),
    Hostile(
        "exhausting-crash",
        "memory that is not there",
        body="import ctypes\nreturn ctypes.string_at(1)",
        verdicts=("crash",),
        says="SIGSEGV",
    ),
    Hostile(
        "exhausting-abort",
        "the process is aborted, with a core file if it may",
        body="import os\nos.abort()",
        verdicts=("crash",),
    ),
    Hostile(
        "exhausting-parentheses",
        "a hundred thousand parentheses, one in the other",
        raw=b"x = " + b"(" * 100_000 + b")" * 100_000 + b"\n",
        verdicts=DIED,
    ),
    Hostile(
        "exhausting-sums",
        "a sum of a hundred thousand terms, which is a tree as deep",
        raw=b"x = " + b"+".join([b"1"] * 100_000) + b"\n",
        verdicts=(*DIED, "missing"),
    ),
    Hostile(
        "exhausting-constants",
        "constants that a compiler folds: a tuple of a billion zeros",
        raw=b"x = ((0,) * 1000 * 1000 * 1000)\ny = 'x' * (10 ** 10)\nz = 1 << (1 << 40)\n",
        verdicts=(*DIED, "missing"),
    ),
    Hostile(
        "exhausting-decorators",
        "fifty thousand functions, one in the other as far as Python lets them be",
        raw=b"".join(b" " * i + b"def f():\n" for i in range(99)) + b" " * 99 + b"pass\n" * 2,
        verdicts=(*DIED, "missing"),
    ),
    Hostile(
        "exhausting-long_line",
        "a file of one line, of almost the size that is read",
        raw=b"x = '" + b"A" * ((1 << 20) - 20) + b"'\n",
        verdicts=("missing",),
    ),
    Hostile(
        "exhausting-causes",
        "an exception with twenty thousand causes, and a traceback of as many frames",
        once=True,
        body="""
        import sys
        sys.setrecursionlimit(25_000)
        def deep(n):
            try:
                deep(n - 1) if n else 1 / 0
            except Exception as error:
                raise ValueError(n) from error
        deep(4000)
        """,
        verdicts=DIED,
    ),
    Hostile(
        "exhausting-message",
        "an exception with a message of 400 MB",
        once=True,
        body="raise ValueError('x' * (400 << 20))",
        verdicts=DIED,
    ),
    Hostile(
        "exhausting-name",
        "an answer whose type has a name of 10 MB",
        once=True,
        body="""
        return type("N" * 10**7, (Exception,), {})()
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-printing",
        "a gigabyte of output",
        once=True,
        body="""
        for _ in range(1000):
            print("x" * 10**6)
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-streams",
        "a gigabyte of output past what keeps it",
        once=True,
        body="""
        import os
        for _ in range(1000):
            os.write(1, bytes(10**6))
            os.write(2, bytes(10**6))
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-warnings",
        "a hundred thousand warnings, each another",
        once=True,
        body="""
        import warnings
        warnings.simplefilter("always")
        for number in range(10_000):
            warnings.warn(f"warning {number}")
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
]

SYSTEM = [
    Hostile(
        "exhausting-file",
        "a file that grows",
        body="""
        with open("@ME@", "wb") as file:
            for _ in range(64):
                file.write(bytes(1 << 14))
        """,
        verdicts=DIED,
        needs_sandbox=True,  # no byte is written even so, but the empty file is there
    ),
    Hostile(
        "exhausting-threads",
        "two hundred threads that stay",
        once=True,
        body="""
        import threading, time
        for _ in range(200):
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-descriptors",
        "all descriptors that there are, kept",
        top="KEPT = []",
        body="""
        import os
        while True:
            KEPT.append(os.dup(0))
        """,
        verdicts=("error",),
    ),
    Hostile(
        "exhausting-imports",
        "a module that imports itself under ever other names",
        once=True,
        body="""
        import importlib.util, sys, types
        for number in range(50_000):
            sys.modules[f"m{number}"] = types.ModuleType("m")
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-collector",
        "cycles that are never collected",
        once=True,
        body="""
        import gc
        gc.disable()
        gc.collect = lambda *args: 0
        for _ in range(100_000):
            a = []
            a.append(a)
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
]

SOME_CALLS = """
CALLS = [0]
def one_of_the_first(most):
    CALLS[0] += 1
    return CALLS[0] <= most
"""

# What the grader keeps of answers that are each within their limits.
ANSWERS = [
    Hostile(
        "exhausting-answers_at_the_limit",
        "a dozen answers of 66 MB each, which together are most of a gigabyte",
        top=SOME_CALLS,
        body="return np.zeros(8_300_000) if one_of_the_first(12) else None",
        verdicts=("wrong",),
    ),
    Hostile(
        "exhausting-fat_key",
        "right gradients, and beside them a key of 8 MB that nobody asked for",
        slot="bptt",
        file="bptt.py",
        base=REFERENCE,
        honest=True,
        deserved={"rnn_step_backward": 1.0, "bptt": 1.0},
        top=SOME_CALLS,
        edits=(
            (
                'return {**grads, "inputs": d_inputs, "h_0": dh}',
                'fat = {"fat": np.zeros(1_000_000)} if one_of_the_first(60) else {}\n'
                '    return {**grads, "inputs": d_inputs, "h_0": dh, **fat}',
            ),
        ),
        verdicts=("correct",),
    ),
    Hostile(
        "exhausting-keys_in_every_answer",
        "a dictionary of twenty thousand keys in every answer",
        body="return dict.fromkeys(range(20_000), 0.0)",
        verdicts=("wrong",),
        says="more than 10,000 parts",
    ),
    Hostile(
        "exhausting-parts_in_every_answer",
        "almost as many parts in every answer as one may have",
        body='return [{"a": [0.0] * 24, (): None}] * 350',
        verdicts=("wrong",),
    ),
    Hostile(
        "exhausting-long_keys",
        "a dictionary of keys that are texts of ten thousand letters, in every answer",
        body="return {str(i) * 2_500: 0.0 for i in range(1000, 1060)}",
        verdicts=("wrong",),
    ),
    Hostile(
        "exhausting-names_of_arguments",
        "an answer that says to have changed 900 arguments with names of 900 letters",
        top=CHANNEL,
        body="answer(None, mutated=[str(i) * 300 for i in range(100, 1000)])",
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-answers_made_to_grow",
        "sixty million truth values, which are a gigabyte of other numbers",
        body="return np.ones((60_000_000, 1), bool)",
        once=True,
        verdicts=("wrong",),
    ),
]

ENTRIES = [*TIME, *MEMORY, *INTERPRETER, *SYSTEM, *ANSWERS]

# Each of these uses up all the time that its submission has.
USED_UP = "the time for the whole submission is used up"
SLOW = [
    Hostile(
        "exhausting-sleep_at_import",
        "it sleeps while the file is loaded",
        top="import time\ntime.sleep(10**6)",
        verdicts=("timeout",),
        says=USED_UP,
    ),
    Hostile(
        "exhausting-doze_at_import",
        "it sleeps while the file is loaded, again for each stand-in and just not too long",
        slot="VanillaRNN.forward",
        top="import time\ntime.sleep(4)",
        body="return None",
        verdicts=("timeout",),
        says=USED_UP,
    ),
    Hostile(
        "exhausting-sleep_in_every_call",
        "each call sleeps for less than its limit",
        body="import time\ntime.sleep(1)\nreturn np.zeros_like(b_h)",
        verdicts=BAD,
        slot="rnn_step",
    ),
    Hostile(
        "exhausting-work_in_every_call",
        "each call computes for less than its limit",
        body="sum(range(10**7))\nreturn np.zeros_like(b_h)",
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-work_between_calls",
        "a thread that computes while nobody asks for anything",
        top="""
        import threading
        def work():
            while True: sum(range(10**6))
        threading.Thread(target=work, daemon=True).start()
        """,
        body="return None",
        verdicts=BAD,
    ),
    Hostile(
        "exhausting-imports_without_end",
        "modules that are made and executed one after the other while the file is loaded",
        top="""
        import sys, types
        number = 0
        while True:
            number += 1
            name = f"m{number % 100}"
            sys.modules.pop(name, None)
            module = types.ModuleType(name)
            exec(compile("x = 1\\n" * 200, name, "exec"), module.__dict__)
            sys.modules[name] = module
        """,
        verdicts=("timeout",),
        says=USED_UP,
    ),
]
