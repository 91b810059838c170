"""The class report, as a browser gets it: pages of a graded class, parsed."""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jinja2
import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.classroom import report
from autograder.classroom.results import from_json
from autograder.files import utf8, write_file
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.judging.program import Program
from autograder.judging.verdict import Verdict
from autograder.public.frozen_checks import FrozenChecks
from autograder.public.frozen_json import check_from_json, check_to_json
from tests.conftest import TOY, Ran

Command = Callable[..., Ran]
HandIn = Callable[..., Path]
MARKUP = "<script>alert(1)<"  # a folder's name holds no slash


class Page(HTMLParser):
    """What the tests ask of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sections: dict[str, str] = {}  # the id of its heading -> text
        self.code: dict[str, str] = {"script": "", "style": ""}
        self.text = ""
        self._section = self._inside = ""
        self._level = 0
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        if tag == "section":
            self._section = str(given["aria-labelledby"])
            self.sections[self._section] = ""
        if re.fullmatch("h[1-6]", tag):
            self._level = int(tag[1])
            self.headings.append((self._level, ""))
        if tag in self.code:
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        if tag == "section":
            self._section = ""
        if re.fullmatch("h[1-6]", tag):
            self._level = 0
        if tag in ("td", "th", "li", "p", "tr", "dt", "dd"):
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.code[self._inside] += data
            return
        self.text += data
        if self._section:
            self.sections[self._section] += data
        if self._level:
            self.headings[-1] = (self._level, self.headings[-1][1] + data)

    def section(self, id: str) -> str:
        return re.sub(r"\s+", " ", self.sections[id])


def pages(out: Path) -> list[Page]:
    return [Page(path) for path in [*out.glob("*.html"), *out.glob("students/*.html")]]


def student_page(out: Path, name: str) -> Page:
    return Page(out / "students" / f"{name}.html")


def result(out: Path, name: str) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    text = (out / "results" / f"{name}.json").read_text()
    data: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return data


QUESTIONS = """
[[questions]]
id = "why-twice"
points = 6
asks = "Why is four times x < 5 times x?"
answer = "Because x is positive."
scheme = ["4 points: the sign of x", "2 points: x = 0 is named"]
"""


def write_pages(folder: Path, results: dict[str, dict[str, Any]], toy: Assignment) -> None:
    typed = {name: from_json(json.dumps(one).encode()) for name, one in results.items()}
    for name, text in report.texts(typed, toy).items():
        write_file(folder / name, utf8(text()), parents=True)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a class in which everything occurs that a student can do."""
    course = tmp_path_factory.mktemp("report") / "course"
    shutil.copytree(TOY, course)
    (course / "solutions" / "toy" / "questions.toml").write_text(QUESTIONS)
    text = reader.load("toy", course).files["moves.py"].text
    right = "".join(line for line in text.splitlines(keepends=True) if "### " not in line)

    def double(expression: str) -> str:
        return right.replace("return x + x", f"return {expression}")

    submissions = {
        "ada": right,
        "bob": double("x + x + x"),
        "cat": None,
        "dan": double("x + x + x").replace("double(double(x))", "double(x)"),
        "eve": double("exec('while True: pass')"),
        "fay": right.replace("import numpy as np", "import os\nimport numpy as np").replace(
            "return x + x", "os._exit(3)"
        ),
        "gus": right.replace("np.add(position, step)", "np.cumsum([position, step], 0)[-1]"),
        "just_right": double("(x + x) * (1 + 5e-11)"),
        "just_wrong": double("(x + x) * (1 + 5e-10)"),
        "far_off": double("(x + x) * (1 + 5e-3)"),
        "infinite": double("x * np.inf"),
        "nan": double("x * np.nan"),
        "huge": double("np.full_like(x, 1.7e308)"),
        MARKUP: double("'<img src=x onerror=alert(1)>' + 1"),
        '"onclick="alert(1)': right,
        "javascript:alert(1)": None,
        "x%2F..%2Fy#z?&amp;": right,
    }
    for student, source in submissions.items():
        folder = course / "submitted" / student / "toy"
        folder.mkdir(parents=True)
        if source is not None:
            (folder / "moves.py").write_text(source)
    inner = course / "submitted" / "cat" / "toy" / "src"
    inner.mkdir()
    (inner / "moves.py").write_text(right)
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", "toy"],
        cwd=course,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return course / "reports" / "toy"


def test_every_link_leads_to_a_file_and_an_anchor_that_are_there(out: Path) -> None:
    everything = {page.path.resolve(): page for page in pages(out)}
    assert len(everything) == 2 + len(list((out / "results").iterdir()))
    for page in everything.values():
        assert page.links
        for link in page.links:
            url = urlsplit(link)
            assert not url.scheme and not url.netloc and not url.query, link
            target = page.path.resolve()
            if url.path:
                target = (page.path.parent / unquote(url.path)).resolve()
            assert target in everything, link
            if url.fragment:
                assert unquote(url.fragment) in everything[target].ids, link


def test_the_index_leads_to_every_page_and_the_pages_to_one_another(out: Path) -> None:
    index = Page(out / "index.html")
    linked = {(out / unquote(urlsplit(link).path)).resolve() for link in index.links}
    everything = {page.path.resolve() for page in pages(out)}
    assert everything - linked <= {index.path.resolve()}
    walked, page = [], student_page(out, min(path.stem for path in out.glob("students/*.html")))
    while True:
        walked.append(page.path.name)
        after = [given["href"] for tag, given in page.tags if given.get("rel") == "next"]
        if not after:
            break
        page = Page(out / "students" / unquote(str(after[0])))
    assert sorted(walked) == sorted(path.name for path in (out / "students").iterdir())


def test_headings_landmarks_and_anchors_are_in_order(out: Path) -> None:
    for page in pages(out):
        levels = [level for level, _ in page.headings]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert all(text.strip() for _, text in page.headings)
        assert len(set(page.ids)) == len(page.ids)
        tags = [tag for tag, _ in page.tags]
        assert tags.count("main") == tags.count("header") == tags.count("footer") == 1
        assert page.links[0] == "#main" and "main" in page.ids
        assert ("html", {"lang": "en"}) in page.tags
        for tag, given in page.tags:
            if tag == "nav" or given.get("role"):
                assert given.get("aria-label"), tag


def test_every_section_is_there_and_linked_from_the_top(out: Path) -> None:
    index = Page(out / "index.html")
    sections = ["marks", "slots", "demands", "misconceptions", "attention", "students", "computed"]
    assert list(index.sections) == sections
    assert [link for link in index.links if link in [f"#{id}" for id in sections]][
        -len(sections) :
    ] == [f"#{id}" for id in sections]


def test_the_top_says_how_many_and_how_good(out: Path) -> None:
    text = re.sub(r"\s+", " ", Page(out / "index.html").text)
    scores = sorted(json.loads(p.read_text())["score"] for p in (out / "results").iterdir())
    assert len(scores) == 17  # so that the quartiles are somebody's
    assert "submissions 17 " in text
    assert f"median of 9 automatic points {scores[8]:g} " in text
    assert f"middle half (quartiles) {scores[4]:g} to {scores[12]:g} " in text


def test_the_histogram_counts_everybody_once(out: Path) -> None:
    rows = re.findall(
        r"([\d.]+) to (?:below )?([\d.]+) (\d+) ", Page(out / "index.html").section("marks")
    )
    assert [low for low, _, _ in rows][:2] == ["0", "0.9"]
    assert rows[-1][1] == "9"
    assert sum(int(count) for _, _, count in rows) == len(list((out / "results").iterdir()))
    tags = [tag for tag, _ in Page(out / "index.html").tags]
    assert tags.count("rect") >= sum(count != "0" for _, _, count in rows)


def test_each_slot_has_its_verdicts_counted(out: Path, toy: Assignment) -> None:
    results = [json.loads(path.read_text()) for path in (out / "results").iterdir()]
    said = Page(out / "index.html").section("slots")
    for number, slot in enumerate(toy.slots):
        tests = [one["tests"][number]["extra_data"] for one in results]
        counts = [sum(t["verdict"] == verdict for t in tests) for verdict in Verdict]
        counts.append(sum(t["carried_forward"] for t in tests))
        mean = sum(one["tests"][number]["score"] for one in results) / len(results)
        row = f"{mean:.2f} of {toy.slots[slot].points:g} {' '.join(map(str, counts))} "
        assert re.search(rf"{re.escape(slot)} +{re.escape(row)}", said), (slot, row)


def test_each_demand_has_its_mean_the_least_met_first(out: Path) -> None:
    said = Page(out / "index.html").section("demands")
    found = [json.loads(path.read_text())["tests"][0] for path in (out / "results").iterdir()]
    begun = [one for one in found if one["extra_data"]["verdict"] not in ("missing", "not_started")]
    shares = [one["extra_data"]["demands"][0]["score"] / 3 for one in begun]
    missed = sum(share < 1 for share in shares)
    mean = int(100 * sum(shares) / len(shares))
    assert f"double: it doubles 3 {mean} % {missed} of {len(begun)} " in said
    order = [int(percent) for percent in re.findall(r"(\d+) %", said)]
    assert order == sorted(order) and len(order) == 4


def test_a_students_page_says_what_was_lost_for_what_and_what_would_have_kept_it(
    out: Path,
) -> None:
    bob = student_page(out, "bob").section("slot-double")
    assert (
        "0 of 3 ✗ it doubles What would have kept it: that it doubles (twice_two) "
        "1 of 1 ✓ it leaves its argument alone"
    ) in bob
    walk = student_page(out, "gus").section("slot-Walker.walk")
    assert "0 of 3 ✗ it returns every position" in walk  # forbidden
    assert "What would have kept it" not in walk
    assert "1 demand, all met" in student_page(out, "bob").section("slot-Walker.walk")


def test_misconceptions_are_ranked_with_their_words_and_students(out: Path) -> None:
    index = Page(out / "index.html")
    ranked = index.section("misconceptions")
    first, second = ranked.index("D1_triples"), ranked.index("Q1_doubles")
    assert first < second
    assert "2 students, double: x is counted three times" in ranked
    assert "How many x are there?" in ranked
    assert ranked[first:second].count("bob") == ranked[first:second].count("dan") == 1
    assert "students/bob.html#slot-double" in index.links
    assert "1 student, quadruple" in ranked


def test_what_needs_a_person_says_who_where_and_what_to_do(out: Path) -> None:
    index = Page(out / "index.html")
    said = index.section("attention")
    kinds = [text for level, text in index.headings if level == 3]
    assert kinds == [
        "Out of time",
        "The student's process ended",
        "A function or module that the slot may not use",
        "Near a tolerance",
        "Unusual files",
    ]
    parts = dict(zip(kinds, re.split("|".join(kinds), said)[1:], strict=True))
    assert "eve: double" in parts["Out of time"]
    assert "eve: double" not in parts["The student's process ended"]
    assert "fay: double" in parts["The student's process ended"]
    assert "numpy.cumsum" in parts["A function or module that the slot may not use"]
    assert "cat : moves.py lies in src/" in parts["Unusual files"].replace("cat:", "cat :")
    assert "nothing of the code was handed in" in parts["Unusual files"]
    for part in parts.values():
        assert re.match(" (Read|Look|See) ", part), "a sentence says what to do"
    people = re.search(r"need a person (\d+)", re.sub(r"\s+", " ", index.text))
    assert people and int(people[1]) == len(
        {"eve", "fay", "gus", "just_right", "just_wrong", "cat", "javascript:alert(1)"}
    )


def test_numbers_near_a_tolerance_are_listed_and_others_are_not(out: Path) -> None:
    said = Page(out / "index.html").section("attention").partition("Near a tolerance")[2]
    said = said.partition("Unusual files")[0]
    assert "just_right: double: twice_two passed at 0.5 times the tolerance" in said
    assert "just_wrong: double: twice_two failed at 5 times the tolerance" in said
    assert said.count("just_right: double") == said.count("just_wrong: double") == 1
    for other in ("ada", "bob", "far_off", "infinite", "nan", "huge"):
        assert f"{other}:" not in said
    assert "near the tolerance: 0.5 times" in student_page(out, "just_right").text
    assert "near the tolerance" not in student_page(out, "ada").text


def test_a_check_says_how_near_it_was_where_numbers_were_compared(out: Path) -> None:
    def margins(student: str) -> dict[str, float | None]:
        checks = result(out, student)["tests"][0]["extra_data"]["checks"]
        return {check["name"]: check.get("margin") for check in checks}

    assert margins("ada") == {"twice_two": 0.0, "argument": None}
    assert margins("just_right")["twice_two"] == 0.5
    assert margins("far_off")["twice_two"] == pytest.approx(5e7, rel=0.02)
    assert margins("infinite") == margins("nan") == {"twice_two": None, "argument": None}
    assert margins("huge")["twice_two"] is None  # beyond what a float can say
    assert margins("eve")["twice_two"] is None
    scores = {name: result(out, name)["tests"][0]["score"] for name in ("just_right", "just_wrong")}
    assert scores == {"just_right": 4, "just_wrong": 1}


def test_replayed_public_checks_know_the_margin_too(
    toy: Assignment, toy_reference: str, workers: Workers
) -> None:
    hidden = HiddenChecks(toy, workers, collect(toy), seed=3)
    with hidden, hidden.program(toy.reference()) as program:
        frozen = [check_to_json(hidden.run(program, check)) for check in hidden.checks["double"]]
    nodes = json.loads(json.dumps(frozen))
    runner = FrozenChecks(toy, [check_from_json(node) for node in nodes])
    near = toy_reference.replace("x + x", "(x + x) * (1 + 5e-11)").encode()
    with Program(toy, workers, {"moves.py": near}) as program:
        runs = [runner.run(program, check) for check in runner.checks["double"]]
    assert [run.passed for run in runs] == [True, True]
    assert runs[0].margin == pytest.approx(0.495, rel=0.05)  # frozen numbers are rounded
    assert runs[1].margin is None


def test_what_came_from_a_student_is_text_and_nothing_else(out: Path) -> None:
    assert f"{MARKUP}" in Page(out / "index.html").section("students")
    assert student_page(out, MARKUP).headings[0] == (1, MARKUP)
    for page in pages(out):
        for tag, given in page.tags:
            assert tag not in ("img", "iframe", "object", "embed", "form", "base")
            assert not any(name.startswith("on") or name == "style" for name in given), tag
        assert [tag for tag, _ in page.tags].count("script") == (page.path.name == "index.html")


def test_a_name_leads_nowhere_else(out: Path, toy: Assignment, tmp_path: Path) -> None:
    ada = result(out, "ada")
    ada["extra_data"]["student"] = "../x"
    folder = tmp_path / "deep" / "report"
    write_pages(folder, {"../x": ada, "a/b": ada, "": ada}, toy)
    assert len(list((folder / "students").iterdir())) == 3
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["report"]
    assert not list(folder.glob("x*"))
    index = Page(folder / "index.html")
    for link in index.links:
        if urlsplit(link).path:
            assert (folder / unquote(urlsplit(link).path)).is_file(), link


def test_nothing_is_loaded_and_only_the_pages_own_code_may_run(out: Path) -> None:
    for page in pages(out):
        (policy,) = [
            str(given["content"])
            for tag, given in page.tags
            if given.get("http-equiv") == "Content-Security-Policy"
        ]
        allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == "'none'"
        for tag, source in page.code.items():
            digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
            if source:
                assert allowed[f"{tag}-src"] == f"'sha256-{digest}'"
        for tag, given in page.tags:
            assert tag != "link" and not given.get("src") and not given.get("srcset")
        assert "@import" not in page.code["style"]
        assert set(re.findall(r"url\((.)", page.code["style"])) <= {"#"}
        assert not re.search("fetch|XMLHttp|import|https?:", page.code["script"])


def test_without_javascript_everything_is_in_the_page(out: Path) -> None:
    index = Page(out / "index.html")
    templates = Path(report.__file__).parent / "templates"
    assert index.code["script"] == (templates / "sort.js").read_text()  # it holds no data
    assert "button" not in [tag for tag, _ in index.tags]
    assert not any("hidden" in given for _, given in index.tags)
    table = index.section("students")
    for path in (out / "results").iterdir():
        graded = json.loads(path.read_text())
        words = [
            test["extra_data"]["verdict"].replace("_", " ")
            + (", carried forward" if test["extra_data"]["carried_forward"] else "")
            for test in graded["tests"]
        ]
        row = r" \S+".join(map(re.escape, ["", *words]))
        name = re.escape(graded["extra_data"]["student"])
        assert re.search(rf"{name} {graded['score']:g}{row}", table), path.name


def test_a_students_page_says_what_was_found_and_under_which_conditions(out: Path) -> None:
    page, graded = student_page(out, "bob"), result(out, "bob")
    assert page.headings[0] == (1, "bob")
    assert "6 of 9 automatic points" in page.text
    assert re.search(r"double\s+wrong", page.text)
    for test in graded["tests"]:
        if test["extra_data"]["verdict"] != "correct":
            assert test["output"] in page.text
        for check in test["extra_data"]["checks"]:
            word = {True: "passed", False: "failed", None: "not run"}[check["passed"]]
            assert f"{word}: {check['name']}" in page.sections[f"slot-{test['name']}"]
    assert "builds (double) is wrong" in page.section("slot-quadruple")
    assert "Likely misconception: D1_triples" in page.section("slot-double")
    conditions = page.section("graded")
    assert f"{graded['extra_data']['seed']} " in conditions
    assert graded["extra_data"]["isolation"] in conditions
    for name, version in graded["extra_data"]["versions"].items():
        assert f"{name} {version}" in conditions


def test_how_the_marks_were_computed(out: Path) -> None:
    said = Page(out / "index.html").section("computed")
    seed = result(out, "ada")["extra_data"]["seed"]
    assert "A slot's points are shared among its demands" in said
    assert "a check of several named results counts with the share of them" in said
    assert f"from seed {seed}." in said
    assert "1e-10 in float64 and 1e-4 in float32" in said
    assert "not a zero" in said
    assert "The 6 points of the written questions come on top" in said


def test_who_marks_the_written_questions_gets_answers_and_scheme(out: Path) -> None:
    page = Page(out / "marking.html")
    assert "staff only" in page.text
    assert "1 question, 6 points by hand, on top of the 9 automatic points" in page.text
    assert page.section("question-why-twice").split("points", 1)[0] == " why-twice: 6 "
    for text in ("x < 5 times x?", "Because x is positive.", "4 points: the sign of x"):
        assert text in page.text
    assert "marking.html" in Page(out / "index.html").links


def test_ungraded_slots_and_changes_are_shown_and_no_zero(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    hand_in("bob", toy_reference)
    reports = toy_course / "reports" / "toy"
    assert autograder("grade", "toy", cwd=toy_course).status == 0
    assert not (reports / "marking.html").exists()
    assert "changes" not in Page(reports / "index.html").sections
    hand_in("bob", toy_reference.replace("x + x", "x + x + x"))
    graders = toy_course / "solutions/toy/moves/test_quadruple.py"
    text = graders.read_text()
    graders.write_text(text.replace('"""quadruples"""', '"""quadruples"""\n    1 / 0', 1))
    assert autograder("grade", "toy", cwd=toy_course).status == 3
    index = Page(reports / "index.html")
    assert "ada: quadruple: moves/test_quadruple.py:9: ZeroDivisionError" in index.section(
        "attention"
    )
    assert "2 students with an ungraded slot have no total yet" in index.section("marks")
    assert "Nobody has a total yet." in index.section("marks")
    assert re.search(r"ada \? ", index.section("students"))
    assert re.search(r"quadruple – of 2", index.section("slots").replace("  ", " "))
    changes = index.section("changes")
    assert "bob, double: 4 before, 1 now: another moves.py was handed in" in changes
    assert "ada, quadruple: 2 before, ungraded now" in changes
    assert "ada, double" not in changes
    page = student_page(reports, "bob")
    assert "double: 4 before, 1 now" in page.section("changed")
    assert "no total yet" in page.text
    assert "ZeroDivisionError" in page.section("slot-quadruple")


def test_a_result_from_before_there_was_a_slot_is_shown_all_the_same(
    out: Path, toy: Assignment, tmp_path: Path
) -> None:
    old, new = result(out, "bob"), result(out, "ada")
    del old["tests"][1]
    old["tests"][0]["name"] = "of_old"
    write_pages(tmp_path, {"bob": old, "ada": new}, toy)
    assert "not in this result" in Page(tmp_path / "index.html").section("students")
    assert "slot-of_old" in student_page(tmp_path, "bob").ids


def many(out: Path, count: int) -> dict[str, dict[str, Any]]:
    """A large class in which every list of the report is long."""
    base = result(out, "just_wrong")
    base["tests"][0]["extra_data"]["misconception"] = "D1_triples"
    base["extra_data"]["notes"] = ["a note"]
    base["extra_data"]["changed"] = [{"slot": "double", "before": 1, "after": None, "why": "so"}]
    results = {}
    for i in range(count):
        results[f"student{i:04}"] = copy.deepcopy(base)
        results[f"student{i:04}"]["extra_data"]["student"] = f"student{i:04}"
    return results


def test_a_large_class_takes_one_rendering_a_page(
    out: Path, toy: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str | None] = []
    render = jinja2.Template.render

    def counted(self: jinja2.Template, *args: Any, **kwargs: Any) -> str:
        rendered.append(self.name)
        return render(self, *args, **kwargs)

    monkeypatch.setattr(jinja2.Template, "render", counted)
    write_pages(tmp_path, many(out, 1000), toy)
    pages = [name for name in rendered if name != "checks.html"]
    assert pages == ["index.html", *["student.html"] * 1000]
    assert len(rendered) - len(pages) <= 10  # lists of checks: equal ones once, of 3,000
    assert len(list((tmp_path / "students").iterdir())) == 1000


def test_twice_the_class_is_twice_the_work_and_no_more(
    out: Path, toy: Assignment, tmp_path: Path
) -> None:
    def work(count: int) -> int:
        results = many(out, count)
        calls = 0

        def called(frame: Any, event: str, argument: Any) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(called)
        try:
            write_pages(tmp_path / str(count), results, toy)
        finally:
            sys.setprofile(None)
        return calls

    work(1)  # fills caches
    small, medium, large = work(50), work(100), work(200)
    assert large - medium < 2.01 * (medium - small)
