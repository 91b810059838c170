"""Prove an assignment: its references pass, its stubs do not, its graders tell right from wrong.

Every misconception must lose points in its own slot and in no other, and be recognised by its
numbers; every correct variant must keep them. Files do not import one another, so each file is
proved by itself, several at a time.
"""

from __future__ import annotations

import multiprocessing
import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from autograder import assignment as assignments
from autograder import source
from autograder.assignment import MAX_HINT_WORDS, Assignment, KnownProgram, Slot
from autograder.diagnosis import Tried, recognise
from autograder.front import Workers
from autograder.graders import Graders, with_graders
from autograder.judge import SlotResult, decide, judge, try_slot

HINTS = 3


@dataclass
class SlotReport:
    """What was proved of one slot; `problems` are sentences, each a reason to fail."""

    slot: str
    points: float
    checks: int = 0
    public: int = 0
    misconceptions: int = 0
    caught: int = 0
    recognised: int = 0
    recognised_publicly: int = 0
    variants: int = 0
    kept: int = 0
    problems: list[str] = field(default_factory=list)


def verify(
    assignment: Assignment,
    course: Path,
    *,
    seed: int,
    jobs: int,
    thorough: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> list[SlotReport]:
    """Prove every slot; reports in the assignment's order.

    `thorough` runs every slot of a file for every edit, not only those that can be touched by it.
    """
    context = multiprocessing.get_context("spawn")
    reports: dict[str, SlotReport] = {}
    with ProcessPoolExecutor(jobs, context, initializer=_ignore_interrupts) as pool:
        tasks = {
            pool.submit(_verify_file, assignment.name, str(course), file, seed, thorough): file
            for file in assignment.files
        }
        try:
            for task in as_completed(tasks):
                reports.update({report.slot: report for report in task.result()})
                progress(tasks[task])
        except BaseException:  # Ctrl-C, or a file that cannot be graded: wait for no other
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise
    return [reports[slot] for slot in assignment.slots]


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides


def _verify_file(name: str, course: str, file: str, seed: int, thorough: bool) -> list[SlotReport]:
    assignment = assignments.load(name, Path(course))
    with Workers() as workers:
        return with_graders(
            assignment,
            workers,
            lambda graders: _File(graders, file, thorough).prove(),
            seed=seed,
            files=[file],
        )


class _File:
    """The proof of one student file."""

    def __init__(self, graders: Graders, file: str, thorough: bool) -> None:
        self.graders = graders
        self.thorough = thorough
        self.assignment = graders.assignment
        self.file = file
        self.slots = self.assignment.slots_of(file)
        self.reports = {slot.name: SlotReport(slot.name, slot.points) for slot in self.slots}

    def prove(self) -> list[SlotReport]:
        for slot in self.slots:
            report = self.reports[slot.name]
            report.checks = len(self.graders.checks[slot.name])
            report.public = sum(check.public for check in self.graders.checks[slot.name])
            report.problems += _written(self.assignment, self.graders, slot)
        self.prove_reference()
        self.prove_stubs()
        tried = {
            known: self.prove_misconception(known)
            for known in self.assignment.misconceptions
            if known.slot in self.reports
        }
        for known, own in tried.items():
            self.prove_recognition(known, own)
        for known in self.assignment.variants:
            if known.slot in self.reports:
                self.prove_variant(known)
        return list(self.reports.values())

    def judge(self, text: bytes) -> Mapping[str, SlotResult]:
        """The results of the file's slots for one program."""
        with self.graders.program({self.file: text}) as program:
            return judge(self.graders, program, list(self.reports))

    def touched(self, known: KnownProgram) -> list[str]:
        """The slots that an edit of one can touch: itself and what builds on it; or all."""
        if self.thorough:
            return list(self.reports)
        return [s.name for s in self.slots if known.slot == s.name or known.slot in s.builds_on]

    def prove_reference(self) -> None:
        for slot, result in self.judge(self.assignment.reference()[self.file]).items():
            if result.verdict != "correct":
                self.reports[slot].problems.append(f"the reference {_outcome(result)}")

    def prove_stubs(self) -> None:
        for slot, result in self.judge(self.assignment.stubs()[self.file]).items():
            if result.verdict != "not_started" or result.score != 0:
                self.reports[slot].problems.append(f"the stub {_outcome(result)}")

    def prove_misconception(self, known: KnownProgram) -> Tried:
        """It loses points in its slot and in no other. Returns the runs of its slot."""
        report = self.reports[known.slot]
        report.misconceptions += 1
        text = self.assignment.edited(known).encode()
        with self.graders.program({self.file: text}) as program:
            tried = {slot: try_slot(self.graders, program, slot) for slot in self.touched(known)}
            results = decide(self.graders, program, tried)
        own = results[known.slot]
        if own.verdict == "ungraded":
            report.problems.append(f"{known.id} {_outcome(own)}")
        elif own.verdict == "correct" or own.score == own.max_score:
            report.problems.append(f"{known.id} is wrong and keeps its points")
        else:
            report.caught += 1
        for slot, result in results.items():
            if slot != known.slot and result.verdict != "correct":
                report.problems.append(f"{known.id} costs points in {slot}: {_outcome(result)}")
        self.graders.learn(known, tried[known.slot])
        return tried[known.slot]

    def prove_recognition(self, known: KnownProgram, tried: Tried) -> None:
        report = self.reports[known.slot]
        likely = recognise(tried, self.graders, known.slot)
        report.recognised += likely is not None and likely.id == known.id
        if likely is None:
            report.problems.append(f"{known.id} is not recognised by its numbers")
        elif likely.id != known.id:
            report.problems.append(f"{known.id} is taken for {likely.id}")
        publicly = [runs for runs in tried if runs[0].check.public]
        likely = recognise(publicly, self.graders, known.slot)
        report.recognised_publicly += likely is not None and likely.id == known.id

    def prove_variant(self, known: KnownProgram) -> None:
        report = self.reports[known.slot]
        report.variants += 1
        with self.graders.program({self.file: self.assignment.edited(known).encode()}) as program:
            results = judge(self.graders, program, self.touched(known))
        wrong = {slot: r for slot, r in results.items() if r.verdict != "correct"}
        report.kept += not wrong
        for slot, result in wrong.items():
            report.problems.append(
                f"{known.id} is right and loses points in {slot}: {_outcome(result)}"
            )


def _outcome(result: SlotResult) -> str:
    why = result.broken or (result.failure.fact if result.failure else "")
    check = next((c.name for c in result.checks if c.passed is False), "")
    where = f" ({check})" if check else ""
    return f"is {result.verdict}{where}: {why}" if why else f"is {result.verdict}"


def _written(assignment: Assignment, graders: Graders, slot: Slot) -> Iterator[str]:
    """What is missing in what staff wrote about a slot."""
    checks = graders.checks[slot.name]
    if not checks:
        yield "it has no check"
    if not any(check.public for check in checks):
        yield "it has no public check"
    names = {check.name for check in checks} | {check.base for check in checks}
    for unknown in sorted(set(slot.weights) - names):
        yield f"assignment.toml gives a weight to {unknown}, which is no check of it"
    if len(slot.hints) != HINTS:
        yield f"it has {len(slot.hints)} hints instead of {HINTS}"
    file = assignment.files[slot.file]
    answers = source.answer_lines(file.text, file.name, assignment.slots).values()
    code = [line.strip() for lines in answers for line in lines if len(line.strip()) > 10]
    known = [k for k in assignment.misconceptions if k.slot == slot.name]
    texts = [(f"hint {i + 1}", hint) for i, hint in enumerate(slot.hints)]
    texts += [(f"the hint of {k.id}", k.hint) for k in known]
    yield from _hint_problems(texts, code)
    if not known:
        yield "it has no misconception"
    stub = assignment.stubs()[file.name].decode()
    if f'raise NotImplementedError("{slot.name}")' in stub and not _has_todo(stub, slot.name):
        yield f"{file.name} has no TODO line for it"


def _has_todo(stub: str, slot: str) -> bool:
    """Whether a TODO stands right above the slot's first placeholder."""
    before = stub.partition(f'raise NotImplementedError("{slot}")')[0]
    return "# TODO" in before.rpartition("def ")[2]


def _hint_problems(texts: Sequence[tuple[str, str]], code: Sequence[str]) -> Iterator[str]:
    for where, text in texts:
        if not text.strip():
            yield f"{where} is empty"
        if len(re.findall(r"\S+", text)) > MAX_HINT_WORDS:
            yield f"{where} has more than {MAX_HINT_WORDS} words"
        if any(line in text for line in code):
            yield f"{where} contains code of the reference"
