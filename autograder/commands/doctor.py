"""`autograder doctor`: find common problems of a course, with their remedies."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import course_option, echo, new_console

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.doctor.findings import Finding


@click.command()
@click.argument("assignment", required=False)
@course_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(assignment: str | None, course: Path, as_json: bool) -> None:
    """Find common problems of the installation and the course.

    Looks at the installation, at nbgrader's files, and at what students can see of ASSIGNMENT, or
    of all assignments. Changes nothing. A check mark means right; a cross means wrong, with the
    remedy below it; a dash means that there is nothing to look at.

    Exit status: 0 nothing is wrong, 1 something to fix.
    """
    from autograder.doctor.checkup import examine
    from autograder.doctor.findings import State

    console = new_console()
    findings = []
    with console.status("looking") if console.is_terminal and not as_json else nullcontext():
        for finding in examine(course, assignment):
            findings.append(finding)
            if not as_json:
                _show(console, finding)
    wrong = sum(finding.state == State.WRONG for finding in findings)
    if as_json:
        echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    elif wrong:
        console.print(f"{wrong} of {len(findings)} checks found something wrong.")
    else:
        console.print("Nothing is wrong.")
    sys.exit(bool(wrong))


def _show(console: Console, finding: Finding) -> None:
    from autograder.doctor.findings import State

    looks = {State.RIGHT: ("✓", None), State.WRONG: ("✗", "red"), State.NOTHING: ("–", "dim")}
    mark, style = looks[finding.state]
    text = f"{mark} {finding.name}: {finding.text}"
    console.print(text, style=style, markup=False, soft_wrap=True)
    if finding.mend:
        console.print(f"    {finding.mend}", markup=False, soft_wrap=True)
