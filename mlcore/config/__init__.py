"""The settings of a run; a bare `RunConfig()` is the PyTorch quick start."""

from mlcore.config.data import PIXELS, SIDE, DataConfig
from mlcore.config.model import ModelConfig
from mlcore.config.optim import OptimConfig
from mlcore.config.parallel import check_parallel
from mlcore.config.run import (
    RunConfig,
    can_continue,
    changes_between,
    data_root,
    dumps,
    fixed_changes,
    parse,
    read_number,
)
from mlcore.config.setting import Setting
from mlcore.config.settings import EDITABLE, EXECUTION, MACHINE, SETTINGS, find_setting
from mlcore.config.train import TrainConfig

__all__ = [
    "EDITABLE",
    "EXECUTION",
    "MACHINE",
    "PIXELS",
    "SETTINGS",
    "SIDE",
    "DataConfig",
    "ModelConfig",
    "OptimConfig",
    "RunConfig",
    "Setting",
    "TrainConfig",
    "can_continue",
    "changes_between",
    "check_parallel",
    "data_root",
    "dumps",
    "find_setting",
    "fixed_changes",
    "parse",
    "read_number",
]
