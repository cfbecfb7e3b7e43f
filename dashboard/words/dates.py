"""Moments as a person reads them, in the server's time zone."""

from __future__ import annotations

import time

from dashboard.words.translation import N_, _, translated

__all__ = ["date_and_time", "recent_moment"]

_MONTHS = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)


def date_and_time(seconds: float) -> str:
    """A moment (unix seconds) as "23 Nov 14:05:10"."""
    then = time.localtime(seconds)
    return _(
        "{day} {month} {clock}",
        day=then.tm_mday,
        month=translated(_MONTHS[then.tm_mon - 1]),
        clock=time.strftime("%H:%M:%S", then),
    )


def recent_moment(seconds: float) -> str:
    """The same, in lists where there is little room: "14:05:10" of today, else "23 Nov 14:05"."""
    then, now = time.localtime(seconds), time.localtime()
    if then[:3] == now[:3]:
        return time.strftime("%H:%M:%S", then)
    return _(
        "{day} {month} {clock}",
        day=then.tm_mday,
        month=translated(_MONTHS[then.tm_mon - 1]),
        clock=time.strftime("%H:%M", then),
    )
