"""Set up what this assignment needs. All that has to be there before is Python 3.11 or newer.

    python install.py                    what the assignment needs; PyTorch is a large download
    python install.py --without-torch    all but PyTorch: enough for the slots that use NumPy
    python install.py --with-jupyter     Jupyter too, to open the notebook in a browser

On macOS and Linux the command may be called python3, on Windows py. Everything is put into the
folder .venv beside this file, which may be deleted. Running it again adds what is missing.
"""

# Old Pythons must get as far as being told that they are too old: no syntax newer than 3.6.
import argparse
import os
import subprocess
import sys

OLDEST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else VENV + "/bin/python"
AGAIN = "Then run it again: what is there already is not downloaded twice."
# Words in what pip says, and what can be done where it says them.
MENDS = (
    (
        ("connection broken", "name resolution", "getaddrinfo", "timed out", "ssl certificate"),
        "The packages cannot be reached: connect to the internet (or sign in to its page, or set "
        "the proxy that your network needs in HTTPS_PROXY). " + AGAIN,
    ),
    (("no space left", "not enough space"), "The disk is full: make room. " + AGAIN),
    (
        ("permission denied", "access is denied"),
        "A file cannot be written: move this folder to one of your own, such as your documents, "
        "and close programs that use its .venv. " + AGAIN,
    ),
    (
        # The last two: it found none that fits, or only the source, which needs a compiler.
        ("no matching distribution", "conflicting dependencies", "failed building wheel"),
        "A package is not made for this Python, which is {version}: install Python 3.12 from "
        "https://www.python.org/downloads/, delete the folder .venv, and run this with it.",
    ),
)
DONE = """
Done. Next:

1. Activate it, in this folder and in each new terminal:
     Windows, PowerShell    .venv\\Scripts\\Activate.ps1
     Windows, cmd           .venv\\Scripts\\activate.bat
     macOS and Linux        source .venv/bin/activate
   Where PowerShell refuses to run scripts, first:
     Set-ExecutionPolicy -Scope Process RemoteSigned
2. cd {assignment}
3. autograder check         says what there is to do, and where
   autograder hint SLOT     a question that helps
   autograder pack          makes the zip that you hand in
{notebook}
In Visual Studio Code: open the folder {assignment}, run "Python: Select Interpreter", and enter
  {python}
Then "Tasks: Run Test Task" checks, and lists what is not right.
"""
BROWSER = """   jupyter lab              opens the notebook in a browser
"""
NO_BROWSER = """The notebook opens in Visual Studio Code. To open it in a browser, first:
   python install.py --with-jupyter
"""
NO_TORCH = """
PyTorch is left out: what needs it says "not checked". To add it: python install.py
"""


def main() -> int:
    """Set it up; 0 if it is, 1 if something is to be mended first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--without-torch", action="store_true", help="leave PyTorch out")
    parser.add_argument("--with-jupyter", action="store_true", help="Jupyter too")
    options = parser.parse_args()
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return mend(
            f"Python 3.11 or newer is needed, and this is {version}.",
            "Install one from https://www.python.org/downloads/ and run this with it, such as "
            "python3.12 install.py (on Windows: py -3.12 install.py).",
        )
    said = make_environment()
    if said:
        return mend(*said)
    with open(os.path.join(HERE, "requirements.txt"), encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    wanted = [line for line in lines if line and not line.startswith(("#", "-"))]
    if options.without_torch:
        wanted = [line for line in wanted if not line.startswith("torch=")]
    if options.with_jupyter:
        wanted.append("jupyterlab")
    print("installing: some minutes, once", flush=True)
    said_by_pip = install(["-c", "constraints.txt", *wanted])
    if not said_by_pip:  # a newer kit may have the number of the one that is there
        kit = [line for line in wanted if line.endswith(".whl")]
        said_by_pip = install(["--no-deps", "--force-reinstall", "--quiet", *kit])
    if said_by_pip:
        words = said_by_pip.lower()
        found = [text for signs, text in MENDS if any(sign in words for sign in signs)]
        what = found[0] if found else "Send the lines above to those who run your course."
        return mend("Not everything could be installed.", what.format(version=version))
    notebook = BROWSER if options.with_jupyter else NO_BROWSER
    print(DONE.format(assignment=assignment(), notebook=notebook, python=PYTHON), end="")
    if options.without_torch:
        print(NO_TORCH, end="")
    return 0


def mend(wrong: str, what: str) -> int:
    """Say what is wrong and what mends it."""
    print(f"\n{wrong}\n{what}", file=sys.stderr)
    return 1


def make_environment() -> "tuple[str, str] | None":
    """Make .venv, unless a whole one is there; what is wrong and its mend, or None."""
    if os.path.exists(VENV) and not os.path.exists(os.path.join(VENV, "pyvenv.cfg")):
        return ".venv is there and is no environment of Python's.", "Rename it, and run this again."
    if os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", "import pip"]) == 0:
        return None
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        return (
            f"This Python has no module {error.name}, which makes environments.",
            "On Debian and Ubuntu: sudo apt install python3-venv. Elsewhere install Python from "
            "https://www.python.org/downloads/. Then run this again.",
        )
    print("making .venv", flush=True)
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        return (
            "The environment .venv could not be made.",
            "The lines above say why: a full disk, perhaps, or a folder that is not yours to "
            "write in. Move this folder to your documents, and run this again.",
        )
    return None


def install(arguments: "list[str]") -> str:
    """Let the environment's pip install; what it said where that failed, or nothing."""
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    process = subprocess.Popen(
        pip + arguments, cwd=HERE, stderr=subprocess.PIPE, universal_newlines=True, errors="replace"
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:  # shown as it comes, and kept
        sys.stderr.write(line)
        sys.stderr.flush()
        said.append(line)
    return "".join(said) or "nothing" if process.wait() != 0 else ""


def assignment() -> str:
    """The folder with the assignment, which lies beside this file."""
    marker = os.path.join("checks", "assignment.json")
    return next(f for f in os.listdir(HERE) if os.path.exists(os.path.join(HERE, f, marker)))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nstopped; run it again to go on")
