"""What an entry of the catalogue is, and the code that several entries share.

In texts that are handed in, names between at signs stand for places that are known when the class
is made: @COURSE@, @SOLUTIONS@ (of the assignment), @SUBMISSIONS@, @OUT@ (where grading writes),
@HOME@, @SCRATCH@ (a folder), @NAME@ (fit for a file's name, and the entry's alone: whatever is
called so afterwards, or has heard it, shows that the entry got out), @ME@ (a file of that name),
@KEPT@ (a file that must stay as it is), @TCP@, @UDP@ (local ports that listen), @UNIX@ and
@ABSTRACT@ (sockets that listen), @CANARY@ (how the secrets begin that are planted).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

ATTACKED = "rnn_step"  # attacked unless an entry says otherwise: its calls have the shortest limit
CANARY = "the-canary"
SECRET = f"{CANARY}-sings-at-dawn"
STUB, REFERENCE = "stub", "reference"

# Verdicts that say that the student's process did not live through it.
DIED = ("crash", "timeout", "error")


ONCE = """
if globals().setdefault("CALLED", False):
    return None
globals()["CALLED"] = True
"""


@dataclass(frozen=True)
class Places:
    """Where things are that an entry with a builder may need."""

    course: Path
    solutions: Path
    submissions: Path
    scratch: Path
    stubs: Mapping[str, bytes]
    references: Mapping[str, bytes]


Build = Callable[[Path, Places], None]  # gets the folder of the hand-in, which is there


@dataclass(frozen=True)
class Hostile:
    """One submission. `tries` is what it is after, in one sentence.

    It hands in `file`, the stub or reference with `body` in the place of `slot`'s answer, `top`
    before everything else and `edits` made; `raw` instead of all that; or what `build` puts there.
    `slot` is the one that is attacked, unless what it hands in is `honest` work, which is to get
    exactly what it deserves.

    What takes its time is done `once`: later calls return None.

    `deserved` maps a slot to the part of its points that it may get at most; one that is not
    named may get what a function gets that does nothing at all, and changes nothing.
    `verdicts` are those that the attacked slot may have; any but correct where there are none.
    `says` stands in the message of the slot, unless its process did not live to say it; `never`
    are texts that no report may contain.

    `needs_sandbox` tells that only the kernel can refuse this. Without it, an entry that `wrecks`
    the work of others is not handed in. `result` is false where there is no submission to grade,
    `folder` is the student's, `root_only` tells that only root can make it.
    """

    id: str
    tries: str
    slot: str = ATTACKED
    file: str = "vanilla_rnn.py"
    body: str = ""
    top: str = ""
    base: str = STUB
    edits: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    honest: bool = False
    once: bool = False
    build: Build | None = None
    deserved: Mapping[str, float] = field(default_factory=dict)
    verdicts: tuple[str, ...] = ()
    says: str = ""
    never: tuple[str, ...] = ()
    needs_sandbox: bool = False
    wrecks: bool = False
    result: bool = True
    folder: str = ""
    root_only: bool = False

    @property
    def student(self) -> str:
        return self.folder or self.id

    def source(self, places: Places) -> bytes:
        """The text of its file, places not yet filled in."""
        if self.raw is not None:
            return self.raw
        texts = places.stubs if self.base == STUB else places.references
        text = texts[self.file].decode()
        if self.body:
            line = f'raise NotImplementedError("{self.slot}")\n'
            at = text.rindex(line)
            depth = at - text.rindex("\n", 0, at) - 1
            body = f"{ONCE if self.once else ''}{dedent(self.body)}".strip("\n")
            body = indent(body, " " * depth).lstrip()
            text = f"{text[:at]}{body}\n{text[at + len(line) :]}"
        for old, new in self.edits:
            assert old in text, f"{self.id}: {old!r} is not in {self.file}"
            text = text.replace(old, new)
        return f"{dedent(self.top)}\n{text}".encode()


RIGHT = "return np.tanh(W_xh @ x + W_hh @ h_prev + b_h)"
WRONG = "return np.zeros_like(b_h)"

# The worker's end of its channel, found as anybody would: the only socket among the open files.
# `say` writes a frame of one's own on it, `ask` uses it to let the grader compute.
CHANNEL = '''
import gc, os, stat, struct, sys
import msgpack

def channel():
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            continue
    raise LookupError("no socket")

def write(data):
    while data:
        data = data[os.write(channel(), data):]

def frame(kind, number, node, table=(), blob=b""):
    header = msgpack.packb([kind, number, node, list(table)])
    return struct.pack(">4sIQ", b"agr1", len(header), len(blob)) + header + blob

def tree(value):
    if isinstance(value, dict):
        return ["d", [[key, tree(item)] for key, item in value.items()]]
    return ["l", [tree(item) for item in value]] if isinstance(value, list) else value

def say(kind, number, body, table=(), blob=b""):
    write(frame(kind, number, tree(body), table, blob))

def now():
    """The number of the call that is being answered, from the frames below."""
    frame = sys._getframe()
    while frame is not None and "seq" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["seq"] if frame is not None else 1

def answer(value, **more):
    """An answer to this call, before the worker itself answers."""
    body = {"value": value, "mutated": [], "places": [], "touched": [], "printed": ""}
    say("ok", now(), {**body, **more})

def ask(slot, *args, **kwargs):
    way = next(o for o in gc.get_objects() if type(o).__name__ == "Channel")
    way.send("callback", 1, {"slot": slot, "args": args, "kwargs": kwargs})
    answer = way.receive(("answer",))[2]
    if "value" not in answer:
        raise ValueError(answer)
    return answer["value"]
'''
