"""Drawings that short jobs make are asked for once; one whose process died, again after a while."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.server.diagrams import Asked
from mlcore.errors import JobError
from mlcore.insight.diagram import Diagram
from mlcore.jobs import Job
from tests.dashboard.diagrams import made_diagram


class Answers(Job):
    """A job that gives these answers, one a look."""

    def __init__(self, *answers: dict[str, Any] | None) -> None:
        self.answers = list(answers)

    def poll(self) -> dict[str, Any] | None:
        if not self.answers:
            raise JobError("The process is gone.")
        return self.answers.pop(0)


DRAWN = {"diagram": made_diagram().to_json()}


def test_a_job_is_asked_once_and_its_drawing_kept() -> None:
    asked, jobs = Asked(), [Answers(None, DRAWN)]
    assert asked.get("key", jobs.pop) is None
    found = asked.get("key", jobs.pop)
    assert isinstance(found, Diagram)
    assert asked.get("key", jobs.pop) is found


def test_a_job_whose_process_died_is_asked_again_after_a_while() -> None:
    now, jobs = [0.0], [Answers(DRAWN), Answers()]
    asked = Asked(clock=lambda: now[0])
    for _ in range(2):  # the second look starts nothing
        with pytest.raises(JobError):
            asked.get("key", jobs.pop)
    assert len(jobs) == 1
    now[0] = 31.0
    assert asked.get("key", jobs.pop) is not None
