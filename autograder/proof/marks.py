"""Whether marks are fair: what each misconception keeps of its slot's points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.assignment.model import KnownProgram, Slot
from autograder.judging.checks import SlotRuns
from autograder.judging.judgement import judge
from autograder.judging.rubric import DemandResult, counted_share, score_demands, total
from autograder.proof.malformed_programs import malformed_programs
from autograder.proof.slot_proof import MarkAlone, SlotProof
from autograder.proof.slot_report import Mark

MOVES = 0.05  # of the points: by how much the seed or another slot's mistake may move a mark
MORE = 0.01  # of the points, beyond rounding: what another mistake may add by chance


def note_mark(proof: SlotProof, known: KnownProgram, runs: SlotRuns) -> None:
    """A misconception's mark lies in its band; `runs` has one run of each check."""
    _note(proof, known, score_demands(proof.slot, [run for [run] in runs]))


def prove_marks(proof: SlotProof, seeds: Sequence[int]) -> None:
    """Marks lie in their bands, whatever the seed, and whatever is wrong in other slots."""
    for known in proof.misconceptions:
        with proof.program(known) as program:
            shares: dict[int, float] = {}
            for seed in seeds:
                with proof.hidden.seeded(seed):
                    program.renew()
                    result = judge(proof.hidden, program, [proof.slot.name])[proof.slot.name]
                shares[seed] = _share(proof.slot, result.demands)
                if seed == seeds[0]:
                    _note(proof, known, result.demands)
        least, most = (pick(seeds, key=shares.__getitem__) for pick in (min, max))
        if shares[most] - shares[least] > MOVES:
            proof.problem(
                f"{known.id} keeps {shares[least]:.0%} of the points with seed {least} "
                f"and {shares[most]:.0%} with seed {most}"
            )
        _prove_beside_wrong_ones(proof, known, shares[seeds[0]])


def prove_superset(proof: SlotProof, pair: Sequence[str], runs: SlotRuns) -> None:
    """Of two mistakes at once, the mark is no better than that of either.

    Where one of them hides the other, so that more of a check is right than with one alone, there
    is nothing to compare.
    """
    both = _alone(proof.slot, runs)
    for id in pair:
        if id not in proof.alone:
            with proof.program(proof.library.known(id)) as program:
                proof.alone[id] = _alone(proof.slot, proof.run_all(program))
    alone = {id: proof.alone[id] for id in pair}
    if any(both.checks[name] > one.checks[name] for one in alone.values() for name in one.checks):
        return
    for id, one in alone.items():
        if both.share > one.share + MORE + 0.01 * len(proof.slot.demands) / proof.slot.points:
            proof.problem(
                f"{' and '.join(pair)} together keep {both.share:.0%} of the points, "
                f"and {id} alone {one.share:.0%}"
            )


def _note(proof: SlotProof, known: KnownProgram, demands: Sequence[DemandResult]) -> None:
    scores = tuple((one.demand.name, one.score, one.demand.points) for one in demands)
    share = _share(proof.slot, demands)
    mark = Mark(proof.slot.name, known.id, known.cause, known.keeps, share, scores)
    proof.report.marks.append(mark)
    if known.keeps is None or mark.is_fair:
        return
    least, most = known.keeps.band
    proof.problem(
        f'{known.id} keeps {share:.0%} of the points, and keeps = "{known.keeps}" means '
        f"{least:.0%} to {most:.0%}: {mark.rubric}"
    )


def _share(slot: Slot, demands: Sequence[DemandResult]) -> float:
    return round(total(demands) / slot.points, 4)


def _alone(slot: Slot, runs: SlotRuns) -> MarkAlone:
    first = [run for [run] in runs]
    checks = {run.check.name: counted_share(slot, run) for run in first}
    return MarkAlone(_share(slot, score_demands(slot, first)), checks)


def _prove_beside_wrong_ones(proof: SlotProof, known: KnownProgram, share: float) -> None:
    """A misconception keeps the same beside wrong programs in the slots that it builds on."""
    slot = proof.slot.name
    for other in proof.slot.builds_on:
        for neighbour in _wrong_programs(proof, other):
            with proof.program(known, neighbour) as program:
                results = judge(proof.hidden, program, [other, slot])
            beside = _share(proof.slot, results[slot].demands)
            if abs(beside - share) > MOVES:
                proof.problem(
                    f"{known.id} keeps {share:.0%} of the points, and {beside:.0%} beside "
                    f"{neighbour.id}"
                )


def _wrong_programs(proof: SlotProof, slot: str) -> Iterator[KnownProgram]:
    """Two programs that are wrong in a slot: one of its misconceptions, and one of no use."""
    yield from [known for known in proof.assignment.misconceptions if known.slot == slot][:1]
    yield next(malformed_programs(proof.assignment, proof.assignment.slots[slot]))
