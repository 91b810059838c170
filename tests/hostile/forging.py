"""Forging: points without an answer, by lying to whoever compares, counts or carries.

What a call did besides answering (arguments changed, global state touched, libraries used) is told
by the student's own process. Who has the skill to make it lie has the skill to copy an array, too:
entries that do the work and lie about such a rule say what they may get for the work.
"""

from __future__ import annotations

from tests.hostile.catalogue import CHANNEL, DIED, RIGHT, WRONG, Hostile

BAD = ("wrong", *DIED)

# The two places of RNNCell, of which the second is attacked.
LAYERS = (
    '(about 2 lines).\n        raise NotImplementedError("RNNCell")',
    "\n        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)"
    "\n        self.W_hh = nn.Linear(hidden_size, hidden_size)",
)
NO_STEP = 'raise NotImplementedError("RNNCell")'

COMPARISONS = [
    Hostile(
        "forging-allclose",
        "NumPy's comparisons always say yes",
        top="""
        import numpy as np
        def yes(*args, **kwargs): return True
        np.allclose = np.isclose = np.array_equal = np.array_equiv = yes
        np.testing.assert_allclose = np.testing.assert_array_equal = yes
        """,
        body=WRONG,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-norms",
        "every norm and every difference is zero",
        top="""
        import numpy as np
        np.linalg.norm = lambda *args, **kwargs: 0.0
        np.abs = np.subtract = np.maximum = lambda *args, **kwargs: 0.0
        np.isfinite = lambda *args, **kwargs: True
        """,
        body=WRONG,
        verdicts=BAD,
    ),
    Hostile(
        "forging-operators",
        "the operators of the language always say yes",
        body="""
        import builtins, math, operator
        operator.eq = operator.le = operator.lt = math.isclose = lambda *args, **kwargs: True
        builtins.all = builtins.any = lambda items: True
        builtins.abs = lambda number: 0
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-equals_everything",
        "an object that equals everything and has every attribute",
        body="""
        class Everything:
            shape, dtype, ndim = b_h.shape, b_h.dtype, 2
            def __eq__(self, other): return True
            __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__
            __hash__ = None
            def __bool__(self): return True
            def __getattr__(self, name): return self
            def __call__(self, *args): return self
            def __sub__(self, other): return 0.0
            __rsub__ = __sub__
        return Everything()
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-float_that_equals",
        "a float that equals everything",
        body="""
        class Equal(float):
            def __eq__(self, other): return True
            def __sub__(self, other): return 0.0
            __rsub__ = __sub__
            __hash__ = float.__hash__
        return Equal(0.5)
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-str_and_dict_lie",
        "containers that say to have every key and any length",
        slot="rnn_step_backward",
        file="bptt.py",
        body="""
        class Any(dict):
            def __contains__(self, key): return True
            def __missing__(self, key): return 0.0
            def __getitem__(self, key): return 0.0
            def __len__(self): return 5
            def __iter__(self): return iter(range(5))
            def __eq__(self, other): return True
        return Any()
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-array_subclass",
        "an array of a subclass whose ufuncs and comparisons lie",
        body="""
        class Liar(np.ndarray):
            def __array_ufunc__(self, *args, **kwargs): return np.zeros(())
            def __array_function__(self, *args, **kwargs): return True
            def __eq__(self, other): return True
            def tobytes(self, *args): return b"the same"
            def all(self, *args, **kwargs): return True
        return np.zeros_like(b_h).view(Liar)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-array_finalize",
        "an array that fetches what is compared with it when it is looked at",
        body="""
        import sys
        class Fetches(np.ndarray):
            def __array_finalize__(self, other):
                frame = sys._getframe()
                while frame is not None:
                    want = frame.f_locals.get("want", frame.f_locals.get("wanted"))
                    if isinstance(want, np.ndarray):
                        self.want = want
                    frame = frame.f_back
            def __array__(self, *args, **kwargs): return getattr(self, "want", np.zeros(3))
        return np.zeros_like(b_h).view(Fetches)
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-array_interface",
        "an object that claims the memory at address 4096 as its numbers",
        body="""
        class Claims:
            __array_interface__ = {
                "shape": b_h.shape, "typestr": "<f8", "data": (4096, False), "version": 3,
            }
        return Claims()
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-array_protocol",
        "an object whose __array__ gives other numbers each time",
        body="""
        class Wavering:
            tries = 0
            def __array__(self, *args, **kwargs):
                Wavering.tries += 1
                return np.full(b_h.shape, Wavering.tries / 100)
            __float__ = lambda self: 0.5
            __len__ = lambda self: len(b_h)
            __iter__ = lambda self: iter(np.zeros_like(b_h))
        return Wavering()
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-strides",
        "an array whose strides read a megabyte beyond its end, for something to agree",
        body="return np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 17, 1), (8, 8))",
        verdicts=BAD,
    ),
    Hostile(
        "forging-broadcasting",
        "a single number in the hope that it is broadcast against what is expected",
        body="return np.zeros((1, 1))",
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-empty",
        "an array without entries: none of them is wrong",
        body="return np.zeros((0, 1))",
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-nan",
        "NaN everywhere: it is not larger than any tolerance",
        body="return np.full_like(b_h, np.nan)",
        verdicts=("wrong",),
        says="contains nan",
    ),
    Hostile(
        "forging-nan_in_one_entry",
        "one NaN, so that a maximum or a mean becomes NaN",
        body="h = np.zeros_like(b_h); h[-1] = np.nan; return h",
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-infinities",
        "infinities of both signs: their difference is NaN",
        body="return np.where(np.arange(len(b_h))[:, None] % 2, np.inf, -np.inf).astype(b_h.dtype)",
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-overflow",
        "numbers whose squares overflow in a norm",
        body="return np.full_like(b_h, 1.7e308 if b_h.dtype == 'float64' else 3e38)",
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-other_dtypes",
        "each call another dtype: complex, booleans, halves, strings, objects",
        top="import itertools\nKINDS = itertools.cycle('?eFDSOUMm')",
        body="return np.zeros(b_h.shape).astype(next(KINDS))",
        verdicts=BAD,
    ),
    Hostile(
        "forging-eight_axes",
        "the right number of entries under too many axes",
        body="return np.zeros((1,) * 7 + (len(b_h),))",
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-torch_subclass",
        "a tensor of a subclass whose __torch_function__ lies",
        slot="RNNCell",
        file="torch_rnn.py",
        top="""
        import torch
        class Liar(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                if function.__name__ in ("detach", "cpu", "numpy", "resolve_conj", "__get__"):
                    return super().__torch_function__(function, types, args, kwargs or {})
                return True
        """,
        edits=(LAYERS, (NO_STEP, "return torch.zeros_like(h_prev).as_subclass(Liar)")),
        deserved={"RNNCell": 0.5},  # its parameters are right, and it leaves everything alone
        verdicts=BAD,
    ),
    Hostile(
        "forging-isinstance",
        "a class whose instances pass for arrays",
        body="""
        class Passes:
            @property
            def __class__(self): return np.ndarray
            dtype, ndim, shape, size, nbytes = b_h.dtype, b_h.ndim, b_h.shape, b_h.size, b_h.nbytes
            def astype(self, *args, **kwargs): return self
            def __array__(self, *args, **kwargs): return np.zeros(b_h.shape)
        return Passes()
        """,
        verdicts=BAD,
    ),
]

ENDINGS = [
    Hostile(
        "forging-os_exit",
        "the process ends with status 0, as if all had been well",
        body="import os\nos._exit(0)",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-os_exit_at_import",
        "the process ends with status 0 before there is anything to call",
        top="import os\nos._exit(0)",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-sys_exit",
        "it leaves by SystemExit with status 0",
        body="import sys\nsys.exit(0)",
        verdicts=("error",),
    ),
    Hostile(
        "forging-keyboard_interrupt",
        "it interrupts as if a person had pressed Ctrl-C",
        body="raise KeyboardInterrupt",
        verdicts=("error",),
    ),
    Hostile(
        "forging-interrupt_main",
        "it interrupts the main thread a moment after it has answered",
        body="""
        import _thread, threading
        threading.Timer(0.005, _thread.interrupt_main).start()
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-pytest_outcomes",
        "exceptions that are called as pytest's own outcomes",
        body="""
        class Skipped(BaseException):
            msg, allow_module_level, _use_item_location = "passed", True, False
        Skipped.__module__ = "_pytest.outcomes"
        raise Skipped("passed")
        """,
        verdicts=("error",),
    ),
    Hostile(
        "forging-hostile_str",
        "an exception that is none and whose texts raise others",
        body="""
        class Meta(type):
            @property
            def __name__(cls): raise SystemExit(0)
        class Worst(BaseException, metaclass=Meta):
            def __str__(self): raise Worst
            __repr__ = __reduce__ = __str__
        raise Worst
        """,
        verdicts=DIED,
    ),
    Hostile(
        "forging-str_subclass_message",
        "a message whose slices and copies are no text",
        body="""
        class Odd(str):
            def __getitem__(self, part): return {"verdict": "correct"}
            def __str__(self): return self
        class Says(Exception):
            def __str__(self): return Odd("correct")
        raise Says
        """,
        verdicts=DIED,
    ),
    Hostile(
        "forging-pickle_bomb",
        "an object that runs code where it is unpickled, and whose repr and str do, too",
        body="""
        class Bomb:
            def __reduce__(self): return (open, ("@ME@", "w"))
            def __repr__(self): raise SystemExit(0)
            __str__ = __format__ = __repr__
        return Bomb()
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-pickled_answer",
        "the bytes of a pickle that runs a command",
        body="""
        import pickle
        class Bomb:
            def __reduce__(self): return (__import__("os").system, ("touch @ME@",))
        return np.frombuffer(pickle.dumps(Bomb()), np.uint8)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-atexit",
        "it answers when the interpreter ends, and then ends it",
        top=CHANNEL,
        body="""
        import atexit, sys
        atexit.register(lambda: answer(0.0))
        sys.exit(0)
        """,
        verdicts=DIED,
    ),
    Hostile(
        "forging-not_implemented",
        "it claims not to have been started where an answer would be wrong",
        body="raise NotImplementedError('rnn_step')",
        deserved={"rnn_step": 0.0},
        verdicts=("not_started",),
    ),
]

# The frames of the channel.
FRAMES = [
    Hostile(
        "forging-answer_first",
        "a well-made answer of its own, before the worker answers",
        top=CHANNEL,
        body="answer(0.0); return np.zeros_like(b_h)",
        verdicts=BAD,
    ),
    Hostile(
        "forging-answers_ahead",
        "answers to the calls that are still to come",
        top=CHANNEL,
        body="""
        for ahead in range(40):
            say("ok", now() + ahead, {"value": 0.0, "mutated": [], "touched": []})
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-wrong_number",
        "an answer to another call",
        top=CHANNEL,
        body="say('ok', now() + 7, {'value': 0.0}); return np.zeros_like(b_h)",
        verdicts=("crash",),
        says="the process answered with something that is no result",
    ),
    Hostile(
        "forging-error_first",
        "an error of the kind that the grader takes for staff's",
        top=CHANNEL,
        body="say('error', now(), {'kind': 'staff', 'message': 'x'}); return np.zeros_like(b_h)",
        verdicts=BAD,
    ),
    Hostile(
        "forging-staff_fault_at_import",
        "it says that staff's own code failed, so that it is nobody's zero",
        top=CHANNEL + "\nsay('error', now(), {'kind': 'staff', 'message': 'the probe failed'})",
        verdicts=BAD,
    ),
    Hostile(
        "forging-loaded_without_lines",
        "it says to be loaded, and not where its functions are",
        top=CHANNEL + "\nsay('ok', now(), {})",
        verdicts=(*BAD, "not_started"),
    ),
    Hostile(
        "forging-lines",
        "it says to be loaded, with functions on impossible lines",
        top=CHANNEL + "\nsay('ok', now(), {'lines': {'rnn_step': -(2**63), '<b>': 2**63}})",
        body=WRONG,
        verdicts=BAD,
    ),
    Hostile(
        "forging-kinds",
        "messages of kinds that only the grader sends",
        top=CHANNEL,
        body="say('call', now(), {'name': 'rnn_step'}); say('load', now(), {}); return 0",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-reply_of_another_form",
        "an answer whose parts are not of the form agreed on",
        top=CHANNEL,
        body="answer(0.0, mutated='none', touched=3, printed=['x']); return 0",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-huge_header",
        "a frame that announces a header of 4 GB",
        top=CHANNEL,
        body="write(struct.pack('>4sIQ', b'agr1', 2**32 - 1, 0)); return 0",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-huge_blob",
        "a frame that announces arrays of 16 exabytes",
        top=CHANNEL,
        body="write(struct.pack('>4sIQ', b'agr1', 10, 2**64 - 1)); return 0",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-half_a_frame",
        "a frame that ends in the middle, and the process with it",
        top=CHANNEL,
        body="write(frame('ok', now(), 0.0)[:-2]); os._exit(0)",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-no_msgpack",
        "a header that is no msgpack",
        top=CHANNEL,
        body="write(struct.pack('>4sIQ', b'agr1', 1000, 0) + b'\\xc1' * 1000); return 0",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-deep_header",
        "a header of half a million nested lists",
        top=CHANNEL,
        body="write(struct.pack('>4sIQ', b'agr1', 2**19, 0) + b'\\x91' * 2**19); return 0",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-many_nodes",
        "a header of a million values",
        top=CHANNEL,
        body="""
        header = b"\\x94\\xa2ok\\x01\\x92\\xa1l\\xdd" + struct.pack(">I", 10**6) + b"\\xc0" * 10**6
        write(struct.pack(">4sIQ", b"agr1", len(header) + 1, 0) + header + b"\\x90")
        return 0
        """,
        verdicts=("crash",),
    ),
    Hostile(
        "forging-extension_types",
        "msgpack's extension types, time stamps and binary strings",
        top=CHANNEL,
        body="""
        write(frame("ok", now(), msgpack.ExtType(5, b"x" * 100)))
        write(frame("ok", now(), msgpack.Timestamp(1)))
        return 0
        """,
        verdicts=("crash",),
    ),
    Hostile(
        "forging-arrays_that_overlap",
        "a frame of 4 MB whose 40 arrays are all of its bytes: a thousandfold, it fills a machine",
        top=CHANNEL,
        body="""
        table = [["int8", [1 << 22], 0, 1 << 22]] * 40
        value = ["l", [["a", i] for i in range(40)]]
        write(frame("ok", now(), ["d", [["value", value]]], table, bytes(1 << 22)))
        return 0
        """,
        verdicts=("crash",),
    ),
    Hostile(
        "forging-array_without_entries",
        "an array of no entries whose other axes multiply to more than there is",
        top=CHANNEL,
        body="""
        table = [["float64", [0, 1 << 26, 1 << 26, 1 << 26], 0, 0]]
        write(frame("ok", now(), ["d", [["value", ["a", 0]]]], table))
        return 0
        """,
        verdicts=("crash", "wrong"),
    ),
    Hostile(
        "forging-nan_as_key",
        "dictionaries with keys that equal nothing, not even themselves",
        top=CHANNEL,
        body="""
        nan = float("nan")
        return {nan: 1, None: 2, True: 3, 1.5: 4, "": 5, "shape": b_h.shape, "dtype": "float64"}
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-drip",
        "an answer of which one byte arrives a second",
        top=CHANNEL,
        body="""
        import time
        for byte in frame("ok", now(), tree({"value": list(range(1000))})):
            write(bytes([byte]))
            time.sleep(1)
        """,
        verdicts=("timeout",),
    ),
    Hostile(
        "forging-flood",
        "zeros on the channel without end",
        top=CHANNEL,
        body="while True: write(bytes(1 << 16))",
        verdicts=("crash",),
    ),
    Hostile(
        "forging-flood_of_callbacks",
        "requests without end, never listening to an answer",
        top=CHANNEL,
        body="""
        body = [["slot", "x"], ["args", ["t", []]], ["kwargs", ["d", []]]]
        request = frame("callback", 1, ["d", body])
        while True: write(request * 100)
        """,
        verdicts=("crash", "timeout"),
    ),
    Hostile(
        "forging-forged_parts",
        "parts that are not what they must be, in answers to calls of staff's own probes",
        slot="train_step",
        file="sequence_prediction.py",
        top="""
        import autograder.isolation.worker as worker
        def call(self, body):
            if "settings" not in body["kwargs"]:
                return "error", {"kind": "forbidden", "message": "no other check matters"}
            value = {"loss": [0.5], "grad_norm": [0.5], "change": 3.0}
            effects = {"mutated": [], "places": [], "touched": [], "printed": ""}
            return "ok", {"value": value, **effects}
        worker._Server.call = call
        """,
        body="return 0.0, 0.0",
        deserved={"normalised_mse": 0.0},
        verdicts=("forbidden",),
    ),
]

# A stand-in may let the grader compute. Nobody else may.
CALLBACKS = [
    Hostile(
        "forging-ask_the_grader",
        "the grader is asked for the answer to the very slot",
        top=CHANNEL,
        body="return ask('rnn_step', x, h_prev, W_xh, W_hh, b_h)",
    ),
    Hostile(
        "forging-ask_a_probe",
        "the grader is asked through staff's probe of the same name",
        slot="bptt",
        file="bptt.py",
        top=CHANNEL,
        body="""
        weights = {name: getattr(rnn, name) for name in ("W_xh", "W_hh", "W_hy", "b_h", "b_y")}
        try:
            return ask("bptt", weights, inputs, hidden_states, d_outputs)
        except BaseException:
            os._exit(1)
        """,
        verdicts=("crash",),
    ),
    Hostile(
        "forging-ask_an_oracle",
        "the grader is asked for what staff's oracles compute",
        slot="rnn_step_backward",
        file="bptt.py",
        top=CHANNEL,
        body="return ask('step_by_differences', dh, x, h_prev, W_xh, W_hh, np.zeros_like(h))",
        verdicts=BAD,
    ),
    Hostile(
        "forging-ask_at_import",
        "the grader is asked while the file is loaded",
        top=CHANNEL
        + """
import numpy as np
try:
    ONE = ask("rnn_step", *[np.ones((1, 1))] * 5)
except ValueError:
    ONE = None
""",
        body="return np.full_like(b_h, ONE[0, 0])",
        verdicts=BAD,
    ),
    Hostile(
        "forging-ask_dunder",
        "the grader is asked to call what is no slot",
        top=CHANNEL,
        body="return ask('__class__.__init__.__globals__', 'os')",
        verdicts=BAD,
    ),
    # These are graded last, but for the neighbours: what they break would be broken for all.
    Hostile(
        "forging-poison_by_a_tensor",
        "a request that ends the reference's process, so that others have no reference",
        folder="y-poison_by_a_tensor",
        top=CHANNEL,
        body="""
        from autograder.isolation.wire import tensor
        return ask("rnn_step", tensor(np.ones((1, 1))), h_prev, W_xh, W_hh, b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-ask_for_more",
        "the grader, who may be asked for one function here, is asked for another",
        slot="VanillaRNN.forward",
        top=CHANNEL,
        body="""
        rnn_step  # which the grader answers for where its own is wrong
        ask("bptt", {}, [], [], [])
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-poison_by_a_slow_product",
        "a request that keeps the reference beyond its time",
        once=True,
        folder="y-poison_by_a_slow_product",
        top=CHANNEL,
        body="""
        slow = np.ones((2000, 2000), np.float16)  # no library multiplies halves
        return ask("rnn_step", np.ones((1, 1)), slow, np.ones((2000, 1)), slow, np.ones((1, 1)))
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-poison_by_the_stand_in",
        "a stand-in, which the grader answers for, is given what ends the reference's process",
        slot="VanillaRNN.forward",
        folder="y-poison_by_the_stand_in",
        top="""
        from autograder.isolation.wire import tensor
        """,
        body="""
        for odd in (tensor(np.ones((1, 1))), [[]] * 9, {"x": {}}, None, "x" * 10**4, 2**62):
            try:
                rnn_step(odd, self.W_xh, self.W_xh, self.W_hh, self.b_h)
            except ValueError:
                pass
        return [rnn_step(h_prev=1)], [h_prev]
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-poison_by_the_slow_stand_in",
        "a stand-in is given what keeps the reference beyond its time",
        slot="VanillaRNN.forward",
        folder="y-poison_by_the_slow_stand_in",
        body="""
        slow = np.ones((2000, 2000), np.float16)  # no library multiplies halves
        return [rnn_step(np.ones((1, 1)), slow, np.ones((2000, 1)), slow, np.ones((1, 1)))], []
        """,
        once=True,
        verdicts=BAD,
    ),
    Hostile(
        "forging-poison_by_arguments",
        "requests with arguments that no function has",
        folder="y-poison_by_arguments",
        top=CHANNEL,
        body="""
        way = next(o for o in gc.get_objects() if type(o).__name__ == "Channel")
        for kwargs in ({1: 2}, {"": 3}, {"self": 1, "body": 2}, {"x" * 10000: 1}):
            way.send("callback", 1, {"slot": "rnn_step", "args": (), "kwargs": kwargs})
            way.receive(("answer",))
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
]

# The code that runs beside the student's.
BESIDE = [
    Hostile(
        "forging-worker_identical",
        "it computes in the place of its argument, and nothing is ever seen to change",
        top="""
        import sys
        worker = sys.modules["autograder.isolation.worker"]
        worker._identical = lambda now, was: True
        """,
        body=f"h_prev[:] = np.tanh(W_xh @ x + W_hh @ h_prev + b_h)\n{'return h_prev.copy()'}",
        deserved={"rnn_step": 1.0},  # it did the work; see above
    ),
    Hostile(
        "forging-worker_global_state",
        "it seeds everybody's random numbers, and nothing is ever seen to change",
        top="""
        import sys
        sys.modules["autograder.isolation.worker"].global_state = lambda: {}
        """,
        body=f"np.random.seed(0)\n{RIGHT}",
        deserved={"rnn_step": 1.0},  # it did the work; see above
    ),
    Hostile(
        "forging-worker_call",
        "the worker's own call answers with the numbers of its first argument",
        top="""
        from autograder.isolation.worker import _Server
        _Server.call = lambda self, body: (
            "ok",
            {"value": body["args"][0], "mutated": [], "places": [], "touched": [], "printed": ""},
        )
        """,
        body=WRONG,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-guard_asleep",
        "torch's own cell, with the guard put to sleep",
        slot="RNNCell",
        file="torch_rnn.py",
        top="from autograder.isolation.guard import Guard\nGuard.refuse = lambda *args: None",
        edits=(
            LAYERS,
            (
                NO_STEP,
                "return torch.rnn_tanh_cell(x, h_prev, self.W_xh.weight, self.W_hh.weight,"
                " torch.zeros_like(self.W_hh.bias), self.W_hh.bias)",
            ),
        ),
        deserved={"RNNCell": 1.0},  # the same function; see above
    ),
    Hostile(
        "forging-torch_unblocked",
        "a NumPy slot by torch's own step, with the placeholder taken out of the way",
        slot="rnn_step_backward",
        file="bptt.py",
        top="""
        import sys
        sys.meta_path[:] = [f for f in sys.meta_path if "laceholder" not in type(f).__name__]
        for name in [m for m in sys.modules if m.partition(".")[0] == "torch"]:
            del sys.modules[name]
        import torch
        """,
        body="""
        tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in (x, h_prev, W_xh, W_hh)]
        a = tensors[2] @ tensors[0] + tensors[3] @ tensors[1]
        (a * torch.from_numpy(dh * (1 - h**2))).sum().backward()
        return *(t.grad.numpy() for t in tensors), dh * (1 - h**2)
        """,
        deserved={"rnn_step_backward": 1.0},  # mathematics all the same; see above
    ),
    Hostile(
        "forging-packers",
        "json, msgpack and the wire pack whatever they are given as a success",
        top="""
        import json, msgpack
        from autograder.isolation import wire
        pack = wire.pack
        wire.pack = lambda kind, seq, body: pack("ok", seq, {"value": 0.0, "score": 85.0})
        json.dumps = msgpack.packb = lambda *args, **kwargs: b'{"score": 85}'
        """,
        body=WRONG,
        verdicts=BAD,
    ),
    Hostile(
        "forging-builtins",
        "the names that all code shares mean something else",
        body="""
        import builtins
        for name in ("len", "isinstance", "type", "getattr", "dict", "list", "zip", "bool", "str"):
            setattr(builtins, name, lambda *args, **kwargs: True)
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-inputs_become_zero",
        "all inputs are read as zeros, of which the answer is known",
        top="""
        import sys
        import numpy as np
        worker = sys.modules["autograder.isolation.worker"]
        revive = worker._revive
        worker._revive = lambda value: np.zeros_like(revive(value))
        """,
        body="return np.tanh(b_h)",
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-probes_rewritten",
        "staff's probe functions get other code",
        top="""
        import gc, types
        import numpy as np
        def always(module, *args, **kwargs): return {}
        for function in gc.get_objects():
            if isinstance(function, types.FunctionType):
                if function.__code__.co_filename.startswith("probe_"):
                    function.__code__ = always.__code__
        """,
        body=WRONG,
        verdicts=("wrong",),
    ),
    Hostile(
        "forging-stand_ins_rewritten",
        "the function that stands in for the one before is replaced by itself",
        slot="VanillaRNN.forward",
        top="""
        import sys
        def quiet(self, slot, stand_in): pass
        sys.modules["autograder.isolation.worker"]._Server.put_stand_in = quiet
        def rnn_step(*args): return 0.0
        """,
        body="return [rnn_step() for x in inputs], []",
        verdicts=BAD,
    ),
    Hostile(
        "forging-profile",
        "a trace function that changes what every function returns",
        top="import sys",
        body="""
        def trace(frame, event, argument):
            frame.f_locals.update(failure=None, passed=True, score=5.0)
            return trace
        sys.settrace(trace)
        sys.setprofile(lambda *args: None)
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-answering_thread",
        "a thread that answers whatever is asked from now on",
        top=CHANNEL,
        body="""
        import threading, time
        def always():
            for _ in range(2000):
                try:
                    say("ok", 1, {"value": 0.0})
                except OSError:
                    return
                time.sleep(0.001)
        threading.Thread(target=always, daemon=True).start()
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-reading_thread",
        "a thread that reads what is asked before the worker does",
        top=CHANNEL,
        body="""
        import threading
        threading.Thread(target=lambda: os.read(channel(), 10), daemon=True).start()
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-channel_closed",
        "the channel is closed, and another file opened under its number",
        top=CHANNEL,
        body="""
        number = channel()
        os.close(number)
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
        return np.zeros_like(b_h)
        """,
        verdicts=DIED,
    ),
    Hostile(
        "forging-result_in_the_frame",
        "it puts an answer into the variables of those who called it",
        body="""
        import ctypes, sys
        frame = sys._getframe(1)
        while frame is not None:
            frame.f_locals.update(value=1.0, verdict="correct", passed=True, failure=None)
            ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
            frame = frame.f_back
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "forging-constants",
        "the number 0.0 is one, everywhere",
        body="""
        import ctypes
        ctypes.c_double.from_address(id(0.0) + 16).value = 1.0
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
]

# Ready-made recurrence, by ways on which no hook of torch's for Python lies.
STEP = "x, h_prev, self.W_xh.weight, self.W_hh.weight, torch.zeros_like(self.W_hh.bias)"
WAYS = {
    "scripted": (
        "in a scripted function",
        """
        import torch
        @torch.jit.script
        def ready(x, h, W, U, zero, b):
            return torch.rnn_tanh_cell(x, h, W, U, zero, b)
        """,
        f"return ready({STEP}, self.W_hh.bias)",
    ),
    "thread": (
        "in a thread",
        """
        import threading
        import torch
        def ready(*args):
            got = []
            thread = threading.Thread(target=lambda: got.append(torch.rnn_tanh_cell(*args)))
            thread.start()
            thread.join()
            return got[0]
        """,
        f"return ready({STEP}, self.W_hh.bias)",
    ),
    "unhooked": (
        "where torch's hooks are off",
        """
        import torch
        kept = torch._C._VariableFunctions.rnn_tanh_cell
        def ready(*args):
            with torch._C.DisableTorchFunction():
                return kept(*args)
        """,
        f"return ready({STEP}, self.W_hh.bias)",
    ),
    "composed": (
        "as the operations that torch's operator is composed of",
        "import torch\nready = torch.ops.aten.rnn_tanh_cell.default.decompose",
        f"return ready({STEP}, self.W_hh.bias)",
    ),
}
READY = [
    Hostile(
        f"forging-ready_{way}",
        f"ready-made recurrence {where}",
        slot="RNNCell",
        file="torch_rnn.py",
        top=top,
        edits=(LAYERS, (NO_STEP, step)),
        verdicts=("forbidden",),
    )
    for way, (where, top, step) in WAYS.items()
]

ENTRIES = [*COMPARISONS, *ENDINGS, *FRAMES, *CALLBACKS, *BESIDE, *READY]
