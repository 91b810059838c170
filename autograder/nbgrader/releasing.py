"""nbgrader's `generate_assignment`: it also releases the stubs and the public checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from autograder.assignment import reader
from autograder.assignment.reader import is_ours
from autograder.errors import AssignmentError


class ReleaseFiles(NbGraderPreprocessor):
    """Adds stubs and public checks to the released notebook; fails if a secret would leak.

    As `autograder release` does, it first proves an assignment that has changed since its proof.
    """

    prove = Bool(True, help="Prove an assignment's graders before it is released.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        from autograder.isolation.pool import Workers
        from autograder.proof import proof_record
        from autograder.proof.verification import verify
        from autograder.public import leaks, release

        course, name = Path.cwd(), resources["nbgrader"]["assignment"]
        if not is_ours(course, name):
            return nb, resources
        assignment = reader.load(name, course)
        if self.prove and not proof_record.is_proved(assignment, course):
            self.log.info("proving the graders of %s first", name)
            wrong = [
                problem for report in verify(assignment, course) for problem in report.problems
            ]
            proof_record.record(assignment, course, not wrong)
            if wrong:
                raise AssignmentError(f"autograder verify {name} finds: {wrong[0]}")
        with Workers() as workers:
            files = release.build(assignment, course, workers)
        notebooks = {f"{resources['nbgrader']['notebook']}.ipynb": json.dumps(nb).encode()}
        found = leaks.found_in(assignment, notebooks)
        if found:
            raise AssignmentError(f"the release would leak: {found[0]}")
        resources["outputs"] = dict(resources.get("outputs") or {}) | {
            file: content for file, content in files.items() if not file.endswith(".ipynb")
        }
        return nb, resources
