"""nbgrader's settings in a course.

A configuration is a program: it may be slow, print, fail, or change the libraries that it imports.
It is therefore run in a process of its own, which prints a few plain values.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.course.time_stamp import LateRules

CONFIG = "nbgrader_config.py"
DEFAULT_EXCHANGE = "/usr/local/share/nbgrader/exchange"  # nbgrader's own
DEFAULT_PENALTY = "LateSubmissionPlugin"  # nbgrader's own; it takes nothing unless it is told to
MAX_SECONDS = 60
COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
# What a configuration has to have in it to set a time zone or a penalty.
# Modules of the course's own may do so as well: they are imported by what is run.
LATE = re.compile(
    r"late|timezone|load_subconfig|exec|\bopen\b|__import__|importlib"
    r"|(?:^|[;:])[ \t]*(?:import|from)[ \t]+"
    r"(?!(?:os|sys|re|pathlib|datetime|autograder|nbgrader)\b(?![^\n;]*,))",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Settings:
    """Those of nbgrader's settings that the doctor checks.

    `timezone` and `has_penalty` are the rules for late submissions.
    `problem` says why they are unknown, or is ""; `problem_in` is the configuration to edit then.
    """

    course_id: str = ""
    db_url: str = ""
    exchange: str = DEFAULT_EXCHANGE
    groupshared: bool = False
    timezone: str = ""
    has_penalty: bool = False
    problem: str = ""
    problem_in: str = CONFIG


def is_course(course: Path, assignment: str) -> bool:
    """Whether nbgrader keeps the marks of an assignment: there are its settings and a notebook."""
    notebooks = (course / "source" / assignment).glob("*.ipynb")
    return (course / CONFIG).is_file() and any(notebooks)


def read(course: Path) -> Settings:
    """The settings that nbgrader has when it is run in the course folder."""
    command = [sys.executable, "-m", "autograder.nbgrader.settings"]
    try:
        done = subprocess.run(
            command, cwd=course, capture_output=True, text=True, timeout=MAX_SECONDS, check=False
        )
        return Settings(**json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return Settings(problem=f"{CONFIG} did not end within {MAX_SECONDS} seconds")
    except (ValueError, TypeError):
        lines = done.stderr.strip().splitlines() or ["it ended without a word"]
        return Settings(problem=f"{CONFIG} cannot be run: {lines[-1]}")


def _load(course: Path) -> Settings:
    """Run the configurations in nbgrader's order: the machine's, the person's, the course's."""
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    merged = Config()
    for folder in (*reversed(jupyter_config_path()), str(course)):
        path = Path(folder, CONFIG)
        if path.is_file():
            try:
                merged.merge(PyFileConfigLoader(CONFIG, path=folder).load_config())
            except (Exception, SystemExit) as error:
                where = CONFIG if folder == str(course) else path
                why = f"{type(error).__name__}: {error}".partition("\n")[0]
                return Settings(problem=f"{where} cannot be run: {why}", problem_in=str(where))
    return Settings(
        course_id=_plain(merged, "CourseDirectory", "course_id", "").strip(),
        db_url=_plain(merged, "CourseDirectory", "db_url", ""),
        exchange=_plain(merged, "Exchange", "root", DEFAULT_EXCHANGE),
        groupshared=_plain(merged, "CourseDirectory", "groupshared", False),
        **asdict(rules_in(merged)),
    )


def rules_in(config: Any) -> LateRules:
    """The rules for late submissions in nbgrader's configuration."""
    penalties = "AssignLatePenalties"
    plugin = config[penalties].get("plugin_class") if penalties in config else None
    name = plugin if isinstance(plugin, str) else getattr(plugin, "__name__", "")
    is_own = bool(name) and name.rpartition(".")[2] != DEFAULT_PENALTY
    zero = not is_own and _plain(config, DEFAULT_PENALTY, "penalty_method", "none") == "zero"
    return LateRules(_plain(config, "Exchange", "timezone", ""), is_own or zero)


def late_rules(course: Path) -> LateRules:
    """The rules for late submissions in a course.

    Configurations are run only if one of them may say something about it: that takes seconds.
    """
    from jupyter_core.paths import jupyter_config_path  # here: `is_course` needs no Jupyter

    for folder in (*jupyter_config_path(), str(course)):
        with contextlib.suppress(OSError):
            text = Path(folder, CONFIG).read_text("utf-8", "replace")
            if LATE.search(COMMENT.sub("", text)):
                found = read(course)
                return LateRules(found.timezone, found.has_penalty)
    return LateRules()


def _plain(config: Any, section: str, name: str, default: Any) -> Any:
    """A setting, of the type of its default; traitlets gives an empty object for one never set."""
    value = config[section].get(name, default) if section in config else default
    return value if isinstance(value, bool) else str(value)


def main() -> None:
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        settings = _load(Path.cwd())  # a configuration may print, too
    print(json.dumps(asdict(settings)))


if __name__ == "__main__":
    main()
