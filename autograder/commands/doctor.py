"""`autograder doctor`: look for traps, with their mends."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import click

from autograder.commands.console import course_option, new_console

MARKS = {"right": "✓", "wrong": "✗", "none": "–"}


@click.command()
@click.argument("assignment", required=False)
@course_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(assignment: str | None, course: Path, as_json: bool) -> None:
    """Look for traps: the installation, nbgrader's files, and what students can see.

    Of ASSIGNMENT, or of all. Nothing is changed. ✓ is right, ✗ is wrong and has its mend below,
    – has nothing to look at.
    """
    from autograder.doctor import checkup as looking

    console = new_console()
    findings = []
    with console.status("looking") if console.is_terminal and not as_json else nullcontext():
        for finding in looking.examine(course, assignment):
            findings.append(finding)
            if not as_json:
                style = {"wrong": "red", "none": "dim"}.get(finding.state)
                text = f"{MARKS[finding.state]} {finding.name}: {finding.said}"
                console.print(text, style=style, markup=False, soft_wrap=True)
                if finding.mend:
                    console.print(f"    {finding.mend}", markup=False, soft_wrap=True)
    wrong = sum(finding.state == "wrong" for finding in findings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        console.print(
            f"{wrong} of {len(findings)} checks found something wrong."
            if wrong
            else "Nothing is wrong."
        )
    sys.exit(bool(wrong))
