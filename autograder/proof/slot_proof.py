"""The proof of one slot: every misconception is caught and named, every variant keeps its points.

A share of it runs in one process and gives a report; the reports of a slot add up.
"""

from __future__ import annotations

import ast
import difflib
import json
import math
import random
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields

from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment, KnownProgram, Slot
from autograder.hidden.known_programs import KnownPrograms, sources_of
from autograder.hidden.runner import HiddenChecks
from autograder.judging.answers import Same
from autograder.judging.checks import Check, CheckRun
from autograder.judging.diagnosis import Made, Tried, fingerprint, recognise
from autograder.judging.effects import with_effects
from autograder.judging.judgement import SlotResult, judge
from autograder.judging.program import Program
from autograder.judging.question import Mode
from autograder.judging.verdict import Verdict
from autograder.proof.completeness import missing
from autograder.proof.mutation import mutants
from autograder.public.frozen_checks import (
    FrozenChecks,
    FrozenLibrary,
    freeze,
    freeze_fingerprint,
    thaw,
)

DECADES = 2.0  # how far a tolerance has to be from what is right and from what is wrong
DIFF_LINES = 8
MAX_PAIRS = 100  # of a slot; there can be a thousand


@dataclass(frozen=True)
class Share:
    """What one process is to prove of a slot."""

    part: str
    slot: str
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Margin:
    """How near a check's tolerance is to what is right and what is wrong.

    `correct` is the largest error of a right program over the tolerance, `wrong` the one of a
    wrong program that is nearest to the tolerance (infinite where none is a matter of size).
    """

    rtol: float
    correct: float = 0.0
    correct_by: str = ""
    wrong: float = math.inf
    wrong_by: str = ""

    def worse(self, other: Margin) -> Margin:
        """The nearer one of both on either side."""
        right = self if self.correct >= other.correct else other
        wrong = self if _distance(self.wrong) <= _distance(other.wrong) else other
        rtol = max(self.rtol, other.rtol)
        return Margin(rtol, right.correct, right.correct_by, wrong.wrong, wrong.wrong_by)


def _distance(ratio: float) -> float:
    return abs(math.log10(ratio)) if ratio > 0 else math.inf


@dataclass
class SlotReport:
    """What was proved of one slot; `problems` are sentences, each a reason to fail.

    Of `runs` of variants, one a seed, `kept_runs` kept their points; `spared` of `dependents` runs
    of slots that build on a wrong one lost nothing.
    """

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
    runs: int = 0
    kept_runs: int = 0
    mutants: int = 0
    killed: int = 0
    equivalents: int = 0
    pairs: int = 0
    recognised_pairs: int = 0
    mislabelled: int = 0
    dependents: int = 0
    spared: int = 0
    margins: dict[str, Margin] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, other: SlotReport) -> None:
        """Take in what another share proved."""
        for one in fields(self):
            if one.type == "int":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        for check, margin in other.margins.items():
            self.note(check, margin)
        self.problems += other.problems

    def note(self, check: str, margin: Margin) -> None:
        """Take in a margin of a check."""
        self.margins[check] = self.margins[check].worse(margin) if check in self.margins else margin


def prove(graders: HiddenChecks, share: Share) -> SlotReport:
    """Prove a share of a slot. Its first seed is the one that the graders have."""
    with KnownPrograms(graders) as known:
        return _proved(_Proof(graders, known, graders.assignment.slots[share.slot]), share)


def _proved(proof: _Proof, share: Share) -> SlotReport:
    parts: dict[str, Callable[[], None]] = {
        "fast": proof.prove_fast,
        "slot": proof.prove_slot,
        "carrying": proof.prove_carrying,
        "mutants": proof.prove_mutants,
        "pairs": proof.prove_pairs,
        "seeds": lambda: proof.prove_seeds(share.seeds),
    }
    parts[share.part]()
    return proof.report


class _Proof:
    def __init__(self, graders: HiddenChecks, library: KnownPrograms, slot: Slot) -> None:
        self.graders = graders
        self.library = library
        self.assignment = graders.assignment
        self.slot = slot
        self.checks: Sequence[Check] = graders.checks[slot.name]
        self.report = SlotReport(slot.name, slot.points)
        self.misconceptions = self.of_slot(self.assignment.misconceptions)
        self.variants = self.of_slot(self.assignment.variants)
        self.dependents = [
            other.name for other in self.assignment.slots.values() if slot.name in other.builds_on
        ]

    def of_slot(self, known: Sequence[KnownProgram]) -> list[KnownProgram]:
        return [one for one in known if one.slot == self.slot.name]

    def wrong(self, problem: str) -> None:
        self.report.problems.append(problem)

    def run(self, program: Program, check: Check, mode: Mode = ()) -> CheckRun:
        """Run a check; where the grader itself fails, say so."""
        run = self.graders.run(program, check, mode)
        if run.broken:
            self.wrong(f"{check.name} failed by itself: {run.broken}")
        return run

    # ---------------------------------------------------------------- the slot by itself

    def begin(self) -> bool:
        """What was written, reference and stub. Whether what follows means anything."""
        report = self.report
        report.checks = len(self.checks)
        report.public = sum(check.public for check in self.checks)
        report.misconceptions, report.variants = len(self.misconceptions), len(self.variants)
        report.problems += missing(self.assignment, self.slot, self.checks)
        if not self.prove_reference():
            return False
        self.prove_stub()
        return True

    def prove_fast(self) -> None:
        """Each misconception until it is caught, each check until it fails, each variant once."""
        if not self.begin():
            return
        public = self.prove_public_recognition()
        left = {check.name: check for check in self.checks}
        for known in self.misconceptions:
            # Public checks are the graders' own, with inputs that are drawn once.
            tripped = [run.check.name for [run] in public[known.id] if run.failure is not None]
            for name in tripped:
                left.pop(name, None)
            alone = len(self.graders.modes(self.slot)) == 1
            caught = (alone and bool(tripped)) or self.kills(known, left, tripped)
            self.report.caught += caught
            if not caught:
                self.wrong(f"{known.id} is wrong and keeps its points\n{self.diff(known)}")
        self.prove_left(left)
        for known in self.variants:
            self.report.kept += self.prove_variant(known, [self.slot.name])
        for known in list(_broken(self.assignment, self.slot))[::3]:
            self.prove_spared(known)

    def prove_left(self, left: dict[str, Check]) -> None:
        """The checks that no misconception has tripped so far: some other one does."""
        for known in self.misconceptions:
            if not left:
                return
            with self.graders.program(sources_of(self.assignment, known)) as program:
                for check in list(left.values()):
                    run = self.run(program, check)
                    self.note_wrong([run], known, alone=True)
                    if not run.passed:
                        del left[check.name]
        for name in left:
            self.wrong(f"{name}: no misconception ever trips this check")

    def prove_slot(self) -> None:
        """Reference, stub, misconceptions and variants, with one seed and right other slots."""
        report = self.report
        if not self.begin():
            return
        tried = {known.id: self.prove_misconception(known) for known in self.misconceptions}
        for known in self.misconceptions:
            self.prove_recognition(known, tried[known.id])
        self.prove_public_recognition()
        self.prove_checks(list(tried.values()))
        for known in self.variants:
            report.kept += self.prove_variant(known, [self.slot.name, *self.dependents])
        for known in _broken(self.assignment, self.slot):
            self.prove_spared(known)

    def prove_reference(self) -> bool:
        sources = self.assignment.reference()
        with self.graders.program(sources) as program:
            result = judge(self.graders, program, [self.slot.name])[self.slot.name]
            if result.verdict != Verdict.CORRECT:
                self.wrong(f"the reference {_outcome(result)}")
                return False
            for check in self.checks:
                run = self.run(program, check)
                self.note_right(run, "the reference")
                for comparison in run.log.comparisons:
                    if isinstance(comparison, Same) and comparison.lookalikes is not None:
                        list(comparison.lookalikes())  # they can be computed
        return True

    def prove_stub(self) -> None:
        stub = {self.slot.file: self.assignment.stubs()[self.slot.file]}
        with self.graders.program(stub) as program:
            result = judge(self.graders, program, [self.slot.name])[self.slot.name]
        if result.verdict != Verdict.NOT_STARTED or result.score != 0:
            self.wrong(f"the stub {_outcome(result)}")

    def prove_misconception(self, known: KnownProgram) -> Tried:
        """It loses points in its slot. Returns the runs of its slot."""
        with self.graders.program(sources_of(self.assignment, known)) as program:
            tried = self.runs(program)
            caught = any(self.fails(program, run) for [run] in tried if run.failure is not None)
        self.report.caught += caught
        if not caught:
            self.wrong(f"{known.id} is wrong and keeps its points\n{self.diff(known)}")
        self.note_wrong([run for [run] in tried], known)
        self.library.remember(known, tried)
        return tried

    def runs(self, program: Program) -> Tried:
        """Its checks, run once each with right other slots."""
        tried = self.graders.run_slot(program, self.slot.name)
        for [run] in tried:
            if run.broken:
                self.wrong(f"{run.check.name} failed by itself: {run.broken}")
        return tried

    def fails(self, program: Program, run: CheckRun) -> bool:
        """Whether a check that failed fails with every stand-in, too."""
        others = self.graders.modes(self.slot)[1:]
        return all(self.run(program, run.check, mode).failure is not None for mode in others)

    def prove_recognition(self, known: KnownProgram, tried: Tried) -> None:
        likely = [one.id for one in recognise(tried, self.library, self.slot.name)]
        self.report.recognised += likely == [known.id]
        if not likely:
            self.wrong(f"{known.id} is not recognised by its numbers")
        elif likely != [known.id]:
            self.wrong(f"{known.id} is taken for {' and '.join(likely)}")

    def prove_public_recognition(self) -> dict[str, Tried]:
        """As students have it: with frozen checks, without reference and hidden graders.

        Returns each misconception's runs.
        """
        public = [check for check in self.checks if check.public]
        with self.graders.program(self.assignment.reference()) as reference:
            nodes = [freeze(self.run(reference, check)) for check in public]
        thawed = [thaw(json.loads(json.dumps(node))) for node in nodes]
        runner = FrozenChecks(self.assignment, thawed)
        tried: dict[str, Tried] = {}
        frozen = {}
        with self.graders.program({}) as program:
            for known in self.misconceptions:
                program.change(sources_of(self.assignment, known))
                runs = [[runner.run(program, check)] for check in thawed]
                tried[known.id] = with_effects(runs, runner.usual)
                self.note_wrong([run for [run] in runs], known, alone=True)
                node = freeze_fingerprint(fingerprint(tried[known.id]))
                frozen[known.id] = {
                    "slot": known.slot,
                    "cause": known.cause,
                    "hint": known.hint,
                    "fingerprint": json.loads(json.dumps(node)),
                }
        library = FrozenLibrary(frozen)
        for known in self.misconceptions:
            likely = [one.id for one in recognise(tried[known.id], library, self.slot.name)]
            self.report.recognised_publicly += likely == [known.id]
            if likely != [known.id]:
                taken = f"taken for {likely[0]}" if likely else "not recognised"
                self.wrong(f"{known.id} is {taken} by the public checks")
        return tried

    def prove_checks(self, tried: Sequence[Tried]) -> None:
        """Each check that was run can fail: a misconception trips it."""
        for i, check in enumerate(self.checks):
            runs = [one[i][0] for one in tried]
            if runs and all(run.passed for run in runs):
                self.wrong(f"{check.name}: no misconception ever trips this check")

    # ---------------------------------------------------------------- what is right

    def prove_variant(self, known: KnownProgram, slots: Sequence[str]) -> bool:
        """It keeps its points, in its slot and in what builds on it."""
        with self.graders.program(sources_of(self.assignment, known)) as program:
            return all(self.keeps(program, known, slot) for slot in slots)

    def keeps(self, program: Program, known: KnownProgram, slot: str) -> bool:
        right = True
        for check in self.graders.checks[slot]:
            run = self.run(program, check)
            if run.failure is not None:
                where = "" if slot == self.slot.name else f" of {slot}"
                seed = f" with seed {self.graders.seed}"
                fact = run.failure.fact
                self.wrong(f"{known.id} is right and fails {check.name}{where}{seed}: {fact}")
                right = False
            elif slot == self.slot.name:
                self.note_right(run, known.id)
        return right

    def prove_seeds(self, seeds: Sequence[int]) -> None:
        """Variants, with many seeds, in one process each."""
        programs = {
            known.id: self.graders.program(sources_of(self.assignment, known))
            for known in self.variants
        }
        try:
            for seed in seeds:
                self.graders.reseed(seed)
                for known in self.variants:
                    programs[known.id].renew()
                    slots = [self.slot.name, *self.dependents]
                    self.report.runs += 1
                    self.report.kept_runs += all(
                        self.keeps(programs[known.id], known, slot) for slot in slots
                    )
        finally:
            for program in programs.values():
                program.close()

    # ---------------------------------------------------------------- carried forward

    def prove_carrying(self) -> None:
        """No misconception costs points in a slot that builds on its own, or in any other."""
        for known in self.misconceptions:
            self.prove_spared(known, everything=True)

    def prove_spared(self, known: KnownProgram, everything: bool = False) -> None:
        """A program that is wrong in this slot loses nothing in those that build on it."""
        others = [slot.name for slot in self.assignment.slots_of(self.slot.file)]
        others = [o for o in others if o != self.slot.name] if everything else self.dependents
        if not others:
            return
        with self.graders.program(sources_of(self.assignment, known)) as program:
            results = judge(self.graders, program, [self.slot.name, *others])
        if results[self.slot.name].verdict == Verdict.CORRECT:
            self.wrong(f"{known.id} is wrong and keeps its points\n{self.diff(known)}")
        for other in others:
            self.report.dependents += 1
            if results[other].verdict == Verdict.CORRECT:
                self.report.spared += 1
            else:
                self.wrong(f"{known.id} costs points in {other}: {_outcome(results[other])}")

    # ---------------------------------------------------------------- mutants and pairs

    def prove_mutants(self) -> None:
        """Every mutant is rejected, but those that are listed as equivalents."""
        listed = {
            (one.before, one.after): False
            for one in self.assignment.equivalents
            if one.slot == self.slot.name
        }
        for mutant in mutants(self.assignment, self.slot.name):
            key = (mutant.before, mutant.after)
            killed = self.kills(mutant.program)
            if key in listed:
                listed[key] = True
                self.report.equivalents += 1
                if killed:
                    self.wrong(f"a mutant is listed as equivalent, and is caught: {key[1]}")
                continue
            self.report.mutants += 1
            self.report.killed += killed
            if not killed:
                self.wrong(f"a mutant keeps its points\n{self.diff(mutant.program)}")
        for (_, after), seen in listed.items():
            if not seen:
                self.wrong(f"no mutant is like this equivalent any more: {after}")

    def kills(
        self,
        known: KnownProgram,
        left: dict[str, Check] | None = None,
        first: Collection[str] = (),
    ) -> bool:
        """Whether a program loses points in its slot: some check fails, whatever the stand-ins.

        The checks named `first` are run first. Checks that fail on the way leave `left`.
        """
        left = {} if left is None else left
        runs = []
        with self.graders.program(sources_of(self.assignment, known)) as program:
            for check in sorted(self.checks, key=lambda check: check.name not in first):
                run = self.run(program, check)
                if not run.passed:
                    left.pop(check.name, None)
                if run.failure is not None and self.fails(program, run):
                    return True
                runs.append([run])
        settled = with_effects(runs, self.graders.usual)
        caught = [run.check.name for [run] in settled if run.failure is not None]
        for name in caught:
            left.pop(name, None)
        return bool(caught)

    def prove_pairs(self) -> None:
        """Two misconceptions at once are named: one of them or both, never a third.

        Of a slot with many pairs, as many as MAX_PAIRS are drawn with the seed.
        """
        pairs = list(self.library.pairs(self.slot.name))
        drawn = random.Random(self.graders.seed).sample(pairs, min(len(pairs), MAX_PAIRS))
        for pair in drawn:
            tried = self.runs_of_pair(pair)
            if all(run.failure is None for [run] in tried):
                continue  # two mistakes that undo one another
            likely = {one.id for one in recognise(tried, self.library, self.slot.name)}
            self.report.pairs += 1
            self.report.recognised_pairs += bool(likely) and likely <= set(pair)
            if likely - set(pair):
                self.report.mislabelled += 1

    def runs_of_pair(self, pair: Made) -> Tried:
        with self.graders.program(self.library.sources(self.slot.name, pair)) as program:
            return self.runs(program)

    # ---------------------------------------------------------------- margins

    def note_right(self, run: CheckRun, who: str) -> None:
        if run.margin is not None and run.log.rtol is not None:
            margin = Margin(run.log.rtol, correct=run.margin, correct_by=who)
            self.report.note(run.check.name, margin)

    def note_wrong(
        self, runs: Sequence[CheckRun], known: KnownProgram, alone: bool = False
    ) -> None:
        """The check by check margins of a wrong program; of one in the last digits, the best.

        `alone` tells that these are not all runs, so that the best may be elsewhere, and that
        expected numbers may be rounded, so that nothing is learned from what passes.
        """
        best = 0.0
        for run in runs:
            by_size = run.margin is not None and run.log.rtol is not None
            if run.failure is not None and (not by_size or (run.margin or 0.0) <= 1.0):
                best = math.inf  # it is not the size of an error that is wrong
            elif run.margin is not None and run.log.rtol is not None:
                if run.failure is not None:
                    best = max(best, run.margin)
                near = run.failure is not None or (not alone and run.margin > 10.0**-DECADES)
                if near and not known.precision:
                    margin = Margin(run.log.rtol, wrong=run.margin, wrong_by=known.id)
                    self.report.note(run.check.name, margin)
        if 0.0 < best < 10.0**DECADES and not alone:
            self.wrong(f"{known.id} fails every check by less than {DECADES:g} decades")

    # ---------------------------------------------------------------- words

    def diff(self, known: KnownProgram) -> str:
        """What is changed, as a person reads it."""
        old = self.assignment.files[self.slot.file].text.splitlines()
        new = self.assignment.edited(known).splitlines()
        lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
        lines = [line for line in lines if not line.startswith("@@")]
        cut = ["      …"] if len(lines) > DIFF_LINES else []
        return "\n".join([*(f"      {line}" for line in lines[:DIFF_LINES]), *cut])


def _outcome(result: SlotResult) -> str:
    why = result.broken or (result.failure.fact if result.failure else "")
    check = next((c.name for c in result.checks if c.passed is False), "")
    where = f" ({check})" if check else ""
    return f"is {result.verdict}{where}: {why}" if why else f"is {result.verdict}"


# ------------------------------------------------------------------------------ broken on purpose


def _broken(assignment: Assignment, slot: Slot) -> Iterator[KnownProgram]:
    """Programs whose slot gives something of a wrong type or shape, or nothing."""
    file = assignment.files[slot.file]
    regions = [
        r for r in source.regions(file.text, file.name, assignment.slots) if r.slot == slot.name
    ]
    for name, code in (
        ("returns nothing", "pass"),
        ("raises", 'raise RuntimeError("broken")'),
        ("returns a text", 'return "nothing"'),
    ):
        yield KnownProgram(f"{slot.name} that {name}", slot.name, (), (code,) * len(regions))
    function = _function(file.text, slot.name)
    if function is None or len(regions) != 1:
        return
    body = "\n".join(source.answer_lines(file.text, file.name, assignment.slots)[slot.name])
    arguments = ", ".join(argument.arg for argument in function.args.args)
    inner = textwrap.indent(textwrap.dedent(body), "    ")
    right = f"def right({arguments}):\n{inner}\nresult = right({arguments})\n"
    for name, code in (
        ("adds an axis", "return result[None] if hasattr(result, 'shape') else [result]"),
        ("returns a list", "return result.tolist() if hasattr(result, 'tolist') else [*result, 0]"),
    ):
        yield KnownProgram(f"{slot.name} that {name}", slot.name, (), (right + code,))


def _function(text: str, slot: str) -> ast.FunctionDef | None:
    """The function or method that a slot is, or None where it is a class."""
    node: ast.AST | None = ast.parse(text)
    for part in slot.split("."):
        inside = list(ast.iter_child_nodes(node)) if node is not None else []
        node = next((n for n in inside if getattr(n, "name", None) == part), None)
    return node if isinstance(node, ast.FunctionDef) else None
