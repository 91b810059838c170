"""Programs as graders see them: their functions are called, and answer with numbers.

A student's submission, the reference and each misconception are all programs: one source text a
file, run in workers of the program's own.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import replace
from typing import Any

from autograder.assignment.model import PublicAssignment, StaffFile, StudentFile
from autograder.course.student_file import Source, absent
from autograder.errors import GraderFault
from autograder.isolation.client import Callback, Code, Computed, Worker, WorkerDied
from autograder.isolation.deadline import Budget
from autograder.isolation.pool import Workers
from autograder.isolation.wire import Encoded
from autograder.isolation.worker_protocol import Function, Owner, RaisedError, StandInCall
from autograder.judging.answers import Answer, Call, Log, unwrap
from autograder.judging.failure import CheckFailed, Failure, from_error, unloaded
from autograder.judging.loading import explained
from autograder.judging.plain_data import demand_whole
from autograder.judging.question import Question, Response, StandIns, answer_of
from autograder.judging.verdict import Verdict
from autograder.limits import MAX_PRINTED
from autograder.text import printable

REMEMBERED_BYTES = 1 << 20  # of an answer, at most, that another program's may be compared with
CACHED_BYTES = 64 << 20  # of the questions whose answers by the reference are kept
STAFF_FILES = {"probe": "probes.py", "oracle": "oracle.py"}
CALLS = 5  # all calls of a slot together may take so many times the seconds of one call


class Program:
    """A program while it is graded.

    `sources` maps file names to contents. `budget` is the time that its workers may take; when it
    is used up, each call is a timeout. A context manager: leaving it ends the program's workers.
    """

    def __init__(
        self,
        assignment: PublicAssignment,
        workers: Workers,
        sources: Mapping[str, Source],
        reference: Program | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.assignment = assignment
        self._budget = budget
        self.sources = sources
        self._workers = workers
        self._reference = reference
        self._computing: Program | None = None  # a reference that computes for stand-ins
        self._ended_computing = False  # whether a question of this program ended that one
        self._computed: dict[
            StandIns, dict[Encoded, Encoded]
        ] = {}  # by the reference, for stand-ins
        self._loaded: dict[tuple[str, StandIns, str], Worker] = {}
        self._outdated: set[tuple[str, StandIns, str]] = set()
        self._unloadable: dict[str, Failure] = {}
        self._lines: dict[str, dict[str, int]] = {}
        self._stubs: dict[str, dict[str, int]] = {}
        self._spent: dict[str, float] = {}  # seconds, by slot
        self._given_up: dict[tuple[str, StandIns], Failure] = {}  # slots that are asked no more
        self.printed: dict[str, str] = {}

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program's workers."""
        for worker in self._loaded.values():
            worker.close()
        self._loaded.clear()
        if self._computing is not None:
            self._computing.close()

    def change(self, sources: Mapping[str, Source]) -> None:
        """Load other staff sources into the running workers."""
        if sources == self.sources:
            return
        self.sources = sources
        self._outdated = set(self._loaded)
        for state in (self._unloadable, self._lines, self._given_up, self._spent, self.printed):
            state.clear()

    def renew(self) -> None:
        """Forget how long calls took, so that the program can be graded again."""
        self._spent.clear()

    def spent(self, slot: str) -> float:
        """The seconds that calls of the slot took so far, as their limits count them."""
        return self._spent.get(slot, 0.0)

    def loads(self, slot: str) -> bool:
        """Whether the slot's file was loaded, or not tried yet."""
        return self.assignment.slots[slot].file not in self._unloadable

    def line(self, slot: str, told: int | None = None) -> int | None:
        """The line that was `told` of the slot's file, or else that of the slot's definition.

        None where it is not known. A worker may tell any number: one that the file lacks is none.
        """
        file = self.assignment.slots[slot].file
        source = self.sources.get(file)
        if not isinstance(source, bytes):
            return told  # by who tried to read it
        last = len(source.splitlines()) + 1  # where a syntax error at the end is
        lines = (told, self._lines.get(file, {}).get(slot))
        return next((line for line in lines if line is not None and 1 <= line <= last), None)

    def call(self, question: Question) -> Answer | Failure:
        """Call a function or probe. A process that ends costs the slot."""
        outcome = self.ask(question).outcome
        assert outcome is not None  # no answer was known
        return outcome

    def ask(self, question: Question, known: Container[Encoded] = ()) -> Response:
        """As `call`; answers that are `known` are not decoded."""
        slot, stand_ins, device = question.slot, question.stand_ins, question.device
        failure = self._given_up.get((slot, stand_ins))
        if failure is not None:
            return Response(question, failure)
        file = self.assignment.slots[slot].file
        worker = self._worker(file, stand_ins, device)
        if isinstance(worker, Failure):
            return Response(question, worker)
        if slot in self._stubs.get(file, ()):  # no call can tell more
            line = self._stubs[file][slot]
            return Response(question, Failure(Verdict.NOT_STARTED, "not started yet", line=line))
        if self._budget is not None and self._budget.is_used_up:
            fact = self._budget.fact
            return Response(question, Failure(Verdict.TIMEOUT, fact, line=self.line(slot)))
        limits = self.assignment.slots[slot].limits
        whole = CALLS * limits.seconds
        if self._reference is not None and self.spent(slot) > whole:
            fact = f"each call was short enough, but all calls together took more than {whole:g} s"
            self._given_up[slot, stand_ins] = Failure(Verdict.TIMEOUT, fact, line=self.line(slot))
            return Response(question, self._given_up[slot, stand_ins])
        before = worker.spent
        try:
            reply = worker.ask(question.request, slot, limits, self._callback(stand_ins), known)
        except WorkerDied as died:
            del self._loaded[file, stand_ins, device]
            self._given_up[slot, stand_ins] = _failure_of(died, self.line(slot))
            return Response(question, self._given_up[slot, stand_ins])
        finally:
            self._spent[slot] = self.spent(slot) + worker.spent - before
        content = reply.content
        if content is None:
            return Response(question, None, reply.encoded)
        if content.printed:
            self.printed[slot] = (self.printed.get(slot, "") + content.printed)[:MAX_PRINTED]
        if isinstance(content, RaisedError):
            failure = _failure_from(content, question, file, self.assignment.slots)
            about, source = self.assignment.files[file], self.sources.get(file)
            return Response(question, explained(failure, content, source, about))
        may_be_known = not content.printed and reply.size <= REMEMBERED_BYTES
        answer = answer_of(content, reply.size)
        return Response(question, answer, reply.encoded if may_be_known else None)

    def _worker(self, file: str, stand_ins: StandIns, device: str) -> Worker | Failure:
        if file in self._unloadable:
            return self._unloadable[file]
        key = (file, stand_ins, device)
        if key not in self._loaded or key in self._outdated:
            source = self.sources.get(file, absent(file))
            loaded = self._load(source, *key) if isinstance(source, bytes) else unloaded(source)
            if isinstance(loaded, Failure):
                if not stand_ins:  # with a stand-in it would be no other
                    self._unloadable[file] = loaded
                return loaded
            self._loaded[key] = loaded
            self._outdated.discard(key)
        return self._loaded[key]

    def _load(self, source: bytes, file: str, stand_ins: StandIns, device: str) -> Worker | Failure:
        if self._budget is not None and self._budget.is_used_up:
            return Failure(Verdict.TIMEOUT, self._budget.fact, loading=True)
        assignment, about = self.assignment, self.assignment.files[file]
        extras: list[tuple[Owner, str, str]] = [("probe", f"probe_{file}", about.probes)]
        if self._reference is None and isinstance(about, StaffFile):
            extras.append(("oracle", f"oracle_{file}", about.oracle))
        code = Code(
            file=file,
            source=source,
            extras=tuple(extra for extra in extras if extra[2]),
            stand_in_source=_stand_ins(about) if stand_ins else "",
            stand_ins={slot: stand_in_of(assignment, slot) for slot in stand_ins},
            blocked=assignment.blocked(file),
            forbids={slot.name: slot.forbids for slot in assignment.slots_of(file) if slot.forbids},
        )
        worker = self._loaded.pop((file, stand_ins, device), None)
        try:
            if worker is None:
                memory = max(slot.limits.memory_mb for slot in assignment.slots_of(file))
                worker = self._workers.start(about.libraries, device, memory)
                worker.budget = self._budget
                reply = worker.load(code)
            else:
                reply = worker.change(source)
        except WorkerDied as died:
            return replace(_failure_of(died), loading=True)
        if isinstance(reply, RaisedError):
            worker.close()
            failure = from_error(reply, f"importing {file}", "", file, ())
            return replace(explained(failure, reply, source, about), loading=True)
        self._lines[file], self._stubs[file] = dict(reply.lines), dict(reply.stubs)
        return worker

    def _callback(self, stand_ins: StandIns) -> Callback:
        """A callback that computes for stand-ins, and remembers values for other programs."""

        def compute(call: StandInCall) -> Computed:
            return self._answer_stand_in(stand_ins, call)

        if self._reference is None:
            return Callback(compute)
        return Callback(compute, self._reference._computed.setdefault(stand_ins, {}))

    def _answer_stand_in(self, stand_ins: StandIns, call: StandInCall) -> Computed:
        """Compute for a stand-in that calls back: numbers in, numbers out.

        Student code that calls back without a stand-in in place gets an error. A program that
        once ended the process that computes pays by the wall from then on, for its start as well.
        """
        slot = call.slot
        in_place = slot in stand_ins and not stand_in_of(self.assignment, slot)
        if self._reference is None or not in_place:
            return Computed(error="no such function")
        if self._computing is None:  # one for each program: a student's arguments may end it
            self._computing = Program(self.assignment, self._workers, self._reference.sources)
        try:
            asked = Question.of(
                self.assignment.slots[slot], Function("student", slot), call.args, call.kwargs
            )
        except CheckFailed as failed:
            return Computed(error=failed.failure.fact)
        before, started = self._computing.spent(slot), time.monotonic()
        outcome = self._computing.call(asked)
        seconds = self._computing.spent(slot) - before
        if isinstance(outcome, Failure) and outcome.verdict in (Verdict.TIMEOUT, Verdict.CRASH):
            self._computing.close()  # it answers no later question
            self._computing = None
            self._ended_computing = True
        if self._ended_computing:
            seconds = time.monotonic() - started
        if isinstance(outcome, Failure):
            return Computed(error=printable(outcome.fact), seconds=seconds)
        return Computed(outcome.value, seconds=seconds)


def _failure_from(
    error: RaisedError, question: Question, file: str, slots: Collection[str]
) -> Failure:
    """The failure behind an error reply to a question."""
    slot, function = question.slot, question.function
    if error.kind == "missing":
        lacked = error.message if error.message in (slot, function.name) else slot
        error = replace(error, message=lacked)
        file = file if lacked == slot else STAFF_FILES.get(function.owner, file)
    return from_error(error, f"calling {slot}", slot, file, slots)


def _failure_of(died: WorkerDied, line: int | None = None) -> Failure:
    verdict = Verdict.TIMEOUT if died.timeout else Verdict.CRASH
    return Failure(verdict, printable(died.reason), line=line)


def stand_in_of(assignment: PublicAssignment, slot: str) -> str:
    """The name of the slot's stand-in in its file's stand_ins.py; "" where the grader computes."""
    name = slot.rpartition(".")[2]
    text = _stand_ins(assignment.files[assignment.slots[slot].file])
    defined = [node.name for node in ast.parse(text).body if hasattr(node, "name")]
    return name if name in defined else ""


def _stand_ins(file: StudentFile) -> str:
    """The source of the file's stand-ins, which a released folder has not."""
    return file.stand_ins if isinstance(file, StaffFile) else ""


class Caller:
    """The `student` or `reference` of a grader: `student.double(x)` gives an Answer.

    `student.probe.walk(x)` calls a function of the probe file, `reference.oracle.sums(x)` one of
    the oracle file, which no student's process has.
    """

    def __init__(
        self,
        ask: Callable[[Function, Any, Any], Answer | Failure],
        log: Log,
        owner: Owner = "student",
    ) -> None:
        self._ask = ask
        self._log = log
        self._owner = owner

    @property
    def probe(self) -> Caller:
        return Caller(self._ask, self._log, "probe")

    @property
    def oracle(self) -> Caller:
        return Caller(self._ask, self._log, "oracle")

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        if name.startswith("_"):
            raise AttributeError(name)
        function = Function(self._owner, name)
        return lambda *args, **kwargs: self.call(function, *args, **kwargs)

    def call(self, function: Function, *args: Any, **kwargs: Any) -> Answer:
        """Call a function.

        Raises CheckFailed where there is no answer, or it is too large; GraderFault where an
        argument cannot cross whole.
        """
        for arg in (*args, *kwargs.values()):
            if isinstance(arg, Answer) and arg.expected:
                of = f"the reference's result, an argument of {function.name},"
                demand_whole(arg.value, of, "passed", "pass")
        args = tuple(unwrap(arg) for arg in args)
        kwargs = {key: unwrap(arg) for key, arg in kwargs.items()}
        outcome = self._ask(function, args, kwargs)
        self._log.add(Call(function, args, kwargs, outcome))
        if isinstance(outcome, Failure):
            raise CheckFailed(outcome)
        number = len(self._log.calls) - 1
        return replace(outcome, log=self._log, call=number)


class ReferenceFailed(GraderFault):
    """The reference gave no answer; `staff` is the line of staff's code that raised, or ""."""

    def __init__(self, sentence: str, staff: str = "") -> None:
        super().__init__(sentence)
        self.staff = staff


class ReferenceCache:
    """The reference's answers: a question is asked once in a run, as long as there is room."""

    def __init__(self, reference: Program) -> None:
        self.program = reference
        self._answers: dict[Question, Answer] = {}
        self._room = CACHED_BYTES

    @property
    def computed(self) -> int:
        """How many answers the reference gave since it last forgot them."""
        return len(self._answers)

    def forget(self) -> None:
        self._answers.clear()
        self._room = CACHED_BYTES

    def call(self, question: Question) -> Answer:
        """The reference's answer, with those stand-ins only that staff wrote.

        Raises ReferenceFailed where the reference itself fails.
        """
        stand_ins = tuple(s for s in question.stand_ins if stand_in_of(self.program.assignment, s))
        question = question._replace(stand_ins=stand_ins)
        answer = self._answers.get(question)
        if answer is None:
            outcome = self.program.call(question)
            if isinstance(outcome, Failure):
                asked = f"{question.function.name} ({question.slot})"
                raise ReferenceFailed(
                    f"the reference failed in {asked}: {outcome.fact}", outcome.staff
                )
            answer = outcome
            size = question.request.size
            # A question may be made of a student's answers: of these no number of any size is kept.
            if size <= min(self._room, CACHED_BYTES >> 3):
                self._answers[question] = answer
                self._room -= size
        return answer
