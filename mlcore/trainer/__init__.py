"""Training as a stream of events: no files, no printing, no threads."""

from mlcore.trainer.edits import EDITABLE, changes_between
from mlcore.trainer.trainer import Trainer, load_data, train

__all__ = ["EDITABLE", "Trainer", "changes_between", "load_data", "train"]
