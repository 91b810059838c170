"""Hostile submissions in the hands of plain graders: `python benchmarks/hostile.py`.

Takes the first `--most` entries of each kind of attack from `tests/hostile`, and hands each to
nbgrader's autograde, otter's run and pytest, as they come, with the same hidden checks in the
student's process (`inprocess.py`): only those of the attacked slot. Each run is shut into
namespaces of its own (`hostile_sandbox.py`), so that nothing hurts the machine. "pytest-allclose"
compares by `np.allclose` in the place of the kit's comparison. The same entries are then graded by
one run of `autograder grade`.

Undeserved is what a slot gets beyond a function that does nothing, with the same grader. Raw
results go to build/bench/hostile.json; `--table` prints what lies there as markdown.
"""

from __future__ import annotations

import argparse
import dataclasses
import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))  # whose `hostile` is meant

import inprocess
import nbformat
from hostile.catalogue import SECRET, Hostile
from hostile.course import IDLE, KEPT, PERFECT, Course
from hostile_kinds import ENTRIES, FAMILIES, KINDS, LEFT_OUT, sample
from hostile_sandbox import CONTROLS
from measure import BENCH, ROOT, say_machine
from peers import BIN, HERE, Nbgrader, Otter
from submissions import ASSIGNMENT, load

WAYS = ("nbgrader", "otter", "pytest", "pytest-allclose")
STAGE = BENCH / "hostile" / "stage"
RAW = BENCH / "hostile.json"
WALL = {"nbgrader": 45, "otter": 25}  # seconds; nbgrader's own limit for a cell is 30
OTHER_WALL = 25
COMPARED = list(KINDS)[:7]  # kinds that are after the comparison: np.allclose is tried as well
CLOSED_IN = ["unshare", "-Urmpn", "--fork", "--kill-child", "--mount-proc"]
SECRETS = (SECRET, SECRET[::-1], SECRET.encode().hex())

Run = dict[str, Any]


# ------------------------------------------------------------------------------ preparation


def prepare(slots: set[str]) -> Otter:
    """Copies of all that runs need, and what each grader has to be given for each slot."""
    shutil.rmtree(STAGE, ignore_errors=True)
    engine = STAGE / "engine"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder", engine / "autograder", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "hostile", STAGE / "hostile", ignore=ignored)
    for name in ("inprocess.py", "hostile_checks.py"):
        shutil.copy(HERE / name, engine / name)
    shutil.copy(HERE / "hostile_sandbox.py", STAGE)
    for name in ("solutions", "source", "release"):
        shutil.copytree(ROOT / name / ASSIGNMENT, STAGE / "tree" / name / ASSIGNMENT)
    otter = graders(slots)
    why = otter.missing()
    if why:
        raise SystemExit(why)
    os.environ["PYTHONPATH"] = str(engine)
    for slot in sorted(slots):
        _prepare_nbgrader(slot)
        _prepare_otter(otter, slot)
    return otter


def graders(slots: set[str]) -> Otter:
    """Otter as `peers.py` drives it; it knows the checks and points of the slots, too."""
    assignment = load()
    checks = {slot: list(inprocess.checks_of(slot)) for slot in slots}
    return Otter(checks, {slot: assignment.slots[slot].points for slot in slots})


def _prepare_nbgrader(slot: str) -> None:
    """A course whose notebook has one cell, of this slot; the gradebook holds a secret."""
    assignment = load()
    one = dataclasses.replace(assignment, slots={slot: assignment.slots[slot]})
    notebook = Nbgrader(one)._notebook()
    for cell in notebook.cells:
        cell.source = cell.source.replace("from inprocess", "from hostile_checks")
    course = STAGE / "nbgrader" / slot
    source = course / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'hostile'\n"
    )
    nbformat.write(notebook, source / "checks.ipynb")
    subprocess.run(
        [BIN / "nbgrader", "generate_assignment", ASSIGNMENT, "--log-level=ERROR"],
        cwd=course,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("insert into student(id, last_name) values ('z', ?)", (SECRET,))


def _prepare_otter(otter: Otter, slot: str) -> None:
    folder = STAGE / "otter"
    tests = folder / slot / "tests"
    tests.mkdir(parents=True)
    text = otter._test_file(slot, otter.checks[slot])
    text = text.replace("from inprocess", "from hostile_checks")
    (tests / f"{slot.replace('.', '_')}.py").write_text(text)
    made = folder / f"{slot}.zip"
    subprocess.run(
        [otter.home / "bin/otter", "generate", "-t", tests, "-o", made, "--no-environment"],
        cwd=folder,
        env={**os.environ, "PATH": otter._path()},
        capture_output=True,
        check=True,
    )
    cells = [nbformat.v4.new_code_cell("import numpy as np", id="imports")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "submission.ipynb")


# ------------------------------------------------------------------------------ peers


def closed_in(way: str, entry: str, slot: str, otter: Otter) -> Run:
    """One submission through one grader, in a sandbox."""
    purelib = sysconfig.get_path("purelib")
    other = next((otter.home / "lib").glob("python*/site-packages"))
    given = {
        "way": way,
        "entry": entry,
        "bin": str(otter.home / "bin" if way == "otter" else BIN),
        "installed": [purelib, str(other)],
        "checks": len(otter.checks[slot]),
        "points": otter.points[slot],
        "wall": WALL.get(way, OTHER_WALL),
    }
    command = [*CLOSED_IN, sys.executable, str(STAGE / "hostile_sandbox.py"), json.dumps(given)]
    try:
        done = subprocess.run(
            command,
            cwd=STAGE,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WALL.get(way, OTHER_WALL) + 45,
            check=False,
        )
        found: Run = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        said = getattr(error, "stderr", None) or (done.stderr if "done" in vars() else "")
        return {"failed": f"{type(error).__name__}: {str(said)[-500:]}"}
    return found


def not_run(way: str, entry: Hostile, kind: str) -> str:
    """Why an entry is not handed to this grader, or ""."""
    links = ("link", "fifo", "folder")
    if way == "otter" and entry.build and any(word in entry.id for word in links):
        return "a zip archive of the student's making holds regular files only"
    if way == "pytest-allclose" and kind not in COMPARED:
        return "not after the comparison"
    return ""


# ------------------------------------------------------------------------------ ours


def ours(entries: list[Hostile]) -> dict[str, Any]:
    """One run of `autograder grade` over the same entries, beside four students."""
    root = Path(tempfile.mkdtemp(prefix="hostile-"))
    files = {"vanilla_rnn.py", "bptt.py", *(entry.file for entry in entries)}
    course = Course(root / "h", STAGE / "tree", files)
    try:
        with course.listening():
            course.neighbours(course.submissions)
            for entry in entries:
                course.hand_in(entry)
            started = time.monotonic()
            ran = course.grade(course.submissions, course.out)
            wall = time.monotonic() - started
            time.sleep(1)
            running = course.running()
        found = {entry.id: _one_of_ours(course, ran, entry, running) for entry in entries}
        return {
            "status": ran.status,
            "wall": round(wall, 1),
            "isolation": ran.result(PERFECT)["extra_data"]["isolation"],
            "perfect": ran.result(PERFECT)["score"] / course.assignment.points,
            "runs": found,
        }
    finally:
        course.clean_up()
        shutil.rmtree(root, ignore_errors=True)


def _one_of_ours(course: Course, ran: Any, entry: Hostile, running: Any) -> Run:
    name = course.name(entry)
    kept = course.scratch / "kept" / entry.id
    found: Run = {
        "traces": [p.replace(name, "NAME") for p in course.traces() if name in p],
        "heard": sum(name.encode() in heard for heard in course.heard),
        "running": [text for text in running if name in text],
        "changed": not kept.is_file() or _kept(kept) != (*KEPT, [], 1),
        "status": ran.status,
        "limit": False,
    }
    if entry.student not in ran.files:
        return {**found, "share": None, "told": False, "secret_shown": False}
    result, page = ran.result(entry.student), html.unescape(ran.page(entry.student))
    test = next(test for test in result["tests"] if test["name"] == entry.slot)
    idle = next(test for test in ran.result(IDLE)["tests"] if test["name"] == entry.slot)
    text = json.dumps(result, ensure_ascii=False)
    never = [said for said in entry.never if said in ran.page(entry.student)]
    counted = any(c.isdigit() for c in entry.says) or "terminal" in entry.says
    own = "RuntimeError" in test["output"]
    return {
        **found,
        "share": test["score"] / test["max_score"],
        "idle": idle["score"] / test["max_score"],
        "verdict": test["extra_data"]["verdict"],
        "told": bool(never) or (counted and own and entry.says not in test["output"]),
        "secret_shown": any(secret in text or secret in page for secret in SECRETS),
        "raw_controls": bool(CONTROLS.search(page)),
        "notes": [test["output"][:300]],
    }


def _kept(path: Path) -> Any:
    now = path.stat()
    extra = list(os.listxattr(path))
    return path.read_bytes(), now.st_mode & 0o777, int(now.st_mtime), extra, now.st_nlink


# ------------------------------------------------------------------------------ outcomes


def outcome(way: str, entry: Hostile, run: Run, idle: float, right: float) -> dict[str, Any]:
    """What one run came to."""
    if "failed" in run or "not_run" in run:
        return {"not_run": run.get("not_run", run.get("failed"))}
    share, status = run["share"], run["status"]
    ended = status == 120 or re.search(r"\d+ (passed|failed)", run.get("said", ""))
    if way.startswith("pytest") and not ended:  # 120: all ran, but its output was cut by the limit
        share = None  # it was interrupted, or fell: what did not fail did not run
    ends = status is None or (way == "nbgrader" and status >= 128)  # it grades a whole class
    deserved = max(idle, entry.deserved.get(entry.slot, 0.0) * right)
    family = entry.id.partition("-")[0]
    told = run["told"] or run.get("secret_noted") or run["secret_shown"]
    got_out = run["traces"] or run["heard"] or run["running"] or run["changed"]
    gained = 0.0 if share is None or entry.honest else max(0.0, share - deserved)
    return {
        "share": share,
        "gained": round(gained, 3),
        "lost": entry.honest and (share is None or share < deserved - 1e-6),
        "reads": bool((told and family == "reading") or (run["secret_shown"] and family != "odd")),
        "shown": bool(run["secret_shown"]),
        "escapes": bool(got_out or (told and family == "escaping")),
        "limit": bool(run["limit"]),
        "batch_ends": ends and not run["limit"],
        "no_result": share is None,
        "status_0": way.startswith("pytest") and share is None and status == 0,
        "raw": bool(run.get("raw_controls")),
    }


def begin(most: int) -> dict[str, Any]:
    """Prepare, grade with ours, and see what nothing and the right work get from the others."""
    chosen = sample(most)
    slots = {entry.slot for _, entry in chosen}
    otter = prepare(slots)
    about = say_machine()
    about["versions"]["otter-grader"] = otter.version()
    walls = {way: WALL.get(way, OTHER_WALL) for way in WAYS}
    raw: dict[str, Any] = {"machine": about, "most": most, "wall_limit": walls, "seconds": 0}
    raw["ours"] = ours([entry for _, entry in chosen])
    print(f"ours: {raw['ours']['wall']} s, isolation {raw['ours']['isolation']}", flush=True)
    raw["baseline"] = {
        way: {
            slot: {
                kind: closed_in(way, f"{kind}:{slot}", slot, otter) for kind in ("idle", "right")
            }
            for slot in sorted(slots)
        }
        for way in WAYS
    }
    for way, some in raw["baseline"].items():
        for slot, both in some.items():
            shares = {kind: (one.get("share"), one.get("wall")) for kind, one in both.items()}
            print(f"{way:16s} {slot:20s} {shares}", flush=True)
    raw["runs"] = {way: {} for way in WAYS}
    return raw


def measure(raw: dict[str, Any], deadline: float) -> None:
    """Run what was not yet run; what there is so far is written after each entry."""
    chosen = sample(raw["most"])
    otter = graders({entry.slot for _, entry in chosen})
    started, before = time.monotonic(), raw["seconds"]
    for number, (kind, entry) in enumerate(chosen, 1):
        if entry.id in raw["runs"][WAYS[-1]]:
            continue
        if time.monotonic() - started > deadline:
            print(f"stopped after {number - 1} of {len(chosen)} entries: out of time")
            break
        for way in WAYS:
            why = not_run(way, entry, kind)
            found = {"not_run": why} if why else closed_in(way, entry.id, entry.slot, otter)
            raw["runs"][way][entry.id] = found
        shares = [raw["runs"][way][entry.id].get("share") for way in WAYS]
        walls = [raw["runs"][way][entry.id].get("wall") for way in WAYS]
        print(f"{number:3d} {entry.id:45s} {shares} {walls}", flush=True)
        raw["seconds"] = before + round(time.monotonic() - started)
        RAW.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")


def outcomes(raw: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """grader -> entry -> what it came to."""
    found: dict[str, dict[str, dict[str, Any]]] = {"autograder": {}}
    for way, runs in raw["runs"].items():
        found[way] = {}
        for id, run in runs.items():
            base = raw["baseline"][way][ENTRIES[id].slot]
            idle, right = (float(base[kind].get("share") or 0) for kind in ("idle", "right"))
            found[way][id] = outcome(way, ENTRIES[id], run, idle, right)
    for id in found["pytest"]:
        run = raw["ours"]["runs"][id]
        found["autograder"][id] = outcome("", ENTRIES[id], run, run.get("idle", 0.0), 1.0)
    return found


# ------------------------------------------------------------------------------ the table

COLUMNS = {
    "autograder": "autograder",
    "nbgrader": "nbgrader",
    "otter": "otter",
    "pytest": "pytest",
    "pytest-allclose": "pytest, np.allclose",
}
WORDS = {
    "gained": "undeserved",
    "reads": "reads it",
    "escapes": "gets out",
    "lost": "honest work loses",
    "raw": "raw on the terminal",
    "limit": "no end",
    "batch_ends": "batch ends",
    "status_0": "status 0, no report",
    "no_result": "no result",
}


def cell(some: list[dict[str, Any]], family: str) -> str:
    """What happened to the entries of a kind, in a few words."""
    ran = [one for one in some if "not_run" not in one]
    if not ran:
        return "not run"
    words: list[str] = []
    for key, word in WORDS.items():
        if key == "raw" and family != "confusing":
            continue
        hit = [one for one in ran if one[key]]
        if key == "no_result":  # unless that is said already
            said = ("limit", "batch_ends", "lost", "status_0")
            hit = [one for one in hit if not any(one[other] for other in said)]
        if family == "odd" and key == "escapes":
            word = "its code is run"
        if hit:
            words.append(f"{len(hit)}{'' if words else f' of {len(ran)}'} {word}")
    text = ", ".join(words) or f"0 of {len(ran)}"
    return text if len(ran) == len(some) else f"{text} ({len(some) - len(ran)} not run)"


def table(raw: dict[str, Any]) -> str:
    """Markdown: a row a kind."""
    found = outcomes(raw)
    lines = [f"| attack | {' | '.join(COLUMNS.values())} |", "|---" * (1 + len(COLUMNS)) + "|"]
    for kind, entries in KINDS.items():
        family, _, name = kind.partition(": ")
        ids = [entry.id for entry in entries if entry.id in found["pytest"]]
        if ids:
            cells = [cell([found[way][id] for id in ids], family) for way in COLUMNS]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def summary(raw: dict[str, Any]) -> dict[str, Any]:
    """Counts for each grader."""
    found = outcomes(raw)
    entries = Counter(id.partition("-")[0] for id in found["pytest"])
    return {
        "entries": dict(entries),
        "of": {name: len(some) for name, some in FAMILIES.items()},
        "left_out": LEFT_OUT,
        "graders": {way: _counts(some) for way, some in found.items()},
    }


def _counts(some: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    ran = {id: one for id, one in some.items() if "not_run" not in one}
    keys = (*WORDS, "shown")
    return {
        "run": len(ran),
        **{key: sum(bool(one[key]) for one in ran.values()) for key in keys},
        "which": {key: [id for id, one in ran.items() if one[key]] for key in keys},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=3, help="entries of each kind (default 3)")
    parser.add_argument("--minutes", type=float, default=25, help="no new entry after so many")
    parser.add_argument("--table", action="store_true", help="print the table of the last run")
    parser.add_argument("--resume", action="store_true", help="go on with the last run")
    parser.add_argument("--again", action="store_true", help="sum up the last run once more")
    given = parser.parse_args()
    if given.table:
        print(table(json.loads(RAW.read_text("utf-8"))), end="")
        return
    old = given.again or given.resume
    raw = json.loads(RAW.read_text("utf-8")) if old else begin(given.most)
    if not given.again:
        measure(raw, 60 * given.minutes)
    raw["outcomes"], raw["summary"] = outcomes(raw), summary(raw)
    RAW.write_text(json.dumps(raw, indent=1, default=str) + "\n", "utf-8")
    for way, counts in raw["summary"]["graders"].items():
        print(way, {key: value for key, value in counts.items() if key != "which"})
    print(f"raw results: {RAW.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
