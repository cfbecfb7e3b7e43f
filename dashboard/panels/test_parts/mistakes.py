"""What the model gets wrong: confusion matrix, figures of each class, the images."""

from __future__ import annotations

import streamlit as st

from dashboard.panels import evaluation
from dashboard.panels.test_parts.subject import Subject
from dashboard.server import data_sets

__all__ = ["draw"]


def draw(subject: Subject) -> None:
    """The whole part."""
    found, classes = subject.result["evaluation"], subject.classes
    left, right = st.columns([11, 9], gap="medium")
    with left:
        evaluation.matrix(found["confusion"], classes)
    with right:
        evaluation.classes_table(found["per_class"], classes)
    images = data_sets.images(subject.data, subject.root).test.images
    evaluation.mistakes(subject.result, images)
