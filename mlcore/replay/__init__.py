"""A run trained again from its record, and compared with it step by step."""

from mlcore.replay.replayer import Difference, Replay, replay
from mlcore.replay.verdict import verdict

__all__ = ["Difference", "Replay", "replay", "verdict"]
