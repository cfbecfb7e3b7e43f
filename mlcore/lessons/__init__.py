"""Lessons: small experiments, each run wrong and right side by side, and what is seen in them.

Nothing here loads torch; `mlcore.lessons.running` runs one.
"""

from mlcore.lessons.catalog import LESSONS, find_lesson
from mlcore.lessons.curves import Curve, Pair
from mlcore.lessons.lesson import Evidence, Lesson, Side

__all__ = ["LESSONS", "Curve", "Evidence", "Lesson", "Pair", "Side", "find_lesson"]
