"""From checks to verdicts and points, with a toy assignment and real processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.course.student_file import Reason, Unreadable
from autograder.hidden.collection import collect
from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.client import Code, Worker
from autograder.isolation.pool import Workers
from autograder.judging.judgement import SlotResult, judge

ONES = np.ones(2)
Judge = Callable[..., dict[str, SlotResult]]


@pytest.fixture
def judged(toy_course: Path, workers: Workers) -> Judge:
    """Judge a student's file by the toy as its files are then."""

    def run(text: str | Unreadable, slots: list[str] | None = None) -> dict[str, SlotResult]:
        sources = {"moves.py": text if isinstance(text, Unreadable) else text.encode()}
        toy = reader.load("toy", toy_course)
        checks = HiddenChecks(toy, workers, collect(toy), seed=3)
        with checks, KnownPrograms(checks) as known, checks.program(sources) as program:
            return judge(checks, program, slots or list(toy.slots), known)

    return run


def verdicts(results: dict[str, SlotResult]) -> dict[str, str]:
    return {name: result.verdict for name, result in results.items()}


def test_the_reference_gets_everything(judged: Judge, toy_reference: str) -> None:
    results = judged(toy_reference)
    assert set(verdicts(results).values()) == {"correct"}
    assert sum(result.score or 0 for result in results.values()) == 9
    assert not any(result.carried_forward for result in results.values())


def test_the_stub_earns_zero_and_says_not_started(judged: Judge, toy: Assignment) -> None:
    results = judged(toy.stubs()["moves.py"].decode())
    assert set(verdicts(results).values()) == {"not_started"}
    assert all(result.score == 0 for result in results.values())
    assert results["double"].line == 9


def test_points_are_shared_by_weight(judged: Judge, toy_reference: str) -> None:
    results = judged(toy_reference.replace("return x + x", "return 3 * x"))
    assert results["double"].score == 1.0  # of 4; the check that fails weighs 3 of 4
    assert results["double"].misconception == "D1_triples"
    assert results["double"].cause == "x is counted three times"


def test_all_or_nothing_is(judged: Judge, toy_reference: str) -> None:
    text = toy_reference.replace("np.add(position, step)", "np.add(self.start, step)")
    walk = judged(text)["Walker.walk"]
    assert walk.score == 0.0
    assert [check.passed for check in walk.checks] == [True, True, False, False, True, None]
    assert walk.facts == ("right for T = 0, 1; wrong from T = 3 on",)
    assert walk.misconception == "W1_stands"


def test_a_mistake_costs_its_own_slot_only(judged: Judge, toy_reference: str) -> None:
    for wrong in ("3 * x", "x[:1]", "None", "undefined", "x.shape", "np.exit()"):
        results = judged(toy_reference.replace("return x + x", f"return {wrong}"))
        assert results["double"].verdict in ("wrong", "error")
        assert results["quadruple"].verdict == "correct"
        assert results["quadruple"].carried_forward
        assert results["quadruple"].score == 2


@pytest.mark.parametrize(
    ("body", "verdict"),
    [("while True: pass", "timeout"), ("import os; os._exit(0)", "crash")],
)
def test_a_slot_that_ends_the_process_costs_that_slot(
    judged: Judge, toy_reference: str, body: str, verdict: str
) -> None:
    results = judged(toy_reference.replace("return x + x", body))
    assert verdicts(results) == {
        "double": verdict,
        "quadruple": "correct",
        "Walker.walk": "correct",
    }


def test_right_without_the_other_slot_is_right(judged: Judge, toy_reference: str) -> None:
    text = toy_reference.replace("double(double(x))", "4 * x").replace("x + x", "x - x")
    results = judged(text)
    assert results["quadruple"].verdict == "correct"
    assert not results["quadruple"].carried_forward


def test_wrong_is_wrong_with_and_without_stand_ins(judged: Judge, toy_reference: str) -> None:
    text = toy_reference.replace("double(double(x))", "double(x)")
    assert judged(text)["quadruple"].misconception == "Q1_doubles"
    both = judged(text.replace("x + x", "3 * x"))
    assert both["double"].misconception == "D1_triples"
    assert both["quadruple"].misconception == "Q1_doubles"
    assert both["quadruple"].verdict == "wrong"


def test_an_unknown_mistake_gets_no_label(judged: Judge, toy_reference: str) -> None:
    result = judged(toy_reference.replace("return x + x", "return 2.5 * x"))["double"]
    assert (result.verdict, result.misconception, result.cause) == ("wrong", None, "")


@pytest.mark.parametrize(
    ("text", "verdict", "fact"),
    [
        ("def double(x:\n", "error", "moves.py is not valid Python: "),
        ("1 / 0\n", "error", "importing moves.py raised ZeroDivisionError"),
        ("import os\nos._exit(1)\n", "crash", "the process ended while loading the file"),
        ("x = 1\n", "missing", "moves.py has no double"),
        ("def double(x): return x + x\n", "correct", ""),
    ],
)
def test_what_a_file_does_at_import_costs_its_slots(
    judged: Judge, text: str, verdict: str, fact: str
) -> None:
    result = judged(text, ["double"])["double"]
    assert result.verdict == verdict
    assert (result.failure.fact if result.failure else "").startswith(fact)


def test_a_forbidden_function_earns_nothing(judged: Judge, toy_reference: str) -> None:
    text = toy_reference.replace("position = self.start", "np.cumsum([1]); position = self.start")
    walk = judged(text)["Walker.walk"]
    assert (walk.verdict, walk.score) == ("forbidden", 0.0)
    assert walk.failure is not None
    assert walk.failure.fact == "it uses numpy.cumsum, which this slot may not use"
    assert walk.line == text[: text.index("np.cumsum")].count("\n") + 1


@pytest.mark.parametrize("first", [2**30, 0])
def test_a_line_that_the_file_lacks_is_not_told(
    judged: Judge, toy_reference: str, first: int
) -> None:
    forged = (
        f"exec(compile('1 / 0', 'moves.py', 'exec').replace(co_firstlineno={first}))\n"
        "    return x + x"
    )
    text = toy_reference.replace("return x + x", forged)
    assert text != toy_reference
    double = judged(text, ["double"])["double"]
    assert double.verdict == "error"
    assert double.line is not None
    assert 1 <= double.line <= text.count("\n") + 1


def test_a_grader_that_fails_is_never_a_students_zero(
    toy_course: Path, judged: Judge, toy_reference: str
) -> None:
    graders = toy_course / "solutions/toy/moves/test_quadruple.py"
    text = graders.read_text()
    graders.write_text(text.replace('"""quadruples"""', '"""quadruples"""\n    1 / 0', 1))
    results = judged(toy_reference)
    assert verdicts(results) == {
        "double": "correct",
        "quadruple": "ungraded",
        "Walker.walk": "correct",
    }
    assert results["quadruple"].score is None
    assert "ZeroDivisionError" in results["quadruple"].broken


def test_a_file_the_grader_cannot_read_is_ungraded(judged: Judge) -> None:
    results = judged(Unreadable(Reason.GRADER, "moves.py cannot be read by the grader"))
    assert set(verdicts(results).values()) == {"ungraded"}


def test_the_same_seed_gives_the_same_results(judged: Judge, toy_reference: str) -> None:
    text = toy_reference.replace("return x + x", "return 2.5 * x")
    assert judged(text)["double"] == judged(text)["double"]


def test_an_endless_import_is_waited_for_once(
    judged: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.isolation.client.LOAD_SECONDS", 0.5)
    loads = []
    load = Worker.load

    def counted(self: Worker, code: Code) -> object:
        loads.append(code.file)
        return load(self, code)

    monkeypatch.setattr(Worker, "load", counted)
    assert set(verdicts(judged("while True: pass\n")).values()) == {"timeout"}
    assert loads == ["moves.py"]  # the student's, once; the reference was never asked


def test_a_deleted_slot_is_missing_also_behind_a_probe(judged: Judge, toy_reference: str) -> None:
    results = judged(toy_reference.replace("def walk(", "def run("))
    assert results["Walker.walk"].verdict == "missing"
    assert results["double"].verdict == "correct"


@pytest.mark.parametrize("file", ["probes.py", "stand_ins.py"])
def test_staff_code_that_fails_is_never_a_students_crash(
    toy_course: Path, judged: Judge, toy_reference: str, file: str
) -> None:
    (toy_course / "solutions/toy/moves" / file).write_text("import nothing_of_this_name\n")
    results = judged(toy_reference.replace("x + x", "2.5 * x"))
    assert results["quadruple"].verdict == "ungraded"
    assert "nothing_of_this_name" in results["quadruple"].broken
    if file == "stand_ins.py":  # needed for nothing else
        assert results["double"].verdict == "wrong"
        assert results["Walker.walk"].verdict == "correct"


def test_a_setting_made_at_import_does_not_outlast_it(judged: Judge, toy_reference: str) -> None:
    text = toy_reference + "\nnp.seterr(all='raise')\n"
    text = text.replace("return x + x", "np.float64(1) / np.float64(0)\n    return x + x")
    assert judged(text)["double"].verdict == "correct"


def test_the_reference_computes_each_result_once(hidden: HiddenChecks, toy_reference: str) -> None:
    counts = []
    for _ in range(3):
        with hidden.program({"moves.py": toy_reference.encode()}) as program:
            judge(hidden, program, list(hidden.checks))
        counts.append(hidden.reference.computed)
    first, *later = counts
    assert first == 7  # the checks that compare with the reference, a length each
    assert later == [first, first]


def test_an_argument_changed_in_any_call_fails_the_check_that_forbids_it(
    judged: Judge, toy_reference: str
) -> None:
    """`argument` calls with one axis, `twice_two` with two: the values are right in both."""
    hidden = "y = x + x\n    if x.ndim == 2:\n        x[:] = 0\n    return y"
    results = judged(toy_reference.replace("return x + x", hidden))
    double = results["double"]
    assert [check.passed for check in double.checks] == [True, False]
    assert double.score == 3.0  # of 4; the check that forbids it weighs 1 of 4
    assert double.failure is not None
    assert double.failure.fact == "the call changed its argument x"
    assert double.failure.details[-1] == "seen where it doubles"
    assert results["quadruple"].verdict == "correct"


def test_an_argument_that_another_slot_changes_costs_that_slot(
    judged: Judge, toy_reference: str
) -> None:
    results = judged(toy_reference.replace("return x + x", "x += x\n    return x"))
    assert results["double"].misconception == "D2_overwrites"
    assert results["quadruple"].verdict == "correct"


def test_two_mistakes_at_once_are_both_named(judged: Judge, toy_reference: str) -> None:
    text = toy_reference.replace("np.add(position, step)", "np.add(self.start, step)")
    walk = judged(text.replace("positions = []", "positions = [self.start]"))["Walker.walk"]
    assert (walk.misconception, walk.second_misconception) == (
        "W1_stands",
        "W2_starts_with_the_start",
    )
    assert walk.cause == "every step begins at the start; and the start is among the positions"
    asked = ("Where does the second step begin?", "How many positions are there after no step?")
    assert walk.hint == " ".join(asked)


@pytest.mark.parametrize("returned", ["(x, x)", "(x, (x, x))", "{1: x, 2: x}", "[x, [x]]"])
def test_an_answer_of_another_structure_is_wrong_and_not_the_graders_failure(
    judged: Judge, toy_reference: str, toy_course: Path, returned: str
) -> None:
    toml = toy_course / "solutions/toy/moves/double.toml"
    with toml.open("a") as file:
        for i, wrong in enumerate(("(x, x, x)", "{1: x, 3: x}", "[x] * 4")):
            file.write(f'\n[[misconceptions]]\nid = "D{i + 4}"\nfind = "x + x"\n')
            file.write(f'replace = "{wrong}"\ncause = "a"\nhint = "b"\n')
    text = toy_reference.replace("return x + x", f"return {returned}")
    result = judged(text, ["double"])["double"]
    assert (result.verdict, result.misconception) == ("wrong", None)
