"""The doctor's checks of nbgrader's configuration, gradebook and exchange."""

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

from autograder.doctor.findings import Course, Finding, nothing, right, wrong
from autograder.nbgrader.settings import CONFIG, DEFAULT_EXCHANGE

# The tables that this module and nbgrader's grading read.
TABLES = {"assignment", "notebook", "base_cell", "grade_cells", "submitted_assignment", "student"}
CONFIGURE = "from autograder.nbgrader_plugin import configure; c = get_config(); configure(c)"
OPEN_MODE = 0o777  # the exchange: students and staff make folders in it
DROP_BOX_MODE = 0o733  # the inbound folder: students can add files and not list them


# ------------------------------------------------------------------------------ configuration


def configuration(course: Course) -> Finding:
    """Whether the course's configuration can be run and calls the kit's `configure`."""
    path = course.folder / CONFIG
    name = "configuration"
    unsafe = "nbgrader autograde would run students' code in the process of a kernel"
    if not path.is_file():
        return wrong(name, f"no {CONFIG}: {unsafe}", f"write one: {CONFIGURE}")
    if course.settings.problem:
        return wrong(name, course.settings.problem, f"edit {course.settings.problem_in}")
    if not _calls_configure(path):
        text = f"{CONFIG} does not call the kit's configure: {unsafe}"
        return wrong(name, text, f"add to it: {CONFIGURE}")
    return right(name, f"{CONFIG} calls the kit's configure")


def _calls_configure(path: Path) -> bool:
    """Whether the text of a configuration imports from the kit and calls a `configure`."""
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
    """Whether the course has the id that the exchange needs."""
    if course.settings.problem or not (course.folder / CONFIG).is_file():
        return nothing("course id", "unknown without a configuration")
    if not course.settings.course_id:
        mend = f'add to {CONFIG}: c.CourseDirectory.course_id = "COURSE"'
        text = "none is set: the exchange refuses to release, submit and collect"
        return wrong("course id", text, mend)
    return right("course id", course.settings.course_id)


# ------------------------------------------------------------------------------ gradebook


@contextmanager
def open_gradebook(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a gradebook for reading only. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)) as db:
        yield db


def table_names(db: sqlite3.Connection) -> set[str]:
    """The names of the tables in a gradebook."""
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def gradebook(course: Course) -> Finding:
    """Whether the gradebook can be read and has all tables of the installed nbgrader."""
    name, path = "gradebook", course.gradebook
    if path is None:
        scheme = course.settings.db_url.partition(":")[0]
        return nothing(name, f"it is on a {scheme} server, which is not looked at")
    if not path.exists():
        return nothing(name, "there is none yet: nbgrader makes it when it is needed")
    where = shlex.quote(str(path))
    away = f"move it away, and nbgrader makes a new one: mv {where} {where}.half-made"
    try:
        with open_gradebook(path) as db:
            found = table_names(db)
            revision = _revision(db) if "alembic_version" in found else ""
            used = found >= TABLES and any(
                db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
                for table in ("student", "submitted_assignment")
            )
    except sqlite3.Error as error:
        text = f"{path} cannot be read as a database: {error}"
        return wrong(name, text, f"put a copy of it back, or {away}")
    if TABLES - found:
        return wrong(name, f"{path} is half-made: it has no tables of nbgrader's", away)
    if not revision:
        text = f"{path} is half-made: it does not say which revision of nbgrader's tables it has"
        folder = shlex.quote(str(path.parent))
        stamp = f"cd {folder} && cp {path.name} {path.name}.copy && "
        stamp += "python -m nbgrader.dbutil stamp head"
        if path.name != "gradebook.db":
            stamp = f"stamp it as {_head() or 'head'} with alembic, in a copy"
        return wrong(name, text, f"it holds grades, so keep it: {stamp}" if used else away)
    return _compare_revision(path, revision)


def _compare_revision(path: Path, revision: str) -> Finding:
    """Whether the gradebook's tables are those of the installed nbgrader."""
    where = shlex.quote(str(path))
    known = _revisions()
    if known and revision not in known:
        text = f"{path} was made by a newer nbgrader than is installed (revision {revision})"
        return wrong("gradebook", text, "pip install --upgrade nbgrader")
    if known and revision != _head():
        text = f"{path} has the tables of an older nbgrader (revision {revision})"
        mend = f"cp {where} {where}.copy && nbgrader db upgrade"
        return wrong("gradebook", text, mend)
    return right("gradebook", f"{path}, revision {revision}")


def _revision(db: sqlite3.Connection) -> str:
    """The revision of a gradebook's tables, or "" if it is not recorded."""
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _revisions() -> dict[str, str]:
    """revision -> the revision before it, of the installed nbgrader; read without importing it."""
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
    """The installed nbgrader's newest revision, or ""."""
    known = _revisions()
    return next((own for own in known if own not in known.values()), "")


# ------------------------------------------------------------------------------ exchange


def exchange(course: Course) -> Finding:
    """Whether everybody can use the exchange."""
    name, root = "exchange", Path(course.settings.exchange)
    where = shlex.quote(str(root))
    if sys.platform == "win32":
        return nothing(name, "nbgrader has none on Windows")
    if not root.exists():
        if course.settings.exchange == DEFAULT_EXCHANGE:
            text = "there is none, and only nbgrader release_assignment and collect need one"
            return nothing(name, text)
        text = f"{CONFIG} names {root}, which does not exist"
        return wrong(name, text, f"mkdir -p {where} && chmod 777 {where}")
    if not root.is_dir():
        return wrong(name, f"{root} is no folder", f"name another in {CONFIG}")
    # Not os.access: the students must get in, and the superuser gets in everywhere.
    mode = root.stat().st_mode & 0o777
    if mode != OPEN_MODE:
        text = f"{root} has mode {mode:03o}: nbgrader needs 777, so that everybody can hand in"
        return wrong(name, text, f"chmod 777 {where}")
    return right(name, f"{root}, open to everybody")


def inbound(course: Course) -> Finding:
    """Whether the course's folders in the exchange are this account's, and submissions are safe."""
    name, folder = "inbound", course.exchange / "inbound"
    if not course.settings.course_id or not folder.is_dir():
        return nothing(name, "there is none yet: nbgrader release_assignment makes it")
    shared = course.settings.groupshared
    for part in (course.exchange, course.exchange / "outbound", folder):
        if part.is_dir() and part.stat().st_uid != os.getuid() and not shared:
            text = f"{part} belongs to another account: nbgrader release_assignment refuses it"
            return wrong(name, text, f"sudo chown -R $(id -un) {shlex.quote(str(part))}")
    mode = folder.stat().st_mode & 0o777
    needed = DROP_BOX_MODE | (0o040 if shared else 0)
    if mode != needed:
        others = "others can read what students handed in"
        why = others if mode & 0o044 & ~needed else "not everybody can hand in"
        text = f"{folder} has mode {mode:03o} instead of {needed:03o}: {why}"
        return wrong(name, text, f"chmod {0o2000 | needed:o} {shlex.quote(str(folder))}")
    return right(name, f"{folder}: everybody can hand in, nobody can look")
