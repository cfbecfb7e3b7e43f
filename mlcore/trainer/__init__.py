"""Training as a stream of events: no files, no printing, no threads."""

from mlcore.trainer.stream import load_data, train
from mlcore.trainer.trainer import Trainer

__all__ = ["Trainer", "load_data", "train"]
