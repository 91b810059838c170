"""The text of a new slot: a small, complete example that an instructor edits into their own.

Its mathematics is a placeholder, so that the proof is green before anything is filled in.
"""

from __future__ import annotations

HINTS = "# Hints in three stages: a question, a pointer, the place to read. Never the answer.\n"


def assignment_toml(title: str) -> str:
    return f'title = "{title}"\nlibraries = ["numpy"]\n'


def file_table(file: str) -> str:
    return f'[files."{file}"]\nlibraries = ["numpy"]\n'


def slot_table(slot: str, file: str, points: float) -> str:
    return f'[slots.{toml_key(slot)}]\nfile = "{file}"\npoints = {number(points)}\n'


def module(title: str) -> str:
    return f'"""{title}."""\n'


def function(name: str) -> str:
    return f'''def {name}(x):
    """Return twice x.

        y = 2 x

    Args:
        x: (N,) an array.
    Returns:
        (N,) twice x. The argument is not modified.
    """
    # TODO: compute y (about 1 line).
    ### BEGIN SOLUTION
    # A placeholder: put your own mathematics here, and edit what stands above to fit it.
    return 2.0 * x
    ### END SOLUTION
'''


def method(name: str) -> str:
    head, _, rest = function(name).partition("(x)")
    return "".join(
        f"    {line}" if line.strip() else line
        for line in f"{head}(self, x){rest}".splitlines(keepends=True)
    )


def class_(name: str, method_name: str) -> str:
    return f'class {name}:\n    """Say here what it is."""\n\n{method(method_name)}'


def probe_header() -> str:
    return '"""Runs beside the student\'s code and is released: holds no answer."""\n'


def probe(name: str, owner: str, method_name: str, made: bool) -> str:
    """A function that calls the method; `made`: the class is new and needs no arguments."""
    if made:
        return f"def {name}(module, x):\n    return module.{owner}().{method_name}(x)\n"
    return f"""def {name}(module, x):
    # Without __init__, whose arguments are yours to choose: make a proper object here.
    made = module.{owner}.__new__(module.{owner})
    return made.{method_name}(x)
"""


def graders_header(file: str) -> str:
    return f'"""Graders of {file}."""\n'


def import_line(names: list[str]) -> str:
    return f"from autograder.grading import {', '.join(sorted(names))}\n"


def checks(slot: str, call: str, values: str, argument: str) -> str:
    """`call` is what the student fixture calls; `values` and `argument` name the two checks."""
    return f'''# A docstring finishes the sentence "it ..."; students get the public checks, frozen.
@public
@grades("{slot}")
def {values}(student, reference, rng):
    """returns twice x"""
    x = rng.uniform(-1.0, 1.0, 4)
    same(student.{call}(x), reference.{call}(x))


@public
@grades("{slot}")
def {argument}(student, rng):
    """leaves its argument as it was"""
    unmodified(student.{call}(rng.uniform(-1.0, 1.0, 5)))
'''


def slot_toml(slot: str, misconception: str, variant: str) -> str:
    return f'''[slots.{toml_key(slot)}]
hints = [
    "What comes back for x = 0, and what for x = 1?",
    "Read the formula in the docstring aloud: which operation does it ask for?",
    "See the notebook, the section on {slot}.",
]

# A misconception is an edit of the answer that must lose points. Students read its hint.
[[misconceptions]]
id = "{misconception}"
slot = "{slot}"
find = "2.0 * x"
replace = "3.0 * x"
cause = "x is counted three times"
hint = "How often does x occur in your result?"

[[misconceptions]]
id = "{misconception}_in_place"
slot = "{slot}"
find = "return 2.0 * x"
replace = "x *= 2.0; return x"
cause = "x itself is changed"
hint = "Who else may need x after the call?"

# A variant is another right answer: it must keep its points.
[[variants]]
id = "{variant}"
slot = "{slot}"
answer = "return x + x"
'''


def toml_key(name: str) -> str:
    return f'"{name}"' if "." in name else name


def number(points: float) -> int | float:
    """A whole number without a point in it."""
    return int(points) if points == int(points) else points


def cell_source(slot: str, file: str, points: float) -> str:
    worth = f"{number(points)} point" + ("" if points == 1 else "s")
    return f"# {slot}: {worth}, graded on your file {file}.\n%check {slot}"
