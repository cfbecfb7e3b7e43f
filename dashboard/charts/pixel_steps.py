"""One image on its way into the model: bytes, `ToTensor`, `Normalize`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.numbers import short_at
from dashboard.charts.table import Table
from dashboard.charts.theme import SMALL, Palette, layout
from dashboard.words.translation import N_, _
from dashboard.words.wording import short, signed

__all__ = ["PixelStep", "StepsInfo", "step_figure", "step_table", "steps_info"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PixelStep:
    """The image after one step, with the figures that describe it."""

    title: str  # to be translated
    kind: str  # type and shape, as torch would say
    values: NDArray[Any]  # (28, 28)
    low: float  # smallest value
    high: float
    mean: float
    std: float
    scale: tuple[float, float]  # ends of the colour scale

    @property
    def figures(self) -> str:
        """The key figures in one line."""
        values = {"min": self.low, "max": self.high, "mean": self.mean, "std": self.std}
        written = {name: short(value, 3) for name, value in values.items()}
        return _("min\u00a0{min} · max\u00a0{max} · mean\u00a0{mean} · std\u00a0{std}", **written)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsInfo:
    """The three steps, and what happens to one pixel, with the numbers put in."""

    steps: tuple[PixelStep, PixelStep, PixelStep]
    row: int  # of the pixel followed
    column: int
    formulas: tuple[str, str]  # TeX


def steps_info(image: NDArray[np.uint8], mean: float, std: float) -> StepsInfo:
    """Follow an image (28, 28) through `x / 255` and `(x − mean) / std`, in float32 as torch does.

    The pixel followed is the one nearest to three quarters of full ink, so that its numbers say
    something: 0 and 255 would hide half of the sum.
    """
    scaled = image.astype(np.float32) / np.float32(255)
    normalised = (scaled - np.float32(mean)) / np.float32(std)
    row, column = (int(i) for i in divmod(int(np.abs(image - 191.0).argmin()), image.shape[1]))
    x, y, z = (float(step[row, column]) for step in (image, scaled, normalised))
    reach = max(abs((0 - mean) / std), abs((1 - mean) / std))
    return StepsInfo(
        steps=(
            _step(N_("In the file"), "uint8, (28, 28)", image, (0, 255)),
            _step(N_("After ToTensor"), "float32, (1, 28, 28)", scaled, (0, 1)),
            _step(N_("After Normalize"), "float32, (1, 28, 28)", normalised, (-reach, reach)),
        ),
        row=row,
        column=column,
        formulas=(
            rf"\begin{{aligned}} \frac{{x}}{{255}} &= \frac{{{x:.0f}}}{{255}} \\[6pt]"
            rf" &= {y:.4f} \end{{aligned}}",
            rf"\begin{{aligned}} \frac{{x - \mathrm{{mean}}}}{{\mathrm{{std}}}}"
            rf" &= \frac{{{y:.4f} - {_tex(mean)}}}{{{std:g}}} \\[6pt]"
            rf" &= {z:.4f} \end{{aligned}}",
        ),
    )


def step_figure(info: StepsInfo, index: int, colours: Palette) -> go.Figure:
    """The image after step 0, 1 or 2 as a square heatmap; the pixel followed is framed."""
    step = info.steps[index]
    figure = go.Figure(
        go.Heatmap(
            z=step.values,
            zmin=step.scale[0],
            zmax=step.scale[1],
            colorscale=list(colours.diverging) if index == 2 else "gray",
            colorbar={
                "thickness": 8,
                "outlinewidth": 0,
                "len": 0.96,
                "tickfont": {"color": colours.muted, "size": SMALL},
                "nticks": 5,
            },
            hovertemplate=_(
                "row {row}, column {column}: {value}",
                row="%{y}",
                column="%{x}",
                value="<b>" + short_at("z") + "</b>",
            )
            + "<extra></extra>",
        )
    )
    figure.update_layout(**layout(colours, height=240))
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    figure.add_shape(
        type="rect",
        x0=info.column - 0.6,
        x1=info.column + 0.6,
        y0=info.row - 0.6,
        y1=info.row + 0.6,
        line={"color": colours.wrong, "width": 2.5},
    )
    return figure


def step_table(info: StepsInfo, index: int) -> Table:
    """Each pixel after step 0, 1 or 2, row by row, as in the image."""
    values = info.steps[index].values
    digits = 0 if index == 0 else 2
    return Table(
        (_("Row"), *(str(column) for column in range(values.shape[1]))),
        tuple(
            (str(number), *(signed(float(value), digits) for value in row))
            for number, row in enumerate(values)
        ),
    )


def _tex(number: float) -> str:
    return f"({number:g})" if number < 0 else f"{number:g}"


def _step(title: str, kind: str, values: NDArray[Any], scale: tuple[float, float]) -> PixelStep:
    exact = values.astype(np.float64)
    return PixelStep(
        title=title,
        kind=kind,
        values=values,
        low=float(exact.min()),
        high=float(exact.max()),
        mean=float(exact.mean()),
        std=float(exact.std()),
        scale=scale,
    )
