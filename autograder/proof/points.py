"""Whether programs get the points they deserve: references all, stubs none, wrong ones fewer."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from autograder.assignment.model import KnownProgram
from autograder.judging.answers import Same
from autograder.judging.checks import SlotRuns
from autograder.judging.effects import with_effects
from autograder.judging.judgement import SlotResult, judge
from autograder.judging.program import Program
from autograder.judging.verdict import Verdict
from autograder.proof.mutation import mutants
from autograder.proof.slot_proof import SlotProof
from autograder.proof.soundness import prove_soundness


def prove_reference(proof: SlotProof) -> bool:
    """The reference gets all points."""
    with proof.hidden.program(proof.assignment.reference()) as program:
        result = judge(proof.hidden, program, [proof.slot.name])[proof.slot.name]
        proof.report.seconds = program.spent(proof.slot.name)
        if result.verdict != Verdict.CORRECT:
            broken = [proof.hidden.run(program, check).broken for check in proof.checks]
            sentences = dict.fromkeys(filter(None, broken))
            for sentence in sentences or [f"the reference {_outcome(result)}"]:
                proof.problem(sentence)
            return False
        for check in proof.checks:
            run = proof.run(program, check)
            proof.note_right(run, "the reference")
            for comparison in run.log.comparisons:
                if isinstance(comparison, Same) and comparison.lookalikes is not None:
                    list(comparison.lookalikes())  # raises an error if they cannot be computed
        return prove_soundness(proof, program)


def prove_stub(proof: SlotProof) -> None:
    """The stub gets no points and the verdict "not started"."""
    file, slot = proof.slot.file, proof.slot.name
    with proof.hidden.program({file: proof.assignment.stubs()[file]}) as program:
        result = judge(proof.hidden, program, [slot])[slot]
    if result.verdict != Verdict.NOT_STARTED or result.score != 0:
        proof.problem(f"the stub {_outcome(result)}")


def prove_misconception(proof: SlotProof, known: KnownProgram) -> SlotRuns:
    """A misconception loses points in its slot. Returns one run of each check."""
    with proof.program(known) as program:
        runs = proof.run_all(program)
        failed = [run for [run] in runs if run.failure is not None]
        caught = any(proof.fails_with_stand_ins(program, run) for run in failed)
    proof.report.caught += caught
    if not caught:
        proof.keeps_its_points(known)
    proof.note_wrong([run for [run] in runs], known)
    proof.library.remember(known, runs)
    return runs


def loses_points(proof: SlotProof, known: KnownProgram) -> bool:
    """Whether some check fails for a program, whatever the stand-ins; no more checks are run."""
    runs = []
    with proof.program(known) as program:
        for check in proof.checks:
            run = proof.run(program, check)
            if run.failure is not None and proof.fails_with_stand_ins(program, run):
                return True
            runs.append([run])
    judged = with_effects(runs, proof.hidden.reference_effects)
    return any(run.failure is not None for [run] in judged)


def prove_mutants(proof: SlotProof) -> None:
    """Every mutant loses points, but for those that are listed as equivalents."""
    listed = {
        (mutant.before, mutant.after): False
        for mutant in proof.assignment.equivalents
        if mutant.slot == proof.slot.name
    }
    for mutant in mutants(proof.assignment, proof.slot.name):
        key = (mutant.before, mutant.after)
        killed = loses_points(proof, mutant.program)
        if key in listed:
            listed[key] = True
            proof.report.equivalents += 1
            if killed:
                proof.problem(f"a mutant is listed as equivalent, and is caught: {key[1]}")
            continue
        proof.report.mutants += 1
        proof.report.killed += killed
        if not killed:
            proof.problem(f"a mutant keeps its points\n{proof.diff(mutant.program)}")
    for (_, after), seen in listed.items():
        if not seen:
            proof.problem(f"no mutant is like this equivalent any more: {after}")


def prove_variant(proof: SlotProof, known: KnownProgram, slots: Sequence[str]) -> None:
    """A variant keeps its points in the given slots."""
    with proof.program(known) as program:
        proof.report.kept += all(_keeps(proof, program, known, slot) for slot in slots)


def prove_seeds(proof: SlotProof, seeds: Sequence[int]) -> None:
    """Variants keep their points with each of many seeds."""
    slots = [proof.slot.name, *proof.dependents]
    with contextlib.ExitStack() as stack:
        programs = [(known, stack.enter_context(proof.program(known))) for known in proof.variants]
        for seed in seeds:
            with proof.hidden.seeded(seed):
                for known, program in programs:
                    program.renew()
                    proof.report.runs += 1
                    proof.report.kept_runs += all(
                        _keeps(proof, program, known, slot) for slot in slots
                    )


def _keeps(proof: SlotProof, program: Program, known: KnownProgram, slot: str) -> bool:
    """Whether a variant passes all checks of a slot; each that fails is reported."""
    right = True
    for check in proof.hidden.checks[slot]:
        run = proof.run(program, check)
        if run.failure is not None:
            where = "" if slot == proof.slot.name else f" of {slot}"
            seed = f" with seed {proof.hidden.seed}"
            fact = run.failure.fact
            proof.problem(f"{known.id} is right and fails {check.name}{where}{seed}: {fact}")
            right = False
        elif slot == proof.slot.name:
            proof.note_right(run, known.id)
    return right


def prove_spared(proof: SlotProof, known: KnownProgram, others: Sequence[str]) -> None:
    """A program that is wrong in this slot loses points here, and none in the others."""
    if not others:
        return
    slot = proof.slot.name
    with proof.program(known) as program:
        results = judge(proof.hidden, program, [slot, *others])
    if results[slot].verdict == Verdict.CORRECT:
        proof.keeps_its_points(known)
    for other in others:
        proof.report.dependents += 1
        if results[other].verdict == Verdict.CORRECT:
            proof.report.spared += 1
        else:
            proof.problem(f"{known.id} costs points in {other}: {_outcome(results[other])}")


def _outcome(result: SlotResult) -> str:
    why = result.broken or (result.failure.fact if result.failure else "")
    check = next((c.name for c in result.checks if c.passed is False), "")
    where = f" ({check})" if check else ""
    return f"is {result.verdict}{where}: {why}" if why else f"is {result.verdict}"
