"""What is seen in a run, in plain words: findings, their evidence on the chart, a thing to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from dashboard import session
from dashboard.server.shared import shared
from dashboard.settings.form import effective
from dashboard.settings.pending import change_words
from dashboard.words.progress import ACTIVE
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown, as_sentence, sentences
from mlcore.config import EDITABLE, RunConfig
from mlcore.diagnosis import Finding, Kind, Tone, curves_of, diagnose
from mlcore.errors import MlcoreError
from mlcore.rules import Value
from mlcore.runs import History

__all__ = ["Seen", "in_plain_words", "seen_in"]

_PACE = 2.0  # seconds for which findings of a run that trains are kept
_KEPT = 3_600.0  # and of one that has ended, which do not change
_CHOSEN, _PLACES = "finding-chosen", "finding-places"
_ICONS: Mapping[Tone, str] = {
    "good": ":material/check_circle:",
    "note": ":material/info:",
    "problem": ":material/warning:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is seen in a run, and what of it this person looks at."""

    history: History
    findings: tuple[Finding, ...]  # most urgent first
    chosen: Kind | None  # its evidence is marked

    @property
    def shown(self) -> Finding | None:
        """The finding whose sentence is shown: the chosen one, or else the most urgent."""
        ranked = sorted(self.findings, key=lambda finding: finding.kind != self.chosen)
        return ranked[0] if ranked else None

    @property
    def marked(self) -> tuple[int, int] | None:
        """First and last step of the evidence of the chosen one."""
        shown = self.shown
        if shown is None or shown.kind != self.chosen:
            return None
        return shown.evidence.first, shown.evidence.last

    @property
    def warning(self) -> str:
        """What is wrong, for readers of the screen."""
        first = self.findings[0] if self.findings else None
        if first is None or first.tone == "good":
            return ""
        return as_sentence(sentence(first.title))


def seen_in(history: History) -> Seen:
    """What is seen in a run up to now; worked out every two seconds while it trains, for all."""
    run, active = history.folder.id, history.state in ACTIVE
    key = ("diagnosis", run, history.state, len(history.epochs), len(history.edits))
    findings = shared().get(
        key if active else (*key, history.step), _PACE if active else _KEPT, lambda: _found(history)
    )
    of, chosen = st.session_state.get(_CHOSEN, (run, None))
    return Seen(history=history, findings=findings, chosen=chosen if of == run else None)


def _found(history: History) -> tuple[Finding, ...]:
    try:
        return diagnose(curves_of(history))
    except MlcoreError:  # its settings cannot be read, which the page says elsewhere
        return ()


def in_plain_words(seen: Seen) -> None:
    """A row with a button for each finding, and below it the sentence of one of them."""
    shown = seen.shown
    with st.container(key="findings"):
        with st.container(horizontal=True, vertical_alignment="center", key="finding-titles"):
            heading = _("In plain words")
            st.markdown(f"**{heading}**", width="content")
            now = {finding.kind for finding in seen.findings}
            for finding in _in_places(seen):
                if finding.kind in now:
                    _title(finding, seen)
                else:
                    _past_title(finding)
        with st.container(key="finding-words"):
            _words(shown, seen.history)


def _in_places(seen: Seen) -> list[Finding]:
    """The findings; each keeps the place in which it was first seen, later ones stand behind.

    So does one that is not true any more: what a hand is about to click does not move away.
    """
    of, known = st.session_state.get(_PLACES, ("", ()))
    run, placed = seen.history.folder.id, dict[Kind, Finding]()
    for finding in (*(known if of == run else ()), *reversed(seen.findings)):
        placed[finding.kind] = finding  # a kind stays where it was
    st.session_state[_PLACES] = run, tuple(placed.values())
    return list(placed.values())


def _title(finding: Finding, seen: Seen) -> None:
    marked = finding.kind == seen.chosen
    st.button(
        sentence(finding.title),
        key=f"finding-{finding.kind}",
        icon=_ICONS[finding.tone],
        type="secondary" if finding is seen.shown else "tertiary",
        help=_("Takes the mark off the chart.") if marked else _("Marks on the chart where."),
        on_click=_choose,
        args=(seen.history.folder.id, None if marked else finding.kind),
    )


def _past_title(finding: Finding) -> None:
    st.button(
        sentence(finding.title),
        key=f"finding-past-{finding.kind}",
        icon=_ICONS[finding.tone],
        type="tertiary",
        disabled=True,
        help=_("Was seen earlier in this run, and is so no longer."),
    )


def _choose(run: str, kind: Kind | None) -> None:
    st.session_state[_CHOSEN] = run, kind


def _words(finding: Finding | None, history: History) -> None:
    """The sentence of a finding, in the same place as what stands there before the first one."""
    parts = (finding.says, finding.doubt, finding.advice) if finding else ()
    text = sentences(*(as_markdown(sentence(part)) for part in parts if part is not None))
    text = text or _("What the curves show is said here as soon as it is clear.")
    with st.container(horizontal=True, vertical_alignment="center", key="finding-advice"):
        st.markdown(text, width="stretch")
        if finding and finding.changes:
            _try(finding, history)


def _try(finding: Finding, history: History) -> None:
    """The button that sets what a finding advises; afterwards, that it is set."""
    now, changes = history.config, finding.changes
    held = effective(session.values())
    if all(held[name] == value for name, value in _beside_optimizer(now, changes).items()):
        st.caption(_("✓ Set in the sidebar"), width="content")
        return
    live = history.state in ("running", "paused") and set(changes) <= set(EDITABLE)
    st.button(
        change_words(now, changes),
        key=f"try-{finding.kind}",
        icon=":material/tune:",
        help=_("Sets it in the sidebar, from where it can be applied to the running model.")
        if live
        else _("Sets it in the sidebar, for the next run."),
        on_click=_set,
        args=(now, changes),
    )


def _beside_optimizer(config: RunConfig, changes: Mapping[str, Value]) -> Mapping[str, Value]:
    """The changes, with the optimizer that those of its settings are meant for."""
    if any(name.startswith("optim.") for name in changes):
        return {"optim.name": config.optim.name, **changes}
    return changes


def _set(config: RunConfig, changes: Mapping[str, Value]) -> None:
    """Set the changes in the sidebar; a learning rate means something beside its optimizer only."""
    values = dict(changes)
    if any(name.startswith("optim.") for name in changes):
        flat = config.flat()
        values = {name: flat[name] for name in flat if name.startswith("optim.")} | values
    held = session.values()
    for name, value in values.items():
        if held[name] != value:
            session.enter(name, value)
