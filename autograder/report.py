"""The class report: `index.html` and a page a student, made from the result files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from autograder.results import write_text

BINS = 10


def write(out: Path, results: Sequence[Mapping[str, Any]], points: float) -> None:
    """Write the pages. Everything in them that came from a student is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = [path.stem for path in sorted((out / "results").glob("*.json"))]
    rows = [
        {"result": result, "page": f"students/{quote(name, safe='')}.html"}
        for name, result in zip(names, results, strict=True)
    ]
    index = environment.get_template("index.html")
    write_text(
        out / "index.html",
        index.render(
            rows=rows,
            points=points,
            bins=histogram([result["score"] for result in results], points),
            ranking=ranking(results),
            attention=attention(results),
            extra=results[0]["extra_data"] if results else {},
            slots=[test["name"] for test in results[0]["tests"]] if results else [],
        ),
    )
    page = environment.get_template("student.html")
    for name, result in zip(names, results, strict=True):
        write_text(out / "students" / f"{name}.html", page.render(result=result, points=points))


def histogram(scores: Sequence[float], points: float) -> list[dict[str, Any]]:
    """How many scores fall into each tenth of the points; full marks belong to the last."""
    counts = [0] * BINS
    for score in scores:
        counts[min(int(score / points * BINS), BINS - 1) if points else 0] += 1
    width = points / BINS
    return [
        {"low": f"{i * width:g}", "high": f"{(i + 1) * width:g}", "count": count}
        for i, count in enumerate(counts)
    ]


def ranking(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Recognised misconceptions, the most frequent first, with who has them."""
    holders: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for test in result["tests"]:
            known = test["extra_data"]["misconception"]
            if known:
                holders.setdefault((test["name"], known), []).append(
                    result["extra_data"]["student"]
                )
    ranked = sorted(holders.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"slot": slot, "id": known, "students": who} for (slot, known), who in ranked]


def attention(results: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What a person should look at: ungraded slots, timeouts, crashes, unusual folders."""
    found = []
    for result in results:
        student = result["extra_data"]["student"]
        found += [{"student": student, "what": note} for note in result["extra_data"]["notes"]]
        verdicts = Counter(test["extra_data"]["verdict"] for test in result["tests"])
        for verdict in ("ungraded", "timeout", "crash", "forbidden"):
            slots = [
                test["name"] for test in result["tests"] if test["extra_data"]["verdict"] == verdict
            ]
            if verdicts[verdict]:
                found.append({"student": student, "what": f"{verdict}: {', '.join(slots)}"})
    return found
