"""What stands on the Train page before the first run."""

from __future__ import annotations

import streamlit as st

from mlcore.config import RunConfig
from mlcore.data import CATALOG

__all__ = ["invitation"]


def invitation(config: RunConfig | None) -> None:
    """What pressing Train will do."""
    config = config or RunConfig()
    family = CATALOG[config.data.name]
    images = min(config.data.train_limit or family.train_images, family.train_images)
    count = max(0, images - config.data.validation)
    epochs = config.train.epochs
    with st.container(border=True, key="invitation", horizontal_alignment="center"):
        st.markdown("### Nothing is trained yet", width="content", text_alignment="center")
        st.markdown(
            f"Press **Train**, and a small neural network learns from {count:,} images of "
            f"{family.title}, {epochs} time{'s' if epochs > 1 else ''} over, with the settings on "
            "the left. You see here at once how its loss falls, and its model is kept when it "
            "ends or when you stop it.",
            width=560,
            text_alignment="center",
        )
