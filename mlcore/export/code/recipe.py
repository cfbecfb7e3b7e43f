"""`Recipe`: all that the code of a run depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlcore.config import RunConfig
from mlcore.data import find_family
from mlcore.events import SettingsEdited, Stopped
from mlcore.rules import Value

__all__ = ["Origin", "Recipe", "Start", "recipe_from"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A checkpoint that a training begins from.

    Attributes:
        file: a full checkpoint.
        continues: whether the training that wrote it is continued exactly; else its weights alone
            are the initial weights of a new one.
        step, epoch: steps and whole epochs done, where it is continued.
        used: images of the epoch under way that were trained on.
        within: whether an epoch was under way.
    """

    file: Path
    continues: bool = True
    step: int = 0
    epoch: int = 0
    used: int = 0
    within: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a fork was branched off.

    Attributes:
        run: id of the run.
        step: of the checkpoint.
        changes: dotted setting → its value in the fork, where it is another one.
    """

    run: str
    step: int
    changes: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A training, from its settings to its end.

    Attributes:
        config: settings at its first step.
        edits: made while it trained, in order: each after `step` steps and `epoch` whole epochs.
        start: the checkpoint it begins from, if there is one.
        threads: CPU threads; 0: torch's own choice.
        device: where it computes, as torch names it.
        images: images that it trains on; 0: as many as were published, less those held out.
        processes: that trained it together.
        run: id of the run, if there is one.
        stopped: where the run was stopped, if it was: its code trains no further.
        origin: where it was branched off, if it is a fork from a checkpoint of another run.
    """

    config: RunConfig
    edits: Sequence[SettingsEdited] = field(default=())
    start: Start | None = None
    threads: int = 0
    device: str = "cpu"
    images: int = 0
    processes: int = 1
    run: str = ""
    stopped: Stopped | None = None
    origin: Origin | None = None

    @property
    def train_images(self) -> int:
        """Images that it trains on."""
        if self.images:
            return self.images
        data = self.config.data
        published = find_family(data.name).train_images
        return min(data.train_limit or published, published) - data.validation

    @property
    def thread_count(self) -> int:
        """CPU threads; 0: torch's own choice."""
        return self.threads or self.config.train.threads


def recipe_from(what: RunConfig | Recipe, edits: Sequence[SettingsEdited] = ()) -> Recipe:
    """The recipe itself, or that of settings and edits."""
    return what if isinstance(what, Recipe) else Recipe(config=what, edits=edits)
