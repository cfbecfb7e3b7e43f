"""Over time: the saved epochs of a run, and the untrained network before them, as a film."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from dashboard import session
from dashboard.components.figure_files import picture_files
from dashboard.components.film import FilmInfo, film
from dashboard.panels.checkpoint_choice import rows_of
from dashboard.panels.column_help import column_help
from dashboard.panels.downloads import csv_button
from dashboard.panels.test_parts.image_choice import image_field
from dashboard.panels.test_parts.subject import Subject
from dashboard.server import data_sets
from dashboard.server.insights import Found, ask
from dashboard.session import places
from dashboard.words.checkpoint_rows import CheckpointRow
from dashboard.words.intervals import accuracy_range
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import figure, percent
from mlcore.insight.intervals import accuracy_interval
from mlcore.words import share_range

__all__ = ["draw"]

_FILM, _FIELD = "film", "film-image"


def draw(subject: Subject) -> None:
    """The whole part."""
    if subject.choice.run is None:
        st.info(
            _("An uploaded file is one moment of a training: only a run's epochs make a film."),
            icon=":material/info:",
        )
        return
    rows = tuple(reversed(rows_of(subject.choice.run)))  # earliest first
    with st.spinner(_("Looking at the saved epochs …")):
        found = ask("epochs", subject.model, checkpoints=[str(row.path) for row in rows])
    shown = [rows[index] for index in found.told["held"]]
    _film(subject, shown, found)
    _table(shown, found, len(subject.answers), subject.name)


def _film(subject: Subject, rows: list[CheckpointRow], found: Found) -> None:
    data = data_sets.images(subject.data, subject.root)
    labels = np.array(found.told["labels"], np.int64)
    image = image_field(_FIELD, subject.data, len(data.test))
    if len(rows) == 1:
        st.caption(_("One checkpoint is kept so far: the film grows with the run."))
    frames = [
        {"title": row.title, "words": _words(row, loss, accuracy, len(data.test))}
        for row, loss, accuracy in zip(
            rows, found.told["loss"], found.told["accuracy"], strict=True
        )
    ]
    info = FilmInfo(
        frames=frames,
        classes=subject.classes,
        arrays=found.arrays,
        labels=labels,
        images=data.test.images[: len(labels)],
        image=image,
        label=int(data.test.labels[image]),
    )
    with st.container(key=f"picture-{_FILM}", gap="xxsmall"):
        film(info, session.colours(), key=_FILM, on_opened=_open)
        picture_files(
            f"picture-{_FILM}", ".film", _("This epoch of the film"), f"{subject.name}-film"
        )
    if gaps := _gaps(rows):
        st.caption(gaps)


def _open() -> None:
    state: Any = st.session_state.get(_FILM)
    if state is not None and state.opened is not None:
        places.go_to(part="image", image=str(int(state.opened)))


def _words(row: CheckpointRow, loss: float, accuracy: float, images: int) -> str:
    return _(
        "{title}: test accuracy {accuracy} ({range}), test loss {loss}",
        range=accuracy_range(round(accuracy * images), images),
        title=row.title,
        accuracy=percent(accuracy),
        loss=figure(loss),
    )


def _gaps(rows: list[CheckpointRow]) -> str:
    """Which epochs are left out of the film, since a run keeps some checkpoints only."""
    epochs = [row.epoch for row in rows if row.epoch is not None]
    left_out = max(epochs, default=0) + 1 - len(set(epochs))
    if left_out <= 0:
        return ""
    return ngettext(
        "{n:,} epoch is not in the film: a run keeps its untrained network, its best and last "
        "checkpoint, and the newest of the others.",
        "{n:,} epochs are not in the film: a run keeps its untrained network, its best and last "
        "checkpoint, and the newest of the others.",
        left_out,
    )


def _table(rows: list[CheckpointRow], found: Found, images: int, name: str) -> None:
    with st.expander(_("The epochs as a table"), key="film-table-box"):
        table = {
            _("Checkpoint"): [row.title for row in rows],
            _("Test accuracy"): [percent(value) for value in found.told["accuracy"]],
            _("95 % interval"): [
                share_range(*accuracy_interval(value, images), _)
                for value in found.told["accuracy"]
            ],
            _("Test loss"): [figure(value) for value in found.told["loss"]],
        }
        about = {
            _("Checkpoint"): _("The moment of the run at which it was saved."),
            _("Test accuracy"): _("The share of test images that it gets right."),
            _("95 % interval"): _("The range that so many test images leave open."),
            _("Test loss"): _("The mean of −ln of the true class's probability."),
        }
        st.dataframe(table, key="film-table", hide_index=True, column_config=column_help(about))
        csv_button(table, key="film-csv", file=f"{name}-epochs")
