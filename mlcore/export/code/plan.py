"""What the code of a training must be able to do, and where in it each edit stands."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from mlcore.config import OptimConfig, RunConfig
from mlcore.events import SettingsEdited, Stopped
from mlcore.export.code.recipe import Recipe
from mlcore.words import Translate, in_english

__all__ = ["PlacedEdit", "Plan", "moves_momentum"]

Place = Literal["start", "step", "epoch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEdit:
    """An edit at its place: before the first step, within an epoch, or at the end of one.

    Attributes:
        edit: what was changed, and when.
        place: where in the code it stands.
        before, after: settings in force.
        schedules: names of the schedules that the training had before it.
        total_steps: steps of the whole training with the new settings.
    """

    edit: SettingsEdited
    place: Place
    before: RunConfig
    after: RunConfig
    schedules: frozenset[str]
    total_steps: int


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far a training is: as its trainer counts."""

    step: int
    epoch: int
    used: int  # images of the epoch under way
    within: bool  # whether one is under way

    def at(self, event: SettingsEdited | Stopped, images: int, config: RunConfig) -> _Progress:
        """Train with these settings up to the event."""
        now = self
        while now.epoch < event.epoch:
            done = now.step + now.steps_left(images, config)
            now = _Progress(done, now.epoch + 1, 0, False)
        count = event.step - now.step
        if count <= 0:
            return now
        used = min(now.used + count * config.data.batch_size, images)
        return _Progress(event.step, now.epoch, used, True)

    def steps_left(self, images: int, config: RunConfig) -> int:
        """Steps of the epoch under way that are still to do; a whole epoch's between two."""
        left, size = images - self.used, config.data.batch_size
        return left // size if config.data.drop_last else -(-left // size)

    def total_steps(self, images: int, config: RunConfig) -> int:
        """Steps of the whole training, as `TrainingState.total_steps` counts them."""
        steps, whole = self.step, config.train.epochs - self.epoch
        if self.within:
            steps += self.steps_left(images, config)
            whole -= 1
        fresh = replace(self, used=0)
        return steps + max(whole, 0) * fresh.steps_left(images, config)


@dataclass(frozen=True)
class Plan:
    """What follows from a recipe for all parts of its code, and the language of its comments."""

    recipe: Recipe
    words: Translate = in_english

    def comment(self, text: str, **values: Any) -> str:
        """A line of comment."""
        return f"# {self.words(text, **values)}"

    def noted(self, code: str, text: str, **values: Any) -> str:
        """A line of code with a comment behind it."""
        return f"{code}  {self.comment(text, **values)}"

    @property
    def config(self) -> RunConfig:
        """Settings at the first step."""
        return self.recipe.config

    @property
    def continues(self) -> bool:
        """Whether it continues the training that wrote its checkpoint."""
        return self.recipe.start is not None and self.recipe.start.continues

    @functools.cached_property
    def edits(self) -> tuple[PlacedEdit, ...]:
        """All edits at their places."""
        return tuple(self._placed())

    @functools.cached_property
    def configs(self) -> tuple[RunConfig, ...]:
        """All settings that are in force at one time or another."""
        return (self.config, *(placed.after for placed in self.edits))

    def at(self, place: Place) -> list[PlacedEdit]:
        """The edits of a place."""
        return [placed for placed in self.edits if placed.place == place]

    @functools.cached_property
    def stop(self) -> Literal["step", "epoch"] | None:
        """Where the run was stopped: within an epoch, or at the end of one; None: nowhere.

        Nor where it was stopped before it trained a step.
        """
        stopped, images, now = self.recipe.stopped, self.recipe.train_images, self._begun()
        if stopped is None or stopped.step <= now.step:
            return None
        for config, placed in zip(self.configs, self.edits, strict=False):
            now = now.at(placed.edit, images, config)
        return "step" if now.at(stopped, images, self.configs[-1]).within else "epoch"

    @functools.cached_property
    def schedules(self) -> frozenset[str]:
        """The schedules that it has at one time or another."""
        return frozenset(config.optim.schedule for config in self.configs)

    @property
    def total_steps(self) -> int:
        """Steps of the whole training with its first settings."""
        return self._begun().total_steps(self.recipe.train_images, self.config)

    @functools.cached_property
    def by_hand(self) -> bool:
        """Whether batches are taken by hand: a `DataLoader` cannot change or begin in mid-epoch."""
        start = self.recipe.start
        return (start is not None and start.within) or any(
            "data.batch_size" in _differences(placed) for placed in self.at("step")
        )

    @property
    def counts_steps(self) -> bool:
        """Whether it must know how many steps are done."""
        return bool(self.at("step"))

    @property
    def epochs_move(self) -> bool:
        """Whether the number of epochs changes while it trains."""
        later = [*self.at("step"), *self.at("epoch")]
        return any("train.epochs" in _differences(placed) for placed in later)

    @property
    def validates(self) -> bool:
        """Whether images are held out."""
        return self.config.data.validation > 0

    @property
    def stops_early(self) -> bool:
        """Whether early stopping is on at one time or another."""
        return any(config.train.patience for config in self.configs)

    @property
    def sums_losses(self) -> bool:
        """Whether the exact mean of an epoch's losses decides on anything."""
        return self.by_hand or ("plateau" in self.schedules and not self.validates)

    @property
    def moves_to_device(self) -> bool:
        """Whether it computes elsewhere than on the CPU."""
        return self.recipe.device != "cpu"

    @property
    def is_double(self) -> bool:
        """Whether it computes in float64."""
        return self.config.train.dtype == "float64"

    def varies(self, name: str) -> bool:
        """Whether a setting changes while it trains."""
        return len({config.flat()[name] for config in self.configs}) > 1

    def _begun(self) -> _Progress:
        start = self.recipe.start
        if start is None or not start.continues:
            return _Progress(0, 0, 0, False)
        return _Progress(start.step, start.epoch, start.used, start.within)

    def _placed(self) -> Iterator[PlacedEdit]:
        images, config, now = self.recipe.train_images, self.config, self._begun()
        began, schedules = now, {config.optim.schedule}
        for edit in self.recipe.edits:
            now = now.at(edit, images, config)
            after = config.with_values(edit.changes)
            place: Place = "start" if now == began else "step" if now.within else "epoch"
            yield PlacedEdit(
                edit=edit,
                place=place,
                before=config,
                after=after,
                schedules=frozenset(schedules),
                total_steps=max(now.total_steps(images, after), 1),
            )
            config = after
            schedules.add(config.optim.schedule)


def moves_momentum(optim: OptimConfig) -> bool:
    """Whether a one_cycle schedule moves the momentum too: where there is none, torch refuses."""
    return optim.name in ("adam", "adamw") or optim.momentum > 0


def _differences(placed: PlacedEdit) -> set[str]:
    before, after = placed.before.flat(), placed.after.flat()
    return {name for name in before if before[name] != after[name]}
