"""`TrainingState`: all that the next step depends on, how it changes and how it is saved."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from mlcore.config import RunConfig
from mlcore.data.batches import draw_epoch_seed, steps_per_epoch
from mlcore.data.tensors import Dataset
from mlcore.evaluation import loss_and_accuracy
from mlcore.events import EpochDone
from mlcore.fitting import check_batches
from mlcore.model import build
from mlcore.optim import (
    after_epoch,
    after_step,
    build_optimizer,
    build_schedule,
    complete,
    plateau_state,
    rebuild,
)
from mlcore.spinning import spins_of
from mlcore.steps import make_stepper
from mlcore.trainer.dead_units import is_due, share_of_dead_units
from mlcore.trainer.feed import Feed
from mlcore.trainer.losses import Losses
from mlcore.trainer.random import random_state, restore_random_state
from mlcore.trainer.waiting import Waiting

if TYPE_CHECKING:
    from mlcore.parallel.crew import Crew

__all__ = ["TrainingState"]


class TrainingState:
    """Model, optimizer, schedule, order of the images, losses and random state of one training.

    Attributes:
        step: optimisation steps done.
        epoch: whole epochs done.
        seconds: training time of this start, validation left out.
        losses: of the steps whose loss was not read yet.
        processes: that train together, of which this is one.
    """

    def __init__(
        self,
        config: RunConfig,
        data: Dataset,
        device: torch.device,
        state: Mapping[str, Any] | None,
        crew: Crew | None = None,
    ) -> None:
        self.config, self.data, self.device = config, data, device
        self.processes = 1 if crew is None else crew.ranks.size
        torch.manual_seed(config.train.seed)
        self.model = build(config, len(data.classes)).to(device)
        self.step = self.epoch = 0
        self.seconds = 0.0
        self.losses = Losses()
        self.feed = Feed(data, config.data.batch_size, config.data.drop_last, self.model.dtype)
        self._best: float | None = None  # lowest validation loss of an epoch, or training loss
        self._bad_epochs = 0  # epochs since then
        self._loss = 0.0  # training loss of the last epoch
        self._epoch_seconds = 0.0
        self._rate = config.optim.lr  # of the last step
        self._optimizer = build_optimizer(self.model.parameters(), config.optim)
        if state:
            self._restore(state)
        if state and "schedule" in state:
            self._rebuild(config, state["schedule"], keep_lr=True)
        else:
            self._schedule = build_schedule(
                self._optimizer, config.optim, config.train.epochs, self.feed.steps_per_epoch()
            )
        self.stepper = make_stepper(config, self.model, self._optimizer, device, crew)
        drawn = random_state(device)
        self._random = {name: (state or {}).get(name, drawn[name]) for name in drawn}
        self._waiting = Waiting(None)

    def prepare(self) -> None:
        """Get ready to take steps: training mode, and the random state of this training."""
        self.model.train()
        self.seconds = 0.0
        restore_random_state(self._random, self.device)
        self._random = {}
        if self.device.type == "cpu":
            self._waiting = Waiting(spins_of(torch.get_num_threads()))

    def rest(self) -> None:
        """No more steps for now: leave torch's threads as they were found."""
        self._waiting.end()

    def meet(self) -> None:
        """Make sure that all who take steps are still there; this process is alone."""

    def is_over(self) -> bool:
        """Whether all epochs are done, or early stopping has ended them; never in mid-epoch."""
        if self.feed.seed is not None:
            return False
        return self.epoch >= self.config.train.epochs or self.is_early()

    def is_early(self) -> bool:
        """Whether the validation loss has not fallen for as long as `train.patience` allows."""
        return 0 < self.config.train.patience <= self._bad_epochs

    def run(self, limit: int | None, seconds: float) -> None:
        """Take steps: at most `limit`, to the end of the epoch, for about so many seconds."""
        if self.feed.seed is None:
            self.feed.begin(draw_epoch_seed())
        began = now = time.perf_counter()
        before = self.step
        steps = self.feed.steps_left()
        steps = steps if limit is None else min(steps, limit)
        groups = self._optimizer.param_groups
        while steps > 0 and now - began < seconds:
            images, labels = self.feed.next()  # (B, 784), (B,)
            self._rate = groups[0]["lr"]
            self.losses.add(self.stepper.step(images, labels), self._rate)
            after_step(self._schedule)
            self.step += 1
            steps -= 1
            now = time.perf_counter()
        self.seconds += now - began
        self._epoch_seconds += now - began
        self._waiting.note(self.step - before, now - began)

    def end_epoch(self) -> EpochDone:
        """End the epoch, once all its losses were read: validate, and advance the schedule."""
        self._loss = self.losses.total / self.feed.position
        validation_loss = validation_accuracy = None
        if self.data.validation is not None:
            validation_loss, validation_accuracy = loss_and_accuracy(
                self.model, self.data.validation, self.data
            )
        epoch = self.epoch + 1
        done = EpochDone(
            epoch=epoch,
            step=self.step,
            train_loss=self._loss,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
            lr=self._rate,
            seconds=self._epoch_seconds,
            images_per_second=self.feed.used / self._epoch_seconds,
            dead_units=share_of_dead_units(self.model, self.data) if is_due(epoch) else None,
        )
        self.next_epoch(self._loss if validation_loss is None else validation_loss)
        return done

    def next_epoch(self, loss: float) -> None:
        """Advance the schedule by what an epoch came to, and be between two epochs."""
        after_epoch(self._schedule, loss)
        if self._best is None or loss < self._best:
            self._best, self._bad_epochs = loss, 0
        else:
            self._bad_epochs += 1
        self.epoch += 1
        self.feed.end()
        self.losses.total = self._epoch_seconds = 0.0

    def edit(self, config: RunConfig, *, keep_lr: bool) -> None:
        """Use other settings from the next step on.

        A batch size holds at once, also for what is left of the epoch's order. The schedule moves
        to where it would be had the run had these settings from its start (`optim.rebuild`).

        Raises:
            SettingsError: the batches leave no step, or one image for batch norm.
        """
        check_batches(config, len(self.data.train), self.feed.left())
        self._rebuild(config, plateau_state(self._schedule), keep_lr=keep_lr)
        if config.data.batch_size != self.config.data.batch_size:
            self.feed.resize(config.data.batch_size)
        self.config = config
        self.stepper.use(self._optimizer, config.optim.clip_norm)
        self._waiting.forget()

    def total_steps(self, config: RunConfig | None = None) -> int:
        """Steps of the whole run: those done and those to come, unless it is stopped early.

        Args:
            config: settings of the steps to come; None: those in force.
        """
        settings = config or self.config
        size, drop_last = settings.data.batch_size, settings.data.drop_last
        whole = settings.train.epochs - self.epoch  # epochs to come
        steps = self.step
        if self.feed.seed is not None:  # the current one is always trained to its end
            steps += steps_per_epoch(self.feed.left(), size, drop_last)
            whole -= 1
        return steps + max(whole, 0) * steps_per_epoch(len(self.data.train), size, drop_last)

    def snapshot(self) -> dict[str, Any]:
        """All that the next step depends on, as `Trainer.snapshot` describes it."""
        if self.losses.diverged is not None:
            raise self.losses.diverged
        position = self.feed.position
        return {
            "config": self.config.to_json(),
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": plateau_state(self._schedule),
            "step": self.step,
            "epoch": self.epoch,
            "position": position,
            "images_used": self.feed.used,
            "epoch_seed": self.feed.seed,
            "loss_sum": self.losses.total,
            "loss": self.losses.total / position if position else self._loss,
            "epoch_seconds": self._epoch_seconds,
            "best": self._best,
            "bad_epochs": self._bad_epochs,
            **(random_state(self.device) | self._random),
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        """Restore a snapshot; what one with fewer entries lacks is as in a new run."""
        self.model.load_state_dict(state["model"])
        self.epoch = state.get("epoch", 0)
        self.step = state.get("step", self.epoch * self.feed.steps_per_epoch())
        if state.get("optimizer") is not None:
            self._optimizer.load_state_dict(state["optimizer"])
            complete(self._optimizer)
        self._loss = state.get("loss") or 0.0
        self._best, self._bad_epochs = state.get("best"), state.get("bad_epochs", 0)
        if state.get("epoch_seed") is not None:
            self.feed.begin(state["epoch_seed"], state["position"], state["images_used"])
            self.losses.total = state["loss_sum"]
            self._epoch_seconds = state.get("epoch_seconds", 0.0)

    def _rebuild(
        self, config: RunConfig, plateau: Mapping[str, Any] | None, *, keep_lr: bool
    ) -> None:
        """Give optimizer and schedule these settings, and the state that follows from them."""
        self._optimizer, self._schedule = rebuild(
            self._optimizer,
            plateau,
            config.optim,
            epochs=config.train.epochs,
            epochs_done=self.epoch,
            total_steps=self.total_steps(config),
            steps_done=self.step,
            keep_lr=keep_lr,
        )
