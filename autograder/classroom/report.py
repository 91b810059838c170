"""The class report: `index.html`, a page a student and `marking.html`, from the result files.

This module counts and sorts; all words are in `templates/`. Whatever came from a student is
escaped there, and the pages' own style and script are all that a browser may load or run.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from autograder.assignment.model import Assignment, KnownProgram
from autograder.classroom.results import page_file, points
from autograder.judging.difference import RTOL
from autograder.judging.verdict import Verdict

BINS = 10
BARS = tuple(dict.fromkeys(verdict.bar for verdict in Verdict))
ATTENTION = (Verdict.UNGRADED, Verdict.TIMEOUT, Verdict.CRASH, Verdict.FORBIDDEN, "near", "files")


@dataclass(frozen=True)
class Page:
    """A student: the name to show, the name of the page's file, and what was graded.

    `link` is the page as seen from its own folder, `tests` are the result's, by slot.
    """

    name: str
    file: str
    link: str
    result: Mapping[str, Any]
    tests: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Matter:
    """Something that a person should look at. `checks` are those near a tolerance."""

    kind: str
    page: Page
    slots: tuple[str, ...] = ()
    why: str = ""
    checks: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Bar:
    """A part of a bar, in percent of its length."""

    kind: str
    start: float
    length: float


@dataclass(frozen=True)
class SlotRow:
    """How a slot went in the class. `mean` is of those who are graded."""

    name: str
    points: float
    counts: Mapping[str, int]
    carried: int
    mean: float | None
    bars: tuple[Bar, ...]


def texts(
    results: Mapping[str, Mapping[str, Any]], assignment: Assignment
) -> dict[str, Callable[[], str]]:
    """file -> what makes its text, for the pages of results, by file name."""
    pages = [_page(name, result) for name, result in results.items()]
    template = _environment().get_template
    found: dict[str, Callable[[], str]] = {"index.html": lambda: _index(pages, assignment)}
    for i, page in enumerate(pages):
        found[f"students/{page.file}"] = functools.partial(
            template("student.html").render,
            assignment=assignment,
            page=page,
            before=pages[i - 1] if i else None,
            after=pages[i + 1] if i + 1 < len(pages) else None,
        )
    if assignment.questions:
        found["marking.html"] = lambda: template("marking.html").render(assignment=assignment)
    return found


def _index(pages: Sequence[Page], assignment: Assignment) -> str:
    scores = [page.result["score"] for page in pages if page.result["score"] is not None]
    matters = attention(pages)
    return (
        _environment()
        .get_template("index.html")
        .render(
            assignment=assignment,
            pages=pages,
            ungraded=len(pages) - len(scores),
            quartiles=quartiles(scores),
            bins=histogram(scores, assignment.points),
            slots=[slot_row(name, pages, assignment) for name in assignment.slots],
            ranking=ranking(pages, assignment),
            matters=matters,
            people=len({matter.page.file for kind in matters.values() for matter in kind}),
            changes=[
                (page, c) for page in pages for c in page.result["extra_data"].get("changed", [])
            ],
            conditions={key: distinct(pages, key) for key in ("seed", "isolation", "versions")},
            rtol=RTOL,
        )
    )


def feedback(test: Mapping[str, Any], notes: Sequence[str]) -> str:
    """What nbgrader's pages show of a slot: an entry of the result file, as HTML."""
    return _environment().get_template("feedback.html").render(test=test, notes=notes)


@functools.cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("autograder.classroom", "templates")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": points, "checks_list": checks_list}
    environment.filters |= {"sign": lambda name: Verdict(name).sign}
    environment.filters |= {"words": lambda name: Verdict(name).words}
    for name in ("report.css", "sort.js"):
        text = loader.get_source(environment, name)[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        key = name.partition(".")[2]
        # ours, not a student's: it stands in the pages as it is, and the pages name its hash
        environment.globals |= {key: Markup(text), f"{key}_hash": f"sha256-{digest}"}
    environment.globals["verdicts"] = list(Verdict)
    return environment


def _page(name: str, result: Mapping[str, Any]) -> Page:
    file = page_file(name)
    return Page(
        name=result["extra_data"]["student"] or "(a name that cannot be shown)",
        file=file,
        link=quote(os.fsencode(file), safe=""),
        result=result,
        tests={test["name"]: test for test in result["tests"]},
    )


def distinct(pages: Sequence[Page], key: str) -> list[tuple[str, int]]:
    """The different values that the results have for `key`, as text, and how often."""
    values = [page.result["extra_data"][key] for page in pages]
    texts = [
        ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        for value in values
    ]
    return list(Counter(texts).items())


# ------------------------------------------------------------------------------ marks


def quartiles(scores: Sequence[float]) -> list[float]:
    """Lower quartile, median, upper quartile; nothing where nobody is graded."""
    if len(scores) < 2:
        return list(scores) * 3
    return statistics.quantiles(scores, n=4, method="inclusive")


def histogram(scores: Sequence[float], highest: float) -> list[dict[str, Any]]:
    """How many scores fall into each tenth of the points; full marks belong to the last."""
    counts = [0] * BINS
    for score in scores:
        counts[min(int(score / highest * BINS), BINS - 1) if highest else 0] += 1
    width = highest / BINS
    return [
        {"low": i * width, "high": (i + 1) * width, "count": count}
        for i, count in enumerate(counts)
    ]


def slot_row(name: str, pages: Sequence[Page], assignment: Assignment) -> SlotRow:
    """The verdicts on a slot. A result from before there was this slot is left out."""
    tests = [page.tests[name] for page in pages if name in page.tests]
    counts = Counter(test["extra_data"]["verdict"] for test in tests)
    scores = [test["score"] for test in tests if test["score"] is not None]
    bars, start = [], 0.0
    for kind in BARS:
        length = 100 * sum(counts[v] for v in Verdict if v.bar == kind) / max(len(tests), 1)
        bars.append(Bar(kind, start, length))
        start += length
    return SlotRow(
        name=name,
        points=assignment.slots[name].points,
        counts={verdict: counts[verdict] for verdict in Verdict},
        carried=sum(test["extra_data"]["carried_forward"] for test in tests),
        mean=statistics.fmean(scores) if scores else None,
        bars=tuple(bars),
    )


def ranking(pages: Sequence[Page], assignment: Assignment) -> list[dict[str, Any]]:
    """Recognised misconceptions, the most frequent first, with who has them."""
    holders: dict[tuple[str, str], list[Page]] = {}
    for page in pages:
        for slot, test in page.tests.items():
            data = test["extra_data"]
            for id in filter(None, (data["misconception"], data.get("second_misconception"))):
                holders.setdefault((slot, id), []).append(page)
    words = {known.id: known for known in assignment.misconceptions}
    ranked = sorted(holders.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {"slot": slot, "known": words.get(id, KnownProgram(id, slot, (), ())), "pages": who}
        for (slot, id), who in ranked
    ]


def checks_list(checks: Sequence[Mapping[str, Any]]) -> Markup:
    """The checks of a slot as a page shows them."""
    return _checks_list(
        tuple(
            (check["name"], check["passed"], check["message"], check["margin"] * near(check))
            if "margin" in check
            else (check["name"], check["passed"], check["message"], 0.0)
            for check in checks
        )
    )


@functools.lru_cache(maxsize=1000)  # most of a class have the same lists
def _checks_list(checks: tuple[tuple[str, bool | None, str, float], ...]) -> Markup:
    keys = ("name", "passed", "message", "near")
    rows = [dict(zip(keys, check, strict=True)) for check in checks]
    return Markup(_environment().get_template("checks.html").render(checks=rows))


# ------------------------------------------------------------------------------ attention


def attention(pages: Sequence[Page]) -> dict[str, list[Matter]]:
    """What a person should look at, by kind."""
    found: dict[str, list[Matter]] = {kind: [] for kind in ATTENTION}
    for page in pages:
        for matter in _matters(page):
            found[matter.kind].append(matter)
    return found


def _matters(page: Page) -> Iterator[Matter]:
    together: dict[tuple[str, str], list[str]] = {}
    for slot, test in page.tests.items():
        verdict = test["extra_data"]["verdict"]
        if verdict in ATTENTION:
            together.setdefault((verdict, _why(page, slot)), []).append(slot)
    for (verdict, why), slots in together.items():
        yield Matter(verdict, page, tuple(slots), why)
    for slot, test in page.tests.items():
        checks = tuple(check for check in test["extra_data"]["checks"] if near(check))
        if checks:
            yield Matter("near", page, (slot,), checks=checks)
    for note in page.result["extra_data"]["notes"]:
        yield Matter("files", page, why=note)


def _why(page: Page, slot: str) -> str:
    """Why a slot has its verdict: the grader's fault, or what the first failed check says."""
    fault: str = page.result["extra_data"]["faults"].get(slot, "")
    checks = page.tests[slot]["extra_data"]["checks"]
    return fault or next((check["message"] for check in checks if check["passed"] is False), "")


def near(check: Mapping[str, Any]) -> bool:
    """Whether the numbers of a check are within a decade of the tolerance, on either side.

    A check that failed below it failed for another reason.
    """
    margin = check.get("margin")
    if margin is None or check["passed"] is None:
        return False
    return bool(margin >= 0.1 if check["passed"] else 1 <= margin <= 10)
