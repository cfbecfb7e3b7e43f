"""Which parts the Test page has, and the row of buttons that chooses one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.components.place_links import follow_links
from dashboard.panels.headings import choose_place
from dashboard.panels.test_parts import (
    chosen_cell,
    class_figures,
    compare,
    epochs,
    image,
    learned,
    mistakes,
    network,
    sure,
)
from dashboard.panels.test_parts.image_choice import IMAGE
from dashboard.panels.test_parts.subject import Subject
from dashboard.session import places
from dashboard.words.translation import N_, _

__all__ = ["PARTS", "Part", "draw"]

PARAMETER = "part"
"""The parameter of the address that names the part; none for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the page.

    Attributes:
        label: what its button says.
        draw: draws it.
        parameters: of the address, that belong to it: they leave the address with it.
    """

    label: str
    draw: Callable[[Subject], None]
    parameters: tuple[str, ...] = ()


PARTS: Mapping[str, Part] = {
    "mistakes": Part(
        label=N_("Mistakes"),
        draw=mistakes.draw,
        parameters=(chosen_cell.PARAMETER, mistakes.ORDER),
    ),
    "classes": Part(label=N_("Each class"), draw=class_figures.draw),
    "image": Part(label=N_("One image"), draw=image.draw, parameters=image.PARAMETERS),
    "network": Part(label=N_("The network"), draw=network.draw, parameters=(IMAGE,)),
    "sure": Part(label=N_("How sure"), draw=sure.draw),
    "learned": Part(label=N_("What it has learned"), draw=learned.draw),
    "epochs": Part(label=N_("Over time"), draw=epochs.draw, parameters=(IMAGE,)),
    "compare": Part(label=N_("Compare"), draw=compare.draw, parameters=(compare.OTHER,)),
}
"""Name in the address → part, in the order of the buttons; the first is shown at first."""


def draw(subject: Subject) -> None:
    """The row of buttons, and below it the chosen part."""
    labels = {name: part.label for name, part in PARTS.items()}
    chosen = choose_place(_("Part of the test"), labels, parameter=PARAMETER, key="test-part")
    here = PARTS[chosen].parameters
    places.write_in_address(
        {name: places.place(name) if name in here else None for name in _all_parameters()}
    )
    PARTS[chosen].draw(subject)
    follow_links(places.go_to, (PARAMETER, *_all_parameters()), **{PARAMETER: "image"})


def _all_parameters() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in PARTS.values() for name in part.parameters))
