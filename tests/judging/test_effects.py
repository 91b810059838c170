"""Side effects of any call fail the check that forbids them."""

from __future__ import annotations

from dataclasses import replace

from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer, Call, Comparison, LeavesGlobalsAlone, Log, Unmodified
from autograder.judging.checks import Check, CheckRun
from autograder.judging.effects import Effect, EffectKind, effects, with_effects
from autograder.judging.failure import Failure
from autograder.judging.verdict import Verdict


def run(name: str, answer: Answer, *comparisons: Comparison) -> CheckRun:
    check = Check("double", name, f"does {name}", False, "right", {}, None)
    call = Call(Function("student", "double"), (), {}, answer)
    return CheckRun(check, (), None, Log([call], list(comparisons)))


CLEAN = run("clean", Answer(1), Unmodified(0), LeavesGlobalsAlone(0, but=("numpy",)))
WRITES = run("large", Answer(1, mutated=("x", "x")))
SEEDS = run("random", Answer(1, touched=("numpy", "torch")))


def test_effects_are_those_of_all_calls() -> None:
    assert list(effects(WRITES)) == [Effect(EffectKind.ARGUMENT, "x")] * 2
    assert {effect.kind for effect in effects(SEEDS)} == {EffectKind.GLOBAL}


def test_an_effect_elsewhere_fails_the_check_that_forbids_it() -> None:
    (judged,), other = with_effects([[CLEAN], [WRITES]], lambda check: ())
    assert judged.failure is not None
    assert judged.failure.fact == "the call changed its argument x"
    assert judged.failure.details[-1] == "seen where it does large"
    assert judged.elsewhere
    assert other == [WRITES]


def test_what_the_comparison_or_the_reference_allows_fails_nothing() -> None:
    (judged,), _ = with_effects([[CLEAN], [SEEDS]], lambda check: ())
    assert judged.failure is not None
    assert judged.failure.fact == "the call changed the global torch"
    (judged,), _ = with_effects([[CLEAN], [SEEDS]], lambda check: {"torch"})
    assert judged == CLEAN


def test_only_the_last_attempt_counts() -> None:
    (judged,), _ = with_effects([[CLEAN], [WRITES, CLEAN]], lambda check: ())
    assert judged.passed


def test_a_changed_argument_is_told_before_the_value_that_it_spoiled() -> None:
    failure = Failure(Verdict.WRONG, "loss is wrong", expected="1.0", got="2.0")
    spoiled = replace(run("step", Answer(2.0, mutated=("y",))), failure=failure)
    _, (judged,) = with_effects([[CLEAN], [spoiled]], lambda check: ())
    assert judged.failure is not None
    assert judged.failure.fact == "the call changed its argument y"
    assert judged.failure.details == ("after that, loss is wrong",)
    assert (judged.failure.expected, judged.failure.got) == ("1.0", "2.0")
    assert with_effects([[spoiled]], lambda check: ()) == [[spoiled]]  # nothing forbids it
    _, (judged,) = with_effects([[CLEAN], [spoiled]], lambda check: {"y"})
    assert judged == spoiled
