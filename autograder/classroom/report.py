"""The class report: `index.html`, a page a student and `marking.html`, from the results.

This module counts and sorts; all words are in `templates/`, where everything that came from a
student is escaped. A browser may load and run only the pages' own style and script.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import jinja2
from markupsafe import Markup
from msgspec.structs import replace

from autograder.assignment.model import Assignment, KnownProgram
from autograder.classroom.grades_csv import points
from autograder.classroom.results import Check, Entry, StudentResult, page_file
from autograder.classroom.rubric_view import demand_rows, rubric
from autograder.judging.tolerance import RTOL
from autograder.judging.verdict import Verdict

BINS = 10
BARS = tuple(dict.fromkeys(verdict.bar for verdict in Verdict))
# The verdicts and the other kinds of matters that a person should look at, in the page's order.
ATTENTION = (Verdict.UNGRADED, Verdict.TIMEOUT, Verdict.CRASH, Verdict.FORBIDDEN, "near", "files")


@dataclass(frozen=True)
class Page:
    """A student's page.

    Attributes:
        name: the name to show.
        file: the name of the page's file.
        link: the page's address, seen from its own folder.
        entries: the result's entries, by slot.
    """

    name: str
    file: str
    link: str
    result: StudentResult
    entries: Mapping[str, Entry]


@dataclass(frozen=True)
class Matter:
    """Something that a person should look at. `checks` are those near a tolerance."""

    kind: str
    page: Page
    slots: tuple[str, ...] = ()
    why: str = ""
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A part of a bar, in percent of its length."""

    kind: str
    start: float
    length: float


@dataclass(frozen=True)
class SlotRow:
    """A slot's row: its maximum `points`, how many have each verdict, the mean of those graded."""

    name: str
    points: float
    counts: Mapping[Verdict, int]
    carried: int
    mean: float | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Bin:
    """A bar of the histogram: how many totals lie from `low` to below `high`."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class RankedMisconception:
    """A misconception in a slot, and the pages of the students who have it."""

    slot: str
    known: KnownProgram
    pages: list[Page] = field(default_factory=list)


# ------------------------------------------------------------------------------ pages


def texts(
    results: Mapping[str, StudentResult], assignment: Assignment
) -> dict[str, Callable[[], str]]:
    """file -> a function that makes its text, for the results by student folder."""
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


def feedback(entry: Entry, notes: Sequence[str]) -> str:
    """A slot's entry as HTML, for nbgrader's pages."""
    template = _environment().get_template("feedback.html")
    return template.render(entry=entry, notes=notes, lines=rubric(entry, None))


def _page(name: str, result: StudentResult) -> Page:
    file = page_file(name)
    return Page(
        name=result.extra_data.student or "(a name that cannot be shown)",
        file=file,
        link=quote(os.fsencode(file), safe=""),
        result=result,
        entries=result.entries,
    )


def _index(pages: Sequence[Page], assignment: Assignment) -> str:
    scores = [page.result.score for page in pages if page.result.score is not None]
    matters = attention(pages)
    about = [page.result.extra_data for page in pages]
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
            demands=demand_rows([page.entries for page in pages], assignment),
            ranking=ranking(pages, assignment),
            matters=matters,
            people=len({matter.page.file for kind in matters.values() for matter in kind}),
            changes=[(page, c) for page in pages for c in page.result.extra_data.changed],
            seeds=_counted(str(one.seed) for one in about),
            isolations=_counted(one.isolation for one in about),
            versions=_counted(
                ", ".join(f"{name} {version}" for name, version in one.versions.items())
                for one in about
            ),
            rtol=RTOL,
        )
    )


def _counted(values: Iterator[str]) -> list[tuple[str, int]]:
    """The different values, and how many results have each."""
    return list(Counter(values).items())


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
    for name in ("report.css", "sort.js"):
        text = loader.get_source(environment, name)[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        key = name.partition(".")[2]
        # Our own text: it stands in the pages unescaped, and the pages name its hash.
        environment.globals |= {key: Markup(text), f"{key}_hash": f"sha256-{digest}"}
    environment.globals |= {"verdicts": list(Verdict), "rubric": rubric}
    environment.globals["bar_key"] = [
        (bar, ", ".join(v.words for v in Verdict if v.bar == bar)) for bar in BARS
    ]
    return environment


def checks_list(checks: tuple[Check, ...]) -> Markup:
    """The checks of a slot as a page shows them; margins only where they are near."""
    return _checks_list(tuple(c if c.is_near else replace(c, margin=None) for c in checks))


@functools.lru_cache(maxsize=1000)  # most of a class have the same lists
def _checks_list(checks: tuple[Check, ...]) -> Markup:
    return Markup(_environment().get_template("checks.html").render(checks=checks))


# ------------------------------------------------------------------------------ marks


def quartiles(scores: Sequence[float]) -> list[float]:
    """Lower quartile, median, upper quartile; nothing where nobody is graded."""
    if len(scores) < 2:
        return list(scores) * 3
    return statistics.quantiles(scores, n=4, method="inclusive")


def histogram(scores: Sequence[float], highest: float) -> list[Bin]:
    """How many scores fall into each tenth of the points; full marks belong to the last."""
    counts = [0] * BINS
    for score in scores:
        counts[min(int(score / highest * BINS), BINS - 1) if highest else 0] += 1
    width = highest / BINS
    return [Bin(i * width, (i + 1) * width, count) for i, count in enumerate(counts)]


def slot_row(name: str, pages: Sequence[Page], assignment: Assignment) -> SlotRow:
    """The verdicts on a slot. A result from before the slot existed is left out."""
    entries = [page.entries[name] for page in pages if name in page.entries]
    counts = Counter(entry.extra_data.verdict for entry in entries)
    scores = [entry.score for entry in entries if entry.score is not None]
    bars, start = [], 0.0
    for kind in BARS:
        length = 100 * sum(counts[v] for v in Verdict if v.bar == kind) / max(len(entries), 1)
        bars.append(Bar(kind, start, length))
        start += length
    return SlotRow(
        name=name,
        points=assignment.slots[name].points,
        counts={verdict: counts[verdict] for verdict in Verdict},
        carried=sum(entry.extra_data.carried_forward for entry in entries),
        mean=statistics.fmean(scores) if scores else None,
        bars=tuple(bars),
    )


def ranking(pages: Sequence[Page], assignment: Assignment) -> list[RankedMisconception]:
    """The recognised misconceptions, the most frequent first."""
    library = {known.id: known for known in assignment.misconceptions}
    found: dict[tuple[str, str], RankedMisconception] = {}
    for page in pages:
        for slot, entry in page.entries.items():
            data = entry.extra_data
            for id in filter(None, (data.misconception, data.second_misconception)):
                known = library.get(id, KnownProgram(id, slot, (), ()))
                found.setdefault((slot, id), RankedMisconception(slot, known)).pages.append(page)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1].pages), item[0]))
    return [one for _, one in ranked]


# ------------------------------------------------------------------------------ attention


def attention(pages: Sequence[Page]) -> dict[str, list[Matter]]:
    """What a person should look at, by kind."""
    found: dict[str, list[Matter]] = {kind: [] for kind in ATTENTION}
    for page in pages:
        for matter in _matters(page):
            found[matter.kind].append(matter)
    return found


def _matters(page: Page) -> Iterator[Matter]:
    slots_with: dict[tuple[str, str], list[str]] = {}  # verdict and reason -> slots
    for slot, entry in page.entries.items():
        verdict = entry.extra_data.verdict
        if verdict in ATTENTION:
            slots_with.setdefault((verdict, _why(page, entry)), []).append(slot)
    for (kind, why), slots in slots_with.items():
        yield Matter(kind, page, tuple(slots), why)
    for slot, entry in page.entries.items():
        checks = tuple(check for check in entry.extra_data.checks if check.is_near)
        if checks:
            yield Matter("near", page, (slot,), checks=checks)
    for note in page.result.extra_data.notes:
        yield Matter("files", page, why=note)


def _why(page: Page, entry: Entry) -> str:
    """Why a slot has its verdict: the grader's fault, or the first failed check's message."""
    failed = (check.message for check in entry.extra_data.checks if check.passed is False)
    return page.result.extra_data.faults.get(entry.name) or next(failed, "")
