"""The likely cause of a failure, where the numbers are those of a known misconception.

Three rules are tried, one after the other:

1. One misconception gives the same numbers (to rounding) in all checks that fail, and passes and
   fails the very checks that the submission passes and fails. Where one of the two raises an
   exception at an edge, this counts for nothing if the other checks say enough.
2. Two misconceptions in one program do. Each of them leaves its trace: the checks that it fails
   by itself fail here.
3. One misconception gives most of the wrong numbers, and does nothing wrong that is right here.
   Such a cause is worded more weakly.

Several misconceptions that match leave the cause open.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from autograder.assignment.model import KnownProgram
from autograder.judging.certainty import Certainty
from autograder.judging.checks import CheckRun, SlotRuns
from autograder.judging.evidence import Case, FailedCheck, Trace, case_of, raises
from autograder.judging.fingerprints import Library, Mistakes

SAMPLE = 3  # checks that fail, in which all misconceptions are compared; the likely ones in all
MEMBERS = 16  # misconceptions of which pairs are made
FEW = 6  # misconceptions that are compared in all checks
EDGES = 3  # so many checks must agree for each in which an exception stands against an answer
ENOUGH, LEAD = 0.55, 0.3  # of the wrong parts, and before the next misconception


class Diagnosis(NamedTuple):
    """The one misconception, or the two in one program, that are likely; or none."""

    known: tuple[KnownProgram, ...] = ()
    certainty: Certainty = Certainty.EXACT


OPEN = Diagnosis()


def recognise(runs: SlotRuns, library: Library, slot: str) -> Diagnosis:
    """The likely cause of a slot's failures, by the answers without and with stand-ins."""
    cases = [case_of(runs, 0)]
    if any(len(attempts) > 1 for attempts in runs):
        cases.append(case_of(runs, -1))
    suspects = [Suspects(case, library, slot) for case in cases if case.failed or case.elsewhere]
    for rule in (one_mistake, two_mistakes, most_like):
        for some in suspects:
            found = rule(some)
            if found.known:
                return found
    return OPEN


class Suspects:
    """The misconceptions of a slot beside a case. What they answer is looked up when needed."""

    def __init__(self, case: Case, library: Library, slot: str) -> None:
        self.case = case
        self._library, self._slot = library, slot
        self._traces: dict[tuple[str, str], Trace] = {}
        self.ids = [id for (id,) in library.singles(slot)]

    def diagnosis(self, ids: Iterable[str], certainty: Certainty = Certainty.EXACT) -> Diagnosis:
        """The misconceptions with these ids, by the ids of their families."""
        known = [self._library.known(id) for id in ids]
        return Diagnosis(tuple(replace(one, id=one.mistake) for one in known), certainty)

    def family(self, id: str) -> str:
        """The id by which a misconception is named."""
        return self._library.known(id).mistake

    def sample(self, ids: Sequence[str]) -> list[FailedCheck]:
        """The first checks that fail, in which all of these misconceptions were run."""
        checks = self.case.failed[:SAMPLE]
        for check in checks:
            self._run(check, ids)
        return list(checks)

    def passing(self, ids: Sequence[str]) -> Sequence[str]:
        """The misconceptions that pass the first checks that pass here."""
        for name in self.case.passed[:SAMPLE]:
            answers = self._library.answers(self._slot, name, (), [(id,) for id in ids])
            ids = [id for id, theirs in zip(ids, answers, strict=True) if theirs is None]
        return ids

    def trace(self, id: str, check: FailedCheck) -> Trace:
        """What a misconception shows in a check that fails here."""
        if (id, check.name) not in self._traces:
            self._run(check, [id])
        return self._traces[id, check.name]

    def _run(self, check: FailedCheck, ids: Sequence[str]) -> None:
        new = [(id,) for id in ids if (id, check.name) not in self._traces]
        answers = self._library.answers(self._slot, check.name, check.run.stand_ins, new)
        for (id,), theirs in zip(new, answers, strict=True):
            self._traces[id, check.name] = check.trace(theirs)

    def fails(self, id: str) -> dict[str, bool]:
        """The checks that a misconception fails -> whether it raises an exception there."""
        found = self._library.fingerprint(self._slot, (), id)
        return {name: raises(theirs) for name, theirs in found.items() if theirs is not None}

    def identical(self, id: str) -> bool:
        """Whether all answers to the checks that fail are the same in whole."""
        for check in (*self.case.failed, *self.case.elsewhere):
            found = self._library.fingerprint(self._slot, check.run.stand_ins, id)
            if not check.identical(found.get(check.name)):
                return False
        return True

    def own(self) -> set[str]:
        """The names of the checks that fail here."""
        return {check.name for check in (*self.case.failed, *self.case.elsewhere)}

    def pairs(self, ids: Collection[str]) -> list[Mistakes]:
        """The pairs of these misconceptions whose answers the library knows."""
        return [pair for pair in self._library.pairs(self._slot) if set(pair) <= set(ids)]

    def matching(self, pairs: Sequence[Mistakes]) -> Sequence[Mistakes]:
        """The pairs that answer as this program does."""
        left = pairs
        for check in self.case.failed:
            if not left:
                return ()
            answers = self._library.answers(self._slot, check.name, check.run.stand_ins, left)
            traces = [check.trace(theirs) for theirs in answers]
            left = [pair for pair, trace in zip(left, traces, strict=True) if trace.agrees]
        for name in self.case.passed:
            if not left:
                return ()
            answers = self._library.answers(self._slot, name, (), left)
            left = [pair for pair, theirs in zip(left, answers, strict=True) if theirs is None]
        return left


# ------------------------------------------------------------------------------ one mistake


def one_mistake(suspects: Suspects) -> Diagnosis:
    """The one misconception whose numbers these are."""
    case, left = suspects.case, suspects.ids
    suspects.sample(left)
    for check in case.failed:
        if len(left) <= FEW and check not in case.failed[:SAMPLE]:
            break
        traces = {id: suspects.trace(id, check) for id in left}
        left = [id for id in left if traces[id].agrees or traces[id].crashes]
    edges = {id: _edges(suspects, id) for id in left}
    fewest = min((count for count in edges.values() if count is not None), default=0)
    left = [id for id in left if edges[id] == fewest]
    if len({suspects.family(id) for id in left}) > 1:
        left = [id for id in left if suspects.identical(id)]
    if len({suspects.family(id) for id in left}) != 1:
        return OPEN
    return suspects.diagnosis(left[:1])


def _edges(suspects: Suspects, id: str) -> int | None:
    """In how many checks an exception stands against an answer, where all others are alike.

    None where a misconception passes or fails another check, or with other numbers, or where so
    many exceptions leave too little that agrees. Exceptions alone must agree in every word.
    """
    case, fails = suspects.case, suspects.fails(id)
    if not {check.name for check in case.elsewhere} <= fails.keys():
        return None
    if any(name in fails and not fails[name] for name in case.passed):
        return None
    traces = [(check, suspects.trace(id, check)) for check in case.failed]
    agree = sum(trace.agrees for _, trace in traces)
    if any(not (trace.agrees or trace.crashes) for _, trace in traces):
        return None
    edges = len(traces) - agree + sum(name in fails for name in case.passed)
    if any(check.has_numbers(trace) for check, trace in traces):
        return edges if agree >= EDGES * edges else None
    return 0 if edges == 0 and suspects.identical(id) else None


# ------------------------------------------------------------------------------ two mistakes


def two_mistakes(suspects: Suspects) -> Diagnosis:
    """The two misconceptions in one program that give these numbers.

    Where they meet in no result, their numbers are put together; where they do, the pairs whose
    answers the library knows are tried. Where several pairs give these numbers, the
    misconceptions that all of them contain are named.
    """
    ids = _possible_members(suspects)
    found = list(_put_together(suspects, [id for id in ids if _does_no_more(suspects, id)]))
    if not found and any(check.any_numbers for check in suspects.case.failed):
        found = list(suspects.matching(suspects.pairs(ids)))
    return suspects.diagnosis(_common(found))


def _possible_members(suspects: Suspects) -> list[str]:
    """The misconceptions that fail nothing that passes here; where they are many, the likeliest."""
    ids = suspects.passing(suspects.ids)
    if len(ids) > MEMBERS:
        sample = suspects.sample(ids)
        ids = sorted(ids, key=lambda id: -_share(suspects, id, sample))[:MEMBERS]
    own = suspects.own()
    return [id for id in ids if suspects.fails(id).keys() <= own]


def _put_together(suspects: Suspects, ids: Sequence[str]) -> Iterator[Mistakes]:
    """The pairs whose numbers, put together, are those of the program."""
    checks = suspects.case.failed
    if not checks:
        return
    elsewhere = {check.name for check in suspects.case.elsewhere}
    wrong = np.concatenate([check.wrong for check in checks])
    same = {
        id: np.concatenate([suspects.trace(id, check).same for check in checks]) & wrong
        for id in ids
    }
    for first, second in itertools.combinations([id for id in ids if suspects.fails(id)], 2):
        a, b = same[first], same[second]
        fails = suspects.fails(first).keys() | suspects.fails(second).keys()
        each = [_leaves_its_trace(suspects, *pair) for pair in ((first, second), (second, first))]
        if not (a.any() and b.any()) or suspects.family(first) == suspects.family(second):
            continue
        if ((a | b) == wrong).all() and all(each) and elsewhere <= fails:
            yield first, second


def _leaves_its_trace(suspects: Suspects, id: str, other: str) -> bool:
    """Whether a misconception explains something here that another one does not."""
    elsewhere = {check.name for check in suspects.case.elsewhere}
    if elsewhere & suspects.fails(id).keys() - suspects.fails(other).keys():
        return True
    for check in suspects.case.failed:
        ours, theirs = suspects.trace(id, check), suspects.trace(other, check)
        effects = check.forbidden & ours.same & ~theirs.same
        if (ours.same & ~theirs.same & check.numbers).any() or effects.any():
            return True
    return False


def _does_no_more(suspects: Suspects, id: str) -> bool:
    """Whether all that a misconception does wrong is wrong here, too."""
    return all(
        not (suspects.trace(id, check).wrong & ~check.wrong).any() for check in suspects.case.failed
    )


def _contradicts(suspects: Suspects, id: str) -> bool:
    """Whether a misconception gives other wrong numbers."""
    return any(check.contradicts(suspects.trace(id, check)) for check in suspects.case.failed)


def _common(pairs: Sequence[Mistakes]) -> list[str]:
    """The ids that all pairs contain."""
    if not pairs:
        return []
    return [id for id in pairs[0] if all(id in pair for pair in pairs)]


# ------------------------------------------------------------------------------ most like


def most_like(suspects: Suspects) -> Diagnosis:
    """The one misconception that gives most of the wrong numbers, and does no more."""
    sample = suspects.sample(suspects.ids)
    if not sample:
        return OPEN
    by_sample = {id: _share(suspects, id, sample) for id in suspects.ids}
    ids = sorted(by_sample, key=lambda id: -by_sample[id])[:FEW]
    ids = [id for id in ids if by_sample[id] > 0]
    shares = {id: _share(suspects, id, suspects.case.failed) for id in ids}
    if not shares:
        return OPEN
    best = max(shares, key=lambda id: shares[id])
    family = suspects.family(best)
    others = [share for id, share in shares.items() if suspects.family(id) != family]
    next_best = max(others, default=0.0)
    if shares[best] < ENOUGH or shares[best] - next_best < LEAD:
        return OPEN
    numbers = any(check.has_numbers(suspects.trace(best, check)) for check in suspects.case.failed)
    if not numbers or not suspects.fails(best).keys() <= suspects.own():
        return OPEN
    if not _does_no_more(suspects, best) or _contradicts(suspects, best):
        return OPEN
    return suspects.diagnosis([best], Certainty.LOOKS_LIKE)


def _share(suspects: Suspects, id: str, checks: Sequence[FailedCheck]) -> float:
    """The share of the wrong parts that a misconception gives, too: the mean over checks."""
    shares = [
        (suspects.trace(id, check).same & check.wrong).sum() / max(check.wrong.sum(), 1)
        for check in checks
    ]
    return float(np.mean(shares)) if shares else 0.0


# ------------------------------------------------------------------------------ all checks


def ladder(runs: Sequence[CheckRun]) -> Iterator[str]:
    """Sentences that say for which sizes a parametrized check is right and for which wrong."""
    groups: dict[tuple[str, str], list[tuple[int, bool]]] = {}
    for run in runs:
        if len(run.check.params) == 1 and not run.skipped and not run.broken:
            ((name, value),) = run.check.params.items()
            if isinstance(value, int):  # a size; of other numbers it would say little
                groups.setdefault((run.check.base, name), []).append((value, run.passed))
    for (_, name), entries in groups.items():
        entries.sort()
        right = [value for value, passed in entries if passed]
        wrong = [value for value, passed in entries if not passed]
        if not right or not wrong:
            continue
        sizes = ", ".join(map(str, right))
        if max(right) < min(wrong):
            yield f"right for {name} = {sizes}; wrong from {name} = {min(wrong)} on"
        else:
            yield f"right for {name} = {sizes}; wrong for {', '.join(map(str, wrong))}"
