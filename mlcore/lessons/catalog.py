"""All lessons by name."""

from __future__ import annotations

import types
from collections.abc import Mapping

from mlcore.errors import SettingsError
from mlcore.lessons.about import about_data, about_losses, about_measuring, about_steps
from mlcore.lessons.lesson import Lesson
from mlcore.rules import nearest, shortened

__all__ = ["LESSONS", "find_lesson"]

LESSONS: Mapping[str, Lesson] = types.MappingProxyType(
    {
        lesson.name: lesson
        for part in (about_steps, about_losses, about_data, about_measuring)
        for lesson in part.LESSONS
    }
)
"""Name → lesson, in the order in which they are offered."""


def find_lesson(name: str) -> Lesson:
    """The lesson of a name.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in LESSONS:
        raise SettingsError(
            "There is no lesson {name!r}{hint}: choose one of {names}.",
            name=shortened(name),
            hint=nearest(name, LESSONS),
            names=", ".join(LESSONS),
        )
    return LESSONS[name]
