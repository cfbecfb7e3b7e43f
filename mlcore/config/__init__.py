"""The settings of a run. No torch; a bare `RunConfig()` is the PyTorch quick start."""

from mlcore.config.data import PIXELS, SIDE, DataConfig
from mlcore.config.model import ModelConfig
from mlcore.config.optim import OptimConfig
from mlcore.config.parts import EDITABLE, PLACE, SETTINGS, find_setting
from mlcore.config.run import RunConfig, changes_between, data_root, dumps, goes_on, parse
from mlcore.config.setting import Setting
from mlcore.config.train import TrainConfig

__all__ = [
    "EDITABLE",
    "PIXELS",
    "PLACE",
    "SETTINGS",
    "SIDE",
    "DataConfig",
    "ModelConfig",
    "OptimConfig",
    "RunConfig",
    "Setting",
    "TrainConfig",
    "changes_between",
    "data_root",
    "dumps",
    "find_setting",
    "goes_on",
    "parse",
]
