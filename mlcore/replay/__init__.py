"""A run once more from its record, compared step by step with what it wrote then. Needs torch."""

from mlcore.replay.replayer import Difference, Replay, replay

__all__ = ["Difference", "Replay", "replay"]
