"""The network of a checkpoint, drawn; of a run also that of each epoch that it keeps."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.components.network import View
from dashboard.panels.checkpoint_choice import rows_of
from dashboard.panels.headings import choose_one, heading
from dashboard.panels.network import draw_network
from dashboard.panels.test_parts.image_choice import image_field
from dashboard.panels.test_parts.subject import Subject
from dashboard.server.insights import Found, ask
from dashboard.session.problems import friendly_errors
from dashboard.words.network import change_words
from dashboard.words.translation import N_, _
from mlcore.insight.diagram import Diagram

__all__ = ["draw"]

_VIEWS: Mapping[View, str] = {
    "weights": N_("Weights"),
    "change": N_("What changed since the checkpoint before"),
}
_FIELD, _MOMENT = "drawn-image", "drawn-moment"


def draw(subject: Subject) -> None:
    """The whole part."""
    with heading(_("The network"), key="drawn"):
        view = choose_one(_("What is drawn"), _VIEWS, key="drawn-view")
    image = image_field(_FIELD, subject.data, len(subject.answers))
    run = subject.choice.run
    rows = tuple(reversed(rows_of(run))) if run is not None else ()  # earliest first
    paths = [row.path for row in rows] or [subject.choice.path]
    found = ask("diagrams", subject.model, checkpoints=[str(path) for path in paths], image=image)
    titles = [rows[number].title for number in found.told["held"]] if rows else [subject.name]
    chosen = next(
        (place for place, n in enumerate(found.told["held"]) if paths[n] == subject.choice.path),
        len(titles) - 1,
    )
    st.fragment(_moments)(subject, found, titles, chosen, image, view)


@friendly_errors()
def _moments(
    subject: Subject, found: Found, titles: list[str], chosen: int, image: int, view: View
) -> None:
    """The slider that moves through the kept epochs, and the network at that moment."""
    place = chosen
    if len(titles) > 1:
        place = st.select_slider(
            _("Epoch"),
            range(len(titles)),
            value=chosen,
            format_func=lambda number: titles[number],
            key=f"{_MOMENT}-{subject.name}",
            help=_("The saved epochs of the run, from the untrained network on."),
        )
    diagram = Diagram.from_json(found.told["diagrams"][place])
    draw_network(diagram, image, subject.classes, view=view, key="drawn-network")
    if view == "change":
        st.caption(change_words(diagram, None))
