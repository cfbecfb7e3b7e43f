"""`Waiting`: finds out, while a run trains, whether its threads should spin or sleep in between.

Nobody can be asked whether the other cores are free: the system's figures are late, and a virtual
machine does not know what its neighbours do. So both ways are tried, for some milliseconds each,
and the faster one stays.
"""

from __future__ import annotations

from mlcore.spinning import Spins

__all__ = ["Waiting"]

FIRST_TRIAL, LAST_TRIAL = 0.1, 5.0  # seconds of training between two trials: from, to
SLOWER = 1.5  # times the usual pace: something has changed, time for a trial
FASTER = 0.9  # times the usual pace: worth a change
CONVINCED = 3  # spells of training in a row that were faster
LASTING = 1.0  # seconds of training after which a choice has proved itself
_MEMORY = 0.3  # weight of the latest spell in the usual pace


class Waiting:
    """Told of every short spell of training, it tries the other way from time to time.

    A trial that is not faster ends at once, and the next one waits twice as long; so a quiet
    machine loses about 6 ms in five seconds, and a busy one one spell in as many.

    Args:
        spins: what is to be chosen; None: nothing can be.
    """

    def __init__(self, spins: Spins | None) -> None:
        self._spins = spins
        self._pause = FIRST_TRIAL
        self.forget()

    def forget(self) -> None:
        """Begin anew: steps take another time from now on, as with another batch size."""
        self._usual = 0.0  # seconds a step, in the way that was chosen; 0.0: not known
        self._since = 0.0  # seconds of training since the last trial
        self._lasted = 0.0  # seconds of training since the last choice
        self._trial: list[float] = []  # seconds a step of the spells of this trial
        self._trying = False

    def note(self, steps: int, seconds: float) -> None:
        """A spell of so many steps has taken so many seconds."""
        if self._spins is None or steps == 0:
            return
        pace = seconds / steps
        if self._trying:
            self._judge(self._spins, pace)
            return
        sudden = 0.0 < SLOWER * self._usual < pace
        self._usual = pace if not self._usual else (1 - _MEMORY) * self._usual + _MEMORY * pace
        self._since += seconds
        self._lasted += seconds
        if self._since >= self._pause or (sudden and self._since >= FIRST_TRIAL):
            self._trying = True
            self._spins.set(not self._spins.short)

    def end(self) -> None:
        """Leave the threads as they were found."""
        if self._spins is not None:
            self._spins.set(False)
        self.forget()

    def _judge(self, spins: Spins, pace: float) -> None:
        """Keep the way that is tried, once it was faster for long enough, or go back."""
        if pace > FASTER * self._usual:
            spins.set(not spins.short)
            self._pause = min(2 * self._pause, LAST_TRIAL)
        else:
            self._trial.append(pace)
            if len(self._trial) < CONVINCED:
                return
            self._usual = sum(self._trial) / len(self._trial)
            # A choice that did not last is not made again soon.
            hasty = self._lasted < LASTING
            self._pause = min(2 * self._pause, LAST_TRIAL) if hasty else FIRST_TRIAL
            self._lasted = 0.0
        self._since, self._trial, self._trying = 0.0, [], False
