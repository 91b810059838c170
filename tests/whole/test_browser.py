"""What people see, in a real browser: `%check` in JupyterLab, the formgrader, the report's pages.

They run where a Chromium is installed. Screenshots are left in `build/browser/`, to be looked at.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

from autograder.assignment import reader
from tests.conftest import NAME, ROOT, Ran
from tests.nbgrader.test_nbgrader import Course

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome is installed"
)
FLAGS = [
    "--no-sandbox",  # which root cannot have; only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = ROOT / "build" / "browser"
PATIENCE = 60_000  # milliseconds, for a page on a busy machine
TOKEN = "only-for-this-test"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            headless=True,
            args=FLAGS,
            viewport={"width": 1280, "height": 900},
        )
        context.set_default_timeout(PATIENCE)
        yield context
        context.close()


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@contextmanager
def jupyter(folder: Path, home: Path) -> Iterator[str]:
    """A Jupyter server in `folder`, with settings of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir(exist_ok=True)
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
           "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")  # fmt: skip
    environment = {name: str(home / name.lower()) for name in own}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
                *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
                *("--ServerApp.ip=127.0.0.1", f"--IdentityProvider.token={TOKEN}"),
            ],
            cwd=folder,
            env={**os.environ, **environment, "HOME": str(home), "PATH": path},
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(server, f"{address}/api/status?token={TOKEN}", home / "server.log")
        yield address
    finally:
        server.terminate()  # it ends its kernels
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(PATIENCE // 200):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(log.read_text())


# ------------------------------------------------------------------------------ %check

# A series of arrays with few numbers, and a result with more entries than fit as numbers.
FEW, MANY = "F01_never_advances", "M15_truncates_at_20"
MARKUP = "<img src=x onerror=document.title='run'><b>bold</b>"
# The contrast of each cell's text with what is behind it, the page's own colours included.
CONTRASTS = """figure => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const over = (front, back) => {
    const alpha = front.length > 3 ? front[3] : 1;
    return [0, 1, 2].map(i => front[i] * alpha + back[i] * (1 - alpha));
  };
  const behind = element => {
    if (!element) return [255, 255, 255];
    return over(parts(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  };
  const light = colour => colour.map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  return [...figure.querySelectorAll("td, th, figcaption, span")].map(element => {
    const back = behind(element), front = over(parts(getComputedStyle(element).color), back);
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  });
}"""


@dataclass(frozen=True)
class Lab:
    """JupyterLab in a copy of what students get, where three slots are wrong."""

    address: str
    folder: Path
    home: Path
    slots: tuple[str, ...]

    def theme(self, name: str) -> None:
        """Choose a theme for the pages that are opened from now on."""
        settings = self.home / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": name}))
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))

    def open(self, page: Page, notebook: str) -> None:
        page.set_viewport_size({"width": 1280, "height": 1500})  # JupyterLab draws what is seen
        page.goto(f"{self.address}/lab/tree/{notebook}?reset&token={TOKEN}")
        page.locator(".jp-CodeCell").first.wait_for()

    def reopen(self, page: Page, notebook: str = "checks.ipynb") -> None:
        """Open a notebook that was run, and wait for its outputs."""
        self.open(page, notebook)
        for number in range(1, len(self.slots) + 1):
            output(page, number).get_by_text("slots pass the public checks").wait_for()


@pytest.fixture(scope="module")
def lab(browser: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The notebook `checks.ipynb` was run in it by a person's keys, and saved."""
    known = reader.load(NAME, ROOT)
    where = tmp_path_factory.mktemp("lab")
    folder = Path(shutil.copytree(ROOT / "release" / NAME, where / NAME))
    wrong = [one for one in known.misconceptions if one.id in (FEW, MANY)]
    for one in wrong:
        (folder / known.slots[one.slot].file).write_text(known.edited(one))
    other = next(slot for slot in known.slots.values() if slot.name == "hidden_state_matrix")
    (folder / other.file).write_text(f'raise ValueError("{MARKUP}")\n')
    slots = (*(one.slot for one in wrong), other.name)
    cells = [
        "%load_ext autograder",
        *(f"%check {slot}" for slot in slots),
        "import sys; print('imported:', *{'matplotlib', 'torch'} & set(sys.modules))",
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, folder / "checks.ipynb")
    with jupyter(folder, where / "home") as address:
        lab = Lab(address, folder, where / "home", slots)
        lab.theme("JupyterLab Light")
        page = browser.new_page()
        lab.open(page, "checks.ipynb")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        for number in range(len(cells)):
            cell = page.locator(".jp-CodeCell").nth(number)
            cell.locator(".cm-content").click()
            page.keyboard.press("Shift+Enter")
            cell.get_by_text(f"[{number + 1}]:", exact=True).wait_for()
        page.keyboard.press("Control+S")
        page.locator(".jp-mod-dirty").wait_for(state="detached")
        for _ in range(PATIENCE // 200):
            saved = nbformat.read(folder / "checks.ipynb", as_version=4)
            if saved.cells[len(cells) - 1].outputs:
                break
            time.sleep(0.2)
        assert saved.cells[len(cells) - 1].outputs
        page.close()
        yield lab


def words(text: str) -> str:
    return " ".join(text.split())


def output(page: Page, number: int) -> Locator:
    return page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea-output")


def test_check_shows_the_words_of_the_terminal(
    lab: Lab, page: Page, autograder: Callable[..., Ran]
) -> None:
    lab.reopen(page)
    for number, slot in enumerate(lab.slots, 1):
        shown = words(output(page, number).inner_text())
        lines = autograder("check", slot, cwd=lab.folder).out.splitlines()
        verdict = re.search(rf"^✗ {re.escape(slot)} (\w+): \d+ of", shown)
        assert verdict
        assert verdict[1] in ("wrong", "error")
        for line in lines:
            assert words(line) in shown.replace(f"{verdict[1]}: ", "", 1), line
    assert MARKUP in shown
    assert page.title() != "run"
    assert page.get_by_text("bold", exact=True).count() == 0
    assert words(output(page, len(lab.slots) + 1).inner_text()) == "imported:"


def test_check_draws_what_differs_in_a_table_or_in_characters(lab: Lab, page: Page) -> None:
    lab.reopen(page)
    few, many = output(page, 1).locator("figure"), output(page, 2).locator("figure")
    assert "got minus expected: 4 of 6 entries are wrong, at steps 1 to 2." in few.inner_text()
    assert few.locator("th[scope=col], th[scope=colgroup]").all_inner_texts() == [
        "", "step (index of outputs)", "entry", "0", "1", "2",
    ]  # fmt: skip
    assert few.locator("th[scope=row]").all_inner_texts() == ["0", "1"]
    cells = few.locator("td").all_inner_texts()
    assert [cells[0], cells[3]] == ["·", "·"]
    gaps = [float(cell) for cell in cells if cell != "·"]
    tips = [few.locator("td").nth(k).get_attribute("title") for k in (1, 2, 4, 5)]
    pairs = [re.findall(r"-?\d[\d.e-]*", str(tip)) for tip in tips]
    assert gaps == [pytest.approx(float(got) - float(want), rel=0.1) for want, got in pairs]
    drawn = many.locator("pre")
    assert re.search(r"·+░+▒+▓+█+·+$", drawn.inner_text())
    caption = words(many.locator("figcaption").inner_text())
    assert caption == drawn.get_attribute("aria-label")
    assert "13 of 20 entries are wrong, at indices 6 to 18 of axis 1" in caption


@pytest.mark.parametrize("name", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_drawing_is_readable_in_both_themes(lab: Lab, page: Page, name: str) -> None:
    lab.theme(name)
    lab.reopen(page)
    figure = output(page, 1).locator("figure")
    page.locator(f"body[data-jp-theme-name='{name}']").wait_for(state="attached")
    page.screenshot(path=SHOTS / f"check-{name.split()[1].lower()}.png")
    contrasts = figure.evaluate(CONTRASTS)
    assert len(contrasts) > 12
    assert min(contrasts) >= 4.5


def test_the_drawing_is_there_where_the_notebook_is_not_trusted(lab: Lab, page: Page) -> None:
    notebook = nbformat.read(lab.folder / "checks.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("trusted", None)
    notebook.cells[0].source += "  # from somebody else"
    notebook.cells[1].outputs[0].data["text/html"] += "<svg id='stripped'></svg>"
    nbformat.write(notebook, lab.folder / "foreign.ipynb")
    lab.theme("JupyterLab Light")
    lab.reopen(page, "foreign.ipynb")
    figure = output(page, 1).locator("figure")
    assert figure.locator("td").count() == 6
    page.screenshot(path=SHOTS / "check-untrusted.png")
    assert output(page, 1).locator("svg").count() == 0  # so it is not trusted indeed
    colours = {cell.evaluate("e => getComputedStyle(e).backgroundColor")
               for cell in figure.locator("td").all()}  # fmt: skip
    assert len(colours) == 3
    assert "░▒" in words(output(page, 2).locator("pre").last.inner_text())


# ------------------------------------------------------------------------------ formgrader


def test_a_written_answer_is_marked_in_the_formgrader_beside_the_feedback_of_the_code(
    page: Page, tmp_path: Path
) -> None:
    course = Course(tmp_path)
    course.run("autograder", "release", "toy", "--no-verify")
    course.hand_in("bob", course.reference.replace("x + x", "x + x + x"), "My answer.")
    course.run("autograder", "grade", "toy")
    before = course.gradebook()["bob"]
    assert before["question-1"] == (None, None, True)
    with jupyter(course.root, tmp_path / "home") as address:
        page.goto(f"{address}/lab?token={TOKEN}")  # which logs in
        page.goto(f"{address}/formgrader/gradebook/toy/toy")
        links = page.locator("a[href*='/formgrader/submissions/']")
        links.first.wait_for(state="attached")
        links.filter(visible=True).first.click()
        page.get_by_text("Likely cause").first.wait_for()
        shown = words(page.locator("body").inner_text())
        test = course.results()["bob"]["tests"][0]
        assert test["extra_data"]["verdict"] == "wrong"
        for line in test["output"].splitlines():
            assert words(line) in shown
        assert "My answer." in shown
        box = page.locator("input.score#question-1")
        page.locator("input.score.needs_manual_grade#question-1").wait_for()  # it has loaded
        box.press_sequentially("1.5")
        page.screenshot(path=SHOTS / "formgrader.png", full_page=True)
        with page.expect_response(lambda r: "/api/grade/" in r.url and r.request.method == "PUT"):
            box.press("Tab")
        page.reload()
        page.wait_for_function("document.querySelector('input.score#question-1')?.value == '1.5'")
    assert course.gradebook()["bob"] == {**before, "question-1": (None, 1.5, False)}
    course.nbgrader("export")
    with (course.root / "grades.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert float(row["score"]) == course.results()["bob"]["score"] + 1.5


# ------------------------------------------------------------------------------ the report


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small class in which one has begun."""
    course = tmp_path_factory.mktemp("class")
    shutil.copytree(ROOT / "solutions", course / "solutions")
    known = reader.load(NAME, course)
    (begun,) = (one for one in known.misconceptions if one.id == FEW)
    for student in ("ada", "bob-with-a-name-that-is-as-long-as-some-learning-platforms-make-it"):
        folder = course / "submitted" / student / NAME
        shutil.copytree(ROOT / "release" / NAME, folder)
    (course / "submitted" / "ada" / NAME / known.slots[begun.slot].file).write_text(
        known.edited(begun)
    )
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", NAME, "--no-gradebook"],
        cwd=course, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return course / "reports" / NAME


@pytest.mark.parametrize("width", [1280, 375])
def test_the_reports_pages_fit_the_window_and_log_no_error(
    page: Page, reports: Path, width: int
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": width, "height": 800})
    pages = [*reports.glob("*.html"), *reports.glob("students/*.html")]
    assert {"index.html", "marking.html", "ada.html"} < {path.name for path in pages}
    for path in pages:
        page.goto(path.as_uri())
        assert page.locator("h1").is_visible()
        page.screenshot(path=SHOTS / f"report-{path.stem[:10]}-{width}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.evaluate("document.documentElement.clientWidth") <= width, path.name
    page.goto((reports / "index.html").as_uri())
    students = page.locator("table.sortable").filter(has_text="ada")
    first = students.locator("tbody th").first
    before = first.inner_text()
    for _ in range(2):
        students.get_by_role("button", name="student").click()
    assert first.inner_text() != before  # the page's own script may run
    assert said == []
