"""The class report: `index.html` and a page a student, made from the result files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from autograder.results import write_text

BINS = 10


def write(out: Path, results: Mapping[str, Mapping[str, Any]], points: float) -> None:
    """Write the pages of results, by file name. Everything that came from a student is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    everybody = list(results.values())
    rows = [
        {"result": result, "page": f"students/{quote(os.fsencode(name), safe='')}.html"}
        for name, result in results.items()
    ]
    graded = [result["score"] for result in everybody if result["score"] is not None]
    index = environment.get_template("index.html")
    write_text(
        out / "index.html",
        index.render(
            assignment=everybody[0]["extra_data"]["assignment"],
            slots=[test["name"] for test in everybody[0]["tests"]],
            rows=rows,
            points=points,
            bins=histogram(graded, points),
            ranking=ranking(everybody),
            attention=attention(everybody),
            seeds=distinct(everybody, "seed"),
            isolations=distinct(everybody, "isolation"),
            versions=distinct(everybody, "versions"),
        ),
    )
    page = environment.get_template("student.html")
    for name, result in results.items():
        write_text(out / "students" / f"{name}.html", page.render(result=result, points=points))


def distinct(results: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    """The different values that the results have for `key`, as text."""
    values = [result["extra_data"][key] for result in results]
    texts = [
        ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        for value in values
    ]
    return list(dict.fromkeys(texts))


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
        for verdict in ("ungraded", "timeout", "crash", "forbidden"):
            slots = [
                test["name"] for test in result["tests"] if test["extra_data"]["verdict"] == verdict
            ]
            if slots:
                found.append({"student": student, "what": f"{verdict}: {', '.join(slots)}"})
        faults = sorted(set(result["extra_data"]["faults"].values()))
        found += [{"student": student, "what": f"the grader's fault: {fault}"} for fault in faults]
    return found
