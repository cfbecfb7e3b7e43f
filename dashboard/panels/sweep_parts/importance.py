"""How much each setting of a sweep decided, and how far to believe it."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.charts.sweep_importance import importance_figure, importance_table, share_text
from dashboard.panels import downloads
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _, ngettext, sentence
from dashboard.words.wording import as_markdown, sentences
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.importance import Importance, importance

__all__ = ["draw_importance"]


def draw_importance(found: SweepSummary) -> None:
    """Bars, or why there are none."""
    title = _("How much each setting decided")
    st.markdown(
        f"**{title}**",
        help=_(
            "Compares where the values of the best trials lie with where those of all trials lie "
            "(Optuna's PED-ANOVA): a setting of which only some values are among the best decided "
            "much. Only trials that were trained to their end count. A word of doubt: the shares "
            "compare the varied settings with each other, say nothing of those that did not vary, "
            "and hold for the values that were tried. Few trials say little, and where a search "
            "chose two settings together, one may have the share of the other."
        ),
    )
    with st.spinner(_("Comparing the trials …"), show_time=False):  # Optuna is loaded once
        known = importance(found)
    if known.lacks is not None:
        st.caption(as_markdown(sentence(known.lacks)))
        return
    downloads.chart(
        importance_figure(known.shares, session.colours()),
        key="sweep-importance",
        title=_("Importance of the settings of {sweep}", sweep=found.sweep.name),
        file=f"{found.sweep.name}-importance",
        words=_words(known),
        table=lambda: importance_table(known.shares),
    )


def _words(known: Importance) -> str:
    first, share = next(iter(known.shares.items()))
    said = ngettext(
        "{setting} decided the most, {share}; this stands on {n:,} whole trial.",
        "{setting} decided the most, {share}; this stands on {n:,} whole trials.",
        known.trials,
        setting=setting_label(first),
        share=share_text(share),
    )
    doubt = _("These are few: another handful may turn the order.") if known.few else ""
    return sentences(said, doubt)
