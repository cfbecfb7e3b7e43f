"""Two runs, or two groups of runs, compared: are the settings of one better, or is it chance?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.charts.seed_band import MOST_GROUPS
from dashboard.panels.group_figures import group_curves, group_runs
from dashboard.panels.plain_table import plain_table
from dashboard.server.evaluations import evaluated
from dashboard.session.problems import friendly_errors
from dashboard.words.groups import distinct_group_names
from dashboard.words.intervals import verdict_sentence
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown
from mlcore.config import data_root
from mlcore.errors import RunError
from mlcore.insight.answers import Answers
from mlcore.insight.comparison import compare
from mlcore.insight.verdict import Verdict, judge_groups, judge_runs
from mlcore.runs import RunFolder, RunInfo
from mlcore.runs.library.groups import RunGroup, group_of, together
from mlcore.words import mean_percent

__all__ = ["draw"]

_ONE = "verdict-as-one"


def draw(runs: Sequence[RunInfo]) -> None:
    """The groups of these runs, their curves, and what two of them say of each other.

    Args:
        runs: those that a person selected, one at least.
    """
    groups = _groups(runs)
    names = distinct_group_names(groups)
    if len(groups) > 1:
        with friendly_errors():
            _verdict(groups, names)
    _figures(groups, names)
    group_curves(groups[:MOST_GROUPS], key="group-chart")
    for group in groups[:MOST_GROUPS]:
        if len(group.runs) > 1:
            with st.expander(as_markdown(names[group.id]), key=f"group-{group.id}"):
                group_runs(group)


def _groups(runs: Sequence[RunInfo]) -> list[RunGroup]:
    """Groups by all settings but the seed, or all of these runs as one, as a person chooses."""
    found = together(runs)
    if len(found) < 2 or len(runs) < 3:
        return found
    as_one = st.toggle(
        _("All of them as one group"),
        key=_ONE,
        help=_("Otherwise runs that differ only in the seed are a group."),
    )
    return [group_of(runs)] if as_one else found


def _verdict(groups: Sequence[RunGroup], names: Mapping[str, str]) -> None:
    """Which two are compared, and the sentence on them."""
    first, second = _choose_two(groups, names)
    if first is second:
        return
    with st.container(border=True, key="verdict"):
        if problem := _why_not(first, second):
            st.markdown(as_markdown(problem))
            return
        found = _judged(first, second)
        words = verdict_sentence(found, f"“{names[first.id]}”", f"“{names[second.id]}”")
        st.markdown(f"**{as_markdown(words)}**" if found.better else as_markdown(words))
        st.caption(
            _(
                "Measured on the test images, which should be asked once: to choose among "
                "settings, compare their validation accuracy below."
            )
        )


def _choose_two(groups: Sequence[RunGroup], names: Mapping[str, str]) -> tuple[RunGroup, RunGroup]:
    if len(groups) == 2:
        return groups[0], groups[1]
    by_id, chosen = {group.id: group for group in groups}, []
    with st.container(horizontal=True, key="verdict-two"):
        for index, label in enumerate((_("Compare"), _("With"))):
            chosen.append(
                st.selectbox(
                    label,
                    list(by_id),
                    index=index,
                    format_func=lambda one: names.get(one, one),
                    key=f"verdict-{index}-{'-'.join(by_id)}",
                )
            )
    return by_id[chosen[0]], by_id[chosen[1]]


def _why_not(first: RunGroup, second: RunGroup) -> str:
    """Why two groups cannot be compared; empty where they can."""
    if first.config.data.name != second.config.data.name:
        return _(
            "They were trained on different data sets: there are no images to compare them on."
        )
    waiting = [group for group in (first, second) if not _accuracy(group)]
    if waiting:
        return _("A group has no finished run yet: the verdict comes with the first one.")
    return ""


def _judged(first: RunGroup, second: RunGroup) -> Verdict:
    a, b = _accuracy(first), _accuracy(second)
    if len(first.finished) == len(second.finished) == 1:
        return judge_runs(compare(_answers(first.finished[0]), _answers(second.finished[0])))
    return judge_groups(a, b)


def _accuracy(group: RunGroup) -> dict[int, float]:
    """Seed → test accuracy of the finished runs; the mean of those of other settings too."""
    found: dict[int, list[float]] = {}
    for info in group.finished:
        if info.test_accuracy is not None:
            found.setdefault(info.config.train.seed, []).append(info.test_accuracy)
    return {seed: sum(values) / len(values) for seed, values in found.items()}


def _answers(info: RunInfo) -> Answers:
    """What a run's last checkpoint answers on its test images."""
    last = RunFolder(info.path).last_checkpoint()
    if last is None:
        raise RunError("Run {run} keeps no checkpoint to compare.", run=info.id)
    data = info.config.data
    return evaluated(last, data.name, data_root(data), {}, untrusted=False).answers


def _figures(groups: Sequence[RunGroup], names: Mapping[str, str]) -> None:
    """A line a group, the best validation accuracy first."""
    spreads = {
        group.id: (
            group.figure(lambda info: info.validation_accuracy),
            group.figure(lambda info: info.test_accuracy),
        )
        for group in groups
    }

    def rank(group: RunGroup) -> float:
        validation = spreads[group.id][0]
        return validation.mean if validation else -1.0

    ordered = sorted(groups, key=rank, reverse=True)

    def cells(index: int) -> list[str]:
        found = [spreads[group.id][index] for group in ordered]
        return [
            mean_percent(one.mean, one.sd) if one else mean_percent(None, None) for one in found
        ]

    table = {
        _("Group"): [names[group.id] for group in ordered],
        _("Finished"): [f"{len(group.finished)}/{len(group.counted)}" for group in ordered],
        _("Validation accuracy"): cells(0),
        _("Test accuracy"): cells(1),
    }
    plain_table(
        list(zip(*table.values(), strict=True)),
        label=_("Groups by validation accuracy"),
        headings=list(table),
    )
    st.caption(
        _(
            "Mean ± standard deviation over the finished runs, ranked by validation: whoever "
            "chooses by test accuracy has fitted the choice to the test images, and their figure "
            "then promises too much."
        )
    )
    if repeated := sum(len(group.repeated) for group in groups):
        st.caption(
            ngettext(
                "{n} run repeats a seed with the same settings and is left out: the newest that "
                "finished counts.",
                "{n} runs repeat a seed with the same settings and are left out: the newest that "
                "finished counts.",
                repeated,
            )
        )
