"""The front of the command: what `--help` says, what it imports, how errors end."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import autograder.commands
from autograder.cli import COMMANDS, STAFF_PACKAGES, main
from autograder.errors import GraderFault
from tests.conftest import ROOT

# Modules that are no command.
SHARED = {"__init__", "console", "class_display", "proof_tables", "streams"}


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def test_every_module_of_commands_is_a_command() -> None:
    folder = Path(autograder.commands.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - SHARED == set(COMMANDS)
    assert [command(name).name for name in COMMANDS] == list(COMMANDS)


def test_help_has_a_whole_sentence_for_every_command() -> None:
    lines = CliRunner().invoke(main, ["--help"]).stdout.splitlines()
    listed = lines[lines.index("Commands:") + 1 :]
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_help_text(name: str) -> None:
    for parameter in command(name).params:
        assert isinstance(parameter, click.Argument) or (parameter.help or "").endswith((".", "…"))


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from autograder.cli import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "print(*{'numpy', 'rich', 'msgpack', 'msgspec', 'jinja2', 'pytest'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_an_error_of_the_kit_is_one_line_and_its_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(main, ["check"])
    assert ran.exit_code == 2
    assert ran.stderr.startswith("autograder: no checks/assignment.json here")
    assert ran.stderr.count("\n") == 1

    def fail(start: Path) -> None:
        raise GraderFault("the disk melted")

    monkeypatch.setattr("autograder.public.released_folder.find_released", fail)
    ran = CliRunner().invoke(main, ["hint", "double"])
    assert (ran.exit_code, ran.stderr) == (3, "autograder: the disk melted\n")


def without(package: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Run a command that needs a package which is not installed."""

    def fail(name: str) -> None:
        raise ModuleNotFoundError(name=package)

    monkeypatch.setattr("autograder.cli.import_module", fail)
    return CliRunner().invoke(main, ["verify", "toy"])


def test_a_missing_staff_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = without("nbgrader", monkeypatch)
    assert ran.exit_code == 1
    assert ran.stderr.startswith("autograder: staff commands need nbgrader, which is not installed")
    assert 'pip install "rnn-autograder[course,staff]"' in ran.stderr


def test_another_missing_module_is_a_fault_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert isinstance(without("numpy", monkeypatch).exception, ModuleNotFoundError)


def test_every_package_that_only_staff_install_is_known() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    staff = settings["project"]["optional-dependencies"]["staff"]
    names = {requirement.partition(">")[0] for requirement in staff}
    imported = {"python-dateutil": "dateutil", "pyyaml": "yaml"}
    names = {imported.get(name, name) for name in names}
    assert names - {"ipykernel"} <= STAFF_PACKAGES  # a notebook imports ipykernel, not the kit
