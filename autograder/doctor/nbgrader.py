"""The doctor's checks of what belongs to nbgrader: configuration, gradebook, exchange."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from autograder.doctor.findings import Course, Finding
from autograder.nbgrader.settings import CONFIG, DEFAULT_EXCHANGE

# The tables that the kit's own reading and nbgrader's grading need.
TABLES = {"assignment", "notebook", "base_cell", "grade_cells", "submitted_assignment", "student"}
CONFIGURE = "from autograder.nbgrader_plugin import configure; c = get_config(); configure(c)"
OPEN = 0o777  # the exchange: students and staff make folders in it
DROP_BOX = 0o733  # the inbound folder: students put into it and cannot look into it


# ------------------------------------------------------------------------------ configuration


def configuration(course: Course) -> Finding:
    path = course.folder / CONFIG
    name = "configuration"
    unsafe = "nbgrader autograde would run students' code in the process of a kernel"
    if not path.is_file():
        return Finding(name, "wrong", f"no {CONFIG}: {unsafe}", f"write one: {CONFIGURE}")
    if course.settings.problem:
        mend = f"edit {course.settings.problem.split()[0]}"
        return Finding(name, "wrong", course.settings.problem, mend)
    if not _calls_configure(path):
        said = f"{CONFIG} does not call the kit's configure: {unsafe}"
        return Finding(name, "wrong", said, f"add to it: {CONFIGURE}")
    return Finding(name, "right", f"{CONFIG} calls the kit's configure")


def _calls_configure(path: Path) -> bool:
    """By its text: whether it imports from the kit and calls something named configure."""
    nodes = list(ast.walk(ast.parse(path.read_bytes())))
    imported = any(
        (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"))
        or (isinstance(node, ast.Import) and any("autograder" in a.name for a in node.names))
        for node in nodes
    )
    called = any(
        isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "configure"
        for node in nodes
    )
    return imported and called


def course_id(course: Course) -> Finding:
    if course.settings.problem or not (course.folder / CONFIG).is_file():
        return Finding("course id", "none", "unknown without a configuration")
    if not course.settings.course_id:
        mend = f'add to {CONFIG}: c.CourseDirectory.course_id = "COURSE"'
        said = "none is set: the exchange refuses to release, submit and collect"
        return Finding("course id", "wrong", said, mend)
    return Finding("course id", "right", course.settings.course_id)


# ------------------------------------------------------------------------------ gradebook


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The gradebook, to be read only. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)) as db:
        yield db


def tables(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def gradebook(course: Course) -> Finding:
    name, path = "gradebook", course.gradebook
    if path is None:
        scheme = course.settings.db_url.partition(":")[0]
        return Finding(name, "none", f"it is on a {scheme} server, which is not looked at")
    if not path.exists():
        return Finding(name, "none", "there is none yet: nbgrader makes it when it is needed")
    where = shlex.quote(str(path))
    away = f"move it away, and nbgrader makes a new one: mv {where} {where}.half-made"
    try:
        with opened(path) as db:
            there = tables(db)
            revision = _revision(db, there)
            used = there >= TABLES and any(
                db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
                for table in ("student", "submitted_assignment")
            )
    except sqlite3.Error as error:
        said = f"{path} cannot be read as a database: {error}"
        return Finding(name, "wrong", said, f"put a copy of it back, or {away}")
    if TABLES - there:
        said = f"{path} is half-made: it has no tables of nbgrader's"
        return Finding(name, "wrong", said, away)
    if not revision:
        said = f"{path} is half-made: it does not say which revision of nbgrader's tables it has"
        folder = shlex.quote(str(path.parent))
        stamp = f"cd {folder} && cp {path.name} {path.name}.copy && "
        stamp += "python -m nbgrader.dbutil stamp head"
        if path.name != "gradebook.db":
            stamp = f"stamp it as {_head() or 'head'} with alembic, in a copy"
        return Finding(
            name, "wrong", said, f"it holds grades, so keep it: {stamp}" if used else away
        )
    return _newest(path, where, revision)


def _newest(path: Path, where: str, revision: str) -> Finding:
    known = _revisions()
    if known and revision not in known:
        said = f"{path} was made by a newer nbgrader than is installed (revision {revision})"
        return Finding("gradebook", "wrong", said, "pip install --upgrade nbgrader")
    if known and revision != _head():
        said = f"{path} has the tables of an older nbgrader (revision {revision})"
        mend = f"cp {where} {where}.copy && nbgrader db upgrade"
        return Finding("gradebook", "wrong", said, mend)
    return Finding("gradebook", "right", f"{path}, revision {revision}")


def _revision(db: sqlite3.Connection, there: set[str]) -> str:
    if "alembic_version" not in there:
        return ""
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _revisions() -> dict[str, str]:
    """revision -> the one before it, of the installed nbgrader; read as text, not imported."""
    spec = importlib.util.find_spec("nbgrader")
    if spec is None or spec.origin is None:
        return {}
    found = {}
    for path in Path(spec.origin).parent.glob("alembic/versions/*.py"):
        text = path.read_text("utf-8")
        own = re.search(r"^revision = ['\"](\w+)['\"]", text, re.MULTILINE)
        before = re.search(r"^down_revision = ['\"](\w+)['\"]", text, re.MULTILINE)
        if own:
            found[own[1]] = before[1] if before else ""
    return found


def _head() -> str:
    known = _revisions()
    return next((own for own in known if own not in known.values()), "")


# ------------------------------------------------------------------------------ exchange


def exchange(course: Course) -> Finding:
    name, root = "exchange", Path(course.settings.exchange)
    where = shlex.quote(str(root))
    if sys.platform == "win32":
        return Finding(name, "none", "nbgrader has none on Windows")
    if not root.exists():
        if course.settings.exchange == DEFAULT_EXCHANGE:
            said = "there is none, and only nbgrader release_assignment and collect need one"
            return Finding(name, "none", said)
        said = f"{CONFIG} names {root}, which does not exist"
        return Finding(name, "wrong", said, f"mkdir -p {where} && chmod 777 {where}")
    if not root.is_dir():
        return Finding(name, "wrong", f"{root} is no folder", f"name another in {CONFIG}")
    # Modes and not os.access: it is the students who must get in, and root gets in everywhere.
    mode = root.stat().st_mode & 0o777
    if mode != OPEN:
        said = f"{root} has mode {mode:03o}: nbgrader needs 777, so that everybody can hand in"
        return Finding(name, "wrong", said, f"chmod 777 {where}")
    return Finding(name, "right", f"{root}, open to everybody")


def inbound(course: Course) -> Finding:
    """The course's folders in the exchange: its owner, and the box that submissions go into."""
    name, folder = "inbound", course.exchange / "inbound"
    if not course.settings.course_id or not folder.is_dir():
        return Finding(name, "none", "there is none yet: nbgrader release_assignment makes it")
    shared = course.settings.groupshared
    for part in (course.exchange, course.exchange / "outbound", folder):
        if part.is_dir() and part.stat().st_uid != os.getuid() and not shared:
            said = f"{part} belongs to another account: nbgrader release_assignment refuses it"
            return Finding(name, "wrong", said, f"sudo chown -R $(id -un) {shlex.quote(str(part))}")
    mode = folder.stat().st_mode & 0o777
    needed = DROP_BOX | (0o040 if shared else 0)
    if mode != needed:
        others = "others can read what students handed in"
        why = others if mode & 0o044 & ~needed else "not everybody can hand in"
        said = f"{folder} has mode {mode:03o} instead of {needed:03o}: {why}"
        return Finding(name, "wrong", said, f"chmod {0o2000 | needed:o} {shlex.quote(str(folder))}")
    return Finding(name, "right", f"{folder}: everybody can hand in, nobody can look")
