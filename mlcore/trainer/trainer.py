"""`Trainer`: takes steps, handles commands between them, and reports in events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from mlcore import errors
from mlcore.commands import Command, Continue, Edit, Pause, RunEpoch, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.data.tensors import Dataset
from mlcore.device import check_dtype, memory_of
from mlcore.errors import SettingsError
from mlcore.evaluation import evaluate
from mlcore.events import (
    Continued,
    EditRefused,
    Event,
    Finished,
    Paused,
    SettingsEdited,
    Started,
    StepsDone,
    Stopped,
)
from mlcore.fitting import check_batches, check_memory
from mlcore.model import MLP
from mlcore.trainer.edits import edited
from mlcore.trainer.training_state import TrainingState

if TYPE_CHECKING:
    from mlcore.parallel.crew import Crew

__all__ = ["Trainer", "no_commands"]

POLL_SECONDS = 0.010  # between two polls for commands while training
PAUSE_SECONDS = 0.015  # the same while paused


def no_commands() -> Sequence[Command]:
    """The commands of a run that nobody steers."""
    return ()


class Trainer:
    """One training as a stream of events, and its model.

    With the same settings, seed and number of threads, step losses and weights on the CPU equal
    those of the plain loop over a `DataLoader(shuffle=True)` to the last bit.

    Random numbers come from torch's global state, as in a plain script: it is seeded here, and
    should not be touched until the events have ended.

    Args:
        config: settings of a new run. With a `snapshot` as state, the settings in it hold instead
            (edits made so far are among them); an `Edit` changes them.
        data: images and labels, on the device.
        device: where the model goes; None: where the images are.
        state: a `snapshot` to continue from, exactly. One that holds only "model", and perhaps
            "optimizer", "epoch" and "loss", gives those alone.
        commands: called between steps; returns the commands that came since the last call.
        crew: the processes that train together, of which this one leads; None: it trains alone.

    Raises:
        DeviceError: the device has no float64, and the settings ask for it.
        SettingsError: the batches leave no step, or one image for batch norm.
    """

    def __init__(
        self,
        config: RunConfig,
        data: Dataset,
        *,
        device: torch.device | str | None = None,
        state: Mapping[str, Any] | None = None,
        commands: Callable[[], Sequence[Command]] = no_commands,
        crew: Crew | None = None,
    ) -> None:
        if state and state.get("config") is not None:
            config = RunConfig.from_json(state["config"])
        check_batches(config, len(data.train))
        target = data.train.images.device if device is None else torch.device(device)
        check_dtype(config, target)
        if crew is None:
            self._state = TrainingState(config, data, target, state)
        else:
            from mlcore.trainer.together import LeadingState  # loads torch.distributed

            self._state = LeadingState(config, data, target, state, crew)
        self._commands = commands
        self._ended = self._paused = False
        self._pause_step: int | None = None  # pause when so many steps are done
        self._pause_epoch: int | None = None  # pause when so many epochs are done

    @property
    def model(self) -> MLP:
        """The network; once the events have ended it is an ordinary module."""
        return self._state.model

    @property
    def config(self) -> RunConfig:
        """The settings in force, edits included."""
        return self._state.config

    @property
    def step(self) -> int:
        """Optimisation steps done."""
        return self._state.step

    @property
    def epoch(self) -> int:
        """Whole epochs done."""
        return self._state.epoch

    @property
    def paused(self) -> bool:
        """Whether it waits between two steps."""
        return self._paused

    def snapshot(self) -> dict[str, Any]:
        """All that the next step depends on; as `state` of a new trainer it continues exactly.

        May be taken whenever `events` has yielded an event, also in mid-epoch. Only tensors,
        dicts, lists, str, int, float, bool and None: `torch.load(weights_only=True)` reads it.
        Tensors of model and optimizer are shared, not copied: write or copy before the next step.

        Raises:
            DivergedError: the loss is not finite any more; there is nothing to continue from.
        """
        return self._state.snapshot()

    def events(self) -> Iterator[Event]:
        """Train, and report it; ends with `Finished` or `Stopped`.

        A pause waits in here. Called again after the end, it continues from there.

        Raises:
            DivergedError: a loss became NaN or infinite; the losses before it were yielded.
        """
        self._state.prepare()
        self._ended = False
        yield self._started()
        try:
            yield from self._train()
        finally:
            self._state.rest()
        if not self._ended:
            self._state.meet()
            yield self._finished()

    def _train(self) -> Iterator[Event]:
        """Take steps and handle commands, until the last epoch or a `Stop`."""
        state = self._state
        while True:
            yield from self._handle_commands()
            if self._ended or state.is_over():
                return
            limit = None if self._pause_step is None else self._pause_step - self.step
            state.run(limit, POLL_SECONDS)
            if state.losses.due() or state.feed.exhausted:
                yield from self._flush()
            if state.feed.exhausted:
                yield state.end_epoch()

    def _handle_commands(self) -> Iterator[Event]:
        """Handle the commands that came; wait while paused."""
        yield from self._poll()
        due = self._pause_step == self.step or self._pause_epoch == self.epoch
        if due and not self._ended:
            yield from self._handle(Pause())
        while self._paused and not self._ended:
            time.sleep(PAUSE_SECONDS)
            yield from self._poll()

    def _poll(self) -> Iterator[Event]:
        for command in self._commands():
            if not self._ended:
                yield from self._handle(command)

    def _handle(self, command: Command) -> Iterator[Event]:
        """Do what a command asks; all losses before it are yielded first."""
        yield from self._flush()
        match command:
            case Stop(reason=reason):
                self._state.meet()
                self._ended = True
                yield Stopped(step=self.step, epoch=self.epoch, reason=reason)
            case Pause():
                self._pause_step = self._pause_epoch = None
                if not self._paused:
                    self._paused = True
                    yield Paused(step=self.step, epoch=self.epoch)
            case Continue():
                yield from self._continue()
            case RunSteps(count=count):
                yield from self._continue(step=self.step + max(count, 1))
            case RunEpoch():
                yield from self._continue(epoch=self.epoch + 1)
            case Edit(changes=changes):
                yield self._edit(changes)

    def _continue(self, step: int | None = None, epoch: int | None = None) -> Iterator[Event]:
        """Train on, until so many steps or epochs are done."""
        self._pause_step, self._pause_epoch = step, epoch
        if self._paused:
            self._paused = False
            yield Continued(step=self.step, epoch=self.epoch)

    def _edit(self, changes: Mapping[str, Any]) -> Event:
        before = self.config.flat()
        try:
            config = edited(self.config, changes)
            if config.data.batch_size > self.config.data.batch_size:
                data, device = self._state.data, self._state.device
                images = len(data.train), len(data.test)
                check_memory(config, len(data.classes), images, memory_of(device))
            self._state.edit(config, keep_lr="optim.lr" not in changes)
        except SettingsError as error:
            return EditRefused(
                step=self.step,
                epoch=self.epoch,
                changes=dict(changes),
                message=str(error),
                error=errors.to_json(error),
            )
        after = config.flat()
        return SettingsEdited(
            step=self.step,
            epoch=self.epoch,
            changes={name: after[name] for name in changes},
            before={name: before[name] for name in changes},
            epochs=self.config.train.epochs,
            steps_per_epoch=self._state.feed.steps_per_epoch(),
            total_steps=self._state.total_steps(),
        )

    def _flush(self) -> Iterator[Event]:
        """Yield the losses that were not read yet."""
        losses = self._state.losses
        if not losses:
            return
        first = self.step - len(losses) + 1
        values = losses.read(first)
        if values:
            yield StepsDone(first=first, losses=values, epoch=self.epoch + 1)
        if losses.diverged is not None:
            raise losses.diverged

    def _started(self) -> Started:
        state, data = self._state, self._state.data
        return Started(
            step=self.step,
            epoch=self.epoch,
            steps_per_epoch=state.feed.steps_per_epoch(),
            epochs=self.config.train.epochs,
            total_steps=state.total_steps(),
            batch_size=self.config.data.batch_size,
            device=str(state.device),
            threads=torch.get_num_threads(),
            parameters=sum(weight.numel() for weight in self.model.parameters()),
            train_images=len(data.train),
            validation_images=0 if data.validation is None else len(data.validation),
            stepper=state.stepper.name,
            dtype=self.config.train.dtype,
            processes=state.processes,
        )

    def _finished(self) -> Finished:
        data = self._state.data
        test = evaluate(self.model, data.test, data)
        return Finished(
            step=self.step,
            epoch=self.epoch,
            test_loss=test.loss,
            test_accuracy=test.accuracy,
            seconds=self._state.seconds,
            early=self._state.is_early(),
        )
