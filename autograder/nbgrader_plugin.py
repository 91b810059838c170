"""The kit as a plugin of nbgrader; `nbgrader_config.py` imports it and calls `configure`.

`nbgrader autograde`, the formgrader's button and `autograder grade` then use the same engine and
write the same marks. Everything else (gradebook, marking by hand, late penalties, feedback, export)
remains nbgrader's own.
"""

from __future__ import annotations

import math
from typing import Any

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.converters import GenerateAssignment
from nbgrader.plugins import BasePlugin
from traitlets import Float

from autograder.nbgrader import zip_collector
from autograder.nbgrader.autograde import EngineAutograde
from autograder.nbgrader.exchange import CollectWithoutLinks, ReleaseFeedbackToTheExchange
from autograder.nbgrader.releasing import ReleaseFiles
from autograder.nbgrader.zip_collector import ZipCollector, ZipExtractor

__all__ = [
    "EngineAutograde",
    "LatePerDay",
    "ReleaseFiles",
    "ZipCollector",
    "ZipExtractor",
    "configure",
]


def configure(c: Any) -> None:
    """Set up nbgrader for the kit. `nbgrader_config.py` calls it with its own `c`."""
    for module in (nbgrader.apps.api, nbgrader.apps.autogradeapp):
        module.Autograde = EngineAutograde
    release = list(GenerateAssignment.preprocessors.default())
    c.GenerateAssignment.preprocessors = [*release, ReleaseFiles]
    c.ExchangeFactory.collect = CollectWithoutLinks
    c.ExchangeFactory.release_feedback = ReleaseFeedbackToTheExchange
    c.ZipCollectApp.extractor_plugin = ZipExtractor
    c.ZipCollectApp.collector_plugin = ZipCollector
    ZipCollectApp.start = zip_collector.start


class LatePerDay(BasePlugin):
    """A late penalty: a share of the score for each day begun. In nbgrader_config.py:

    from autograder.nbgrader_plugin import LatePerDay
    c.AssignLatePenalties.plugin_class = LatePerDay
    c.LatePerDay.percent = 10
    """

    percent = Float(10.0, help="Percent of the score lost for each day begun.").tag(config=True)
    grace_minutes = Float(15.0, help="Late by no more than this is not late.").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        late = total_seconds_late - 60 * self.grace_minutes
        if late <= 0:
            return None
        days = math.ceil(late / 86400)
        return min(score, score * days * self.percent / 100)
