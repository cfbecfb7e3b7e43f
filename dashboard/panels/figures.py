"""The run in figures: how it stands, how far it is, the numbers of now."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard.words.progress import Progress
from dashboard.words.wording import duration, figure, percent
from mlcore.events import Finished, Stopped
from mlcore.runs import History, State

__all__ = ["circumstances", "numbers", "progress_bar", "standing"]

_BADGES: dict[State, tuple[str, str, str]] = {
    "queued": ("Starting", ":material/hourglass_top:", "gray"),
    "running": ("Training", ":material/play_arrow:", "green"),
    "paused": ("Paused", ":material/pause:", "orange"),
    "finished": ("Finished", ":material/check:", "blue"),
    "stopped": ("Stopped", ":material/stop:", "orange"),
    "failed": ("Failed", ":material/error:", "red"),
    "lost": ("Lost", ":material/help:", "red"),
}
_RECENT = 50  # steps of the loss that is shown as the present one


def standing(state: State, *, waits: bool = False) -> None:
    """The state of the run, as a badge; `waits`: it is in the queue."""
    label, icon, color = ("Queued", ":material/schedule:", "gray") if waits else _BADGES[state]
    st.badge(label, icon=icon, color=color)  # type: ignore[arg-type]


def circumstances(history: History, progress: Progress) -> None:
    """One line: what the run trains on, and how it ended."""
    st.caption(_circumstances(history, progress), width="content")


def progress_bar(progress: Progress) -> None:
    """How far the run is, with the words of it above the bar."""
    st.progress(progress.share, text=progress.words)


def numbers(history: History) -> None:
    """The numbers of now, large; below each what it was an epoch before."""
    loss, loss_before = _last_two(history, "train_loss")
    held_out, held_out_before = _last_two(history, "validation_loss")
    right, right_before = _last_two(history, "validation_accuracy")
    with st.container(horizontal=True, key="figures", gap="small"):
        _metric(
            "Training loss",
            figure(_recent(history)),
            _change(loss, loss_before),
            lower_is_better=True,
            help=f"Mean of the last {_RECENT} steps; below it, how the mean of the last epoch "
            "differs from the epoch before.",
        )
        if history.started is None or history.started.validation_images:
            _metric(
                "Validation loss",
                figure(held_out),
                _change(held_out, held_out_before),
                lower_is_better=True,
            )
            _metric(
                "Validation accuracy",
                percent(right),
                _change(right, right_before, percent=True),
            )
        _test_accuracy(history)


def _last_two(history: History, name: str) -> tuple[float | None, float | None]:
    """A figure of the last epoch and of the one before."""
    values = [getattr(epoch, name) for epoch in history.epochs[-2:]]
    return (values[-1] if values else None, values[0] if len(values) > 1 else None)


def _test_accuracy(history: History) -> None:
    outcome = history.outcome if isinstance(history.outcome, Finished) else None
    st.metric(
        "Test accuracy",
        percent(outcome.test_accuracy if outcome else None),
        f"loss {figure(outcome.test_loss)}" if outcome else "after the last epoch",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )


def _metric(
    label: str,
    value: str,
    delta: str | None = None,
    *,
    lower_is_better: bool = False,
    help: str | None = None,
) -> None:
    same = delta is not None and not delta.strip("+-0. points")
    st.metric(
        label,
        value,
        delta,
        delta_color="off" if same else "inverse" if lower_is_better else "normal",
        delta_arrow="off" if same else "auto",
        help=help,
        border=True,
        height="stretch",
    )


def _circumstances(history: History, progress: Progress) -> str:
    started, outcome = history.started, history.outcome
    parts = [f"Run {history.folder.id}"]
    if started:
        threads = f", {started.threads} thread{'s' if started.threads > 1 else ''}"
        parts.append(started.device + (threads if started.device == "cpu" else ""))
        parts.append(f"{started.train_images:,} training images")
        if started.validation_images:
            parts.append(f"{started.validation_images:,} held out")
    if isinstance(outcome, Finished):
        early = " by early stopping" if outcome.early else ""
        parts.append(f"ended{early} after {duration(outcome.seconds)} of training")
    elif isinstance(outcome, Stopped):
        if outcome.reason == "shutdown":
            parts.append("stopped when its server was shut down")
        if outcome.reason == "cancelled":
            parts.append("cancelled before it began")
        else:
            parts.append(f"model kept from step {outcome.step:,}")
    elif history.state in ("failed", "lost") and progress.step:
        parts.append(f"reached step {progress.step:,}")
    return " · ".join(parts)


def _recent(history: History) -> float | None:
    recent = history.steps[-_RECENT:]
    recent = recent[np.isfinite(recent)]
    return float(recent.mean()) if len(recent) else None


def _change(now: float | None, before: float | None, *, percent: bool = False) -> str | None:
    if now is None or before is None:
        return None
    return f"{(now - before) * 100:+.2f} points" if percent else f"{now - before:+.4f}"
