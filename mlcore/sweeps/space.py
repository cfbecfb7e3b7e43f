"""All settings that a sweep varies: which of them a trial has, and the settings it comes to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import SettingsError
from mlcore.rules import Value, list_words
from mlcore.sweeps.dimension import Dimension, parse_dimension

__all__ = ["MOST_IN_A_GRID", "Params", "Space", "config_of", "parse_space"]

Params = Mapping[str, Value]
"""Dotted name → value of the settings that a trial has from its sweep."""

MOST_IN_A_GRID = 10_000
"""Trials that a grid may have; to check each of them takes two seconds."""

_MOST_CORNERS = 2_000  # combinations of ends that are tried before a sweep starts


@dataclass(frozen=True, slots=True)
class Space:
    """The dimensions of a sweep: first those on which it depends whether others apply.

    A trial has a value only of the settings that mean something beside its others: no momentum
    with Adam.
    """

    dimensions: tuple[Dimension, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Each dimension as `parse_dimension` reads it back."""
        return tuple(one.text for one in self.dimensions)

    def params(self, settings: Params, draw: Callable[[Dimension], Value]) -> dict[str, Value]:
        """The values of one trial, each drawn in order where its setting applies.

        Args:
            settings: all settings of the sweep, by dotted name.
            draw: gives the value of a dimension.
        """
        values, found = dict(settings), {}
        for dimension in self.dimensions:
            if dimension.setting.applies(values):
                found[dimension.name] = values[dimension.name] = draw(dimension)
        return found

    def combinations(
        self, settings: Params, values_of: Callable[[Dimension], tuple[Value, ...]]
    ) -> Iterator[dict[str, Value]]:
        """Each combination of some values of the dimensions, once; the last moves first."""

        def extend(found: dict[str, Value], left: tuple[Dimension, ...]) -> Iterator[Params]:
            if not left:
                yield found
                return
            if not left[0].setting.applies({**settings, **found}):
                yield from extend(found, left[1:])
                return
            for value in values_of(left[0]):
                yield from extend({**found, left[0].name: value}, left[1:])

        return (dict(one) for one in extend({}, self.dimensions))

    def check(
        self, settings: Params, given: Iterable[str], check: Callable[[RunConfig], None]
    ) -> None:
        """Refuse a space of which nothing can be trained, or of which a part never applies.

        Args:
            settings: all settings of the sweep, by dotted name.
            given: those of them that a person gave.
            check: refuses settings that do not fit the data.

        Raises:
            SettingsError: a setting applies in no trial, or every corner of the space is refused.
        """
        for name in (*(one.name for one in self.dimensions), *given):
            self._check_applies(name, settings)
        problems = []
        corners = self.combinations(settings, lambda dimension: dimension.ends)
        for params in itertools.islice(corners, _MOST_CORNERS):
            try:
                check(config_of(settings, params))
            except SettingsError as error:
                problems.append(error)
            else:
                return
        raise problems[0]

    def _check_applies(self, name: str, settings: Params) -> None:
        for other, allowed in SETTINGS[name].rule.applies.items():
            varied = [one for one in self.dimensions if one.name == other]
            values = varied[0].values if varied else (settings[other],)
            if not set(values) & set(allowed):
                raise SettingsError(
                    "`{name}` means something only where `{other}` is {allowed}, but here it is "
                    "{actual}: leave `{name}` out, or let `{other}` vary.",
                    name=name,
                    other=other,
                    allowed=list_words(allowed, "or"),
                    actual=list_words(values, "or"),
                )

    def grid(self, settings: Params, check: Callable[[RunConfig], None]) -> list[dict[str, Value]]:
        """All combinations that can be trained, in order.

        Raises:
            SettingsError: a range cannot be counted, or there are too many.
        """
        size = 1
        for dimension in self.dimensions:
            count = dimension.count()
            if count is None:
                raise SettingsError(
                    "A grid needs values that can be counted, but `{name}` is a range: list them, "
                    "as in {name}={low:g},{high:g}, or give the range a step, as in "
                    "{name}={low:g}..{high:g}:step={step:g}.",
                    name=dimension.name,
                    low=dimension.low,
                    high=dimension.high,
                    step=1 if dimension.whole else (dimension.high - dimension.low) / 4,
                )
            size *= count
        if size > MOST_IN_A_GRID:
            raise SettingsError(
                "A grid can have {most:,} trials, but this one has {count:,}: list fewer values, "
                "or use `--sampler random`.",
                most=MOST_IN_A_GRID,
                count=size,
            )
        found = []
        for params in self.combinations(settings, Dimension.listed):
            try:
                check(config_of(settings, params))
            except SettingsError:  # two of its values contradict each other
                continue
            found.append(params)
        return found


def config_of(settings: Params, params: Params) -> RunConfig:
    """The settings of a trial; what means nothing beside the others has its default.

    Args:
        settings: all settings of the sweep, by dotted name.
        params: the trial's own.

    Raises:
        SettingsError: two of them contradict each other.
    """
    values = {**settings, **params}
    unfit = [name for name, one in SETTINGS.items() if not one.applies(values)]
    return RunConfig.from_flat(values | {name: SETTINGS[name].default for name in unfit})


def parse_space(texts: Iterable[str]) -> Space:
    """Read every `--space` of a sweep.

    Raises:
        SettingsError: there is none, one cannot be read, or a setting is named twice.
    """
    found: dict[str, Dimension] = {}
    for text in texts:
        dimension = parse_dimension(text)
        if dimension.name in found:
            raise SettingsError(
                "`{name}` is given by two `--space`: write all of its values in one.",
                name=dimension.name,
            )
        found[dimension.name] = dimension
    if not found:
        raise SettingsError(
            "A sweep needs settings to vary: give `--space optim.lr=1e-4..1:log`, say, once for "
            "each setting."
        )
    needed = {other for name in found for other in SETTINGS[name].rule.applies}
    return Space(tuple(sorted(found.values(), key=lambda one: one.name not in needed)))
