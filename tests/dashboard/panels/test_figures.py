"""What stands beside a large figure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.panels import figures
from mlcore.events import Started


@pytest.mark.parametrize(
    ("change", "points", "delta", "arrow"),
    [
        (-0.01534, False, "\N{MINUS SIGN}0.0153", "down"),
        (-982_900_908.2, False, "\N{MINUS SIGN}9.829e+08", "down"),
        (0.0123, True, "+1.23 points", "up"),
        (-0.00001, False, "±0", "off"),
        (float("nan"), False, None, "off"),
    ],
)
def test_a_change_is_as_short_as_a_figure_and_has_its_sign_and_its_arrow(
    monkeypatch: pytest.MonkeyPatch,
    change: float,
    points: bool,
    delta: str | None,
    arrow: str,
) -> None:
    shown: list[tuple[Any, ...]] = []

    def metric(_label: str, _value: str, delta: str | None, **options: Any) -> None:
        shown.append((delta, options["delta_arrow"]))

    monkeypatch.setattr(figures.st, "metric", metric)
    figures._metric("Training loss", "41.1340", change, points=points)
    assert shown == [(delta, arrow)]


@pytest.mark.parametrize(
    ("device", "processes", "said"),
    [("cpu", 1, "cpu, 1 thread"), ("cuda:0", 2, "cuda:0 · 2 processes")],
)
def test_where_a_run_trains_is_said_with_its_processes(
    device: str, processes: int, said: str
) -> None:
    started = Started(
        step=0,
        epoch=0,
        steps_per_epoch=1,
        epochs=1,
        device=device,
        threads=1,
        parameters=1,
        train_images=7,
        validation_images=0,
        processes=processes,
    )
    facts = figures._start(SimpleNamespace(started=started))  # type: ignore[arg-type]
    assert " · ".join(facts) == f"{said} · 7 training images"
