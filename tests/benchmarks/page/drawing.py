"""How soon after a move on the pad the bars follow, and how long the server would take."""

from __future__ import annotations

import io
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from mlcore.config import DataConfig, ModelConfig, RunConfig, TrainConfig, data_root
from mlcore.jobs import Jobs
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.tab import serve, tab
from tests.browser.server import wait_settled
from tests.strokes import placed, rendered

__all__ = ["measure"]

_AIM = 150.0  # ms
_WIDTHS = {
    "784 → 128 → 64 → 10, in the browser": (128, 64),
    "784 → 1,024 → 1,024 → 512 → 10, in the browser": (1024, 1024, 512),
    "by the server: 4,096 wide": (4096,),
}


def measure(browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """From the browser's time stamp of a move to the bars; for a large network from its rest."""
    figures, store = [], RunStore(folder / "runs")
    runs = {name: _trained(store, hidden) for name, hidden in _WIDTHS.items()}
    with serve(folder, data_root(DataConfig()), runs=folder / "runs") as app:
        for name, run in runs.items():
            figure = Figure(f"a move on the pad → bars, {name}", "ms", _AIM)
            with tab(browser) as page:
                page.goto(f"{app.url}/draw?data.name=digits&run={run.id}")
                page.locator(".drawing-canvas").wait_for()
                wait_settled(page)
                for _ in range(rounds):
                    figure.values += _stroke(page, served=name.startswith("by"))
            figures.append(figure)
    return [*figures, _job(folder, runs[next(iter(runs))], rounds)]


def _trained(store: RunStore, hidden: tuple[int, ...]) -> RunFolder:
    config = RunConfig(
        data=DataConfig(name="digits"),
        model=ModelConfig(hidden=hidden),
        train=TrainConfig(epochs=1, device="cpu"),
    )
    run = store.create(config)
    execute(run)
    return run


def _stroke(page: Page, *, served: bool) -> list[float]:
    """Draw a digit with the mouse; milliseconds of each move, or after it where it is served."""
    box = page.locator(".drawing-canvas").bounding_box()
    assert box
    page.locator(".drawing-clear").click()
    wait_settled(page)
    times = []
    for line in placed(2, "middle"):
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.evaluate("delete document.querySelector('.drawing').dataset.latency")
            page.mouse.move(*point)
            page.wait_for_function("document.querySelector('.drawing').dataset.latency")
            latency = page.locator(".drawing").get_attribute("data-latency")
            times.append(float(latency or "nan"))
        page.mouse.up()
    if not served:
        return times
    waited: float = page.evaluate(
        """() => new Promise((done) => { const begun = performance.now(); const look = () =>
          Number(document.querySelector('.drawing').dataset.serial) > 0
            ? done(performance.now() - begun) : requestAnimationFrame(look); look(); })"""
    )
    return [waited]


def _job(folder: Path, run: RunFolder, rounds: int) -> Figure:
    """A short job that prepares and predicts, asked without a page."""
    figure = Figure("the same by a short job, without a page", "ms")
    stream = io.BytesIO()
    Image.fromarray(rendered(7, "middle")).save(stream, "PNG")
    (folder / "pad.png").write_bytes(stream.getvalue())
    request = {"checkpoint": str(run.last_checkpoint()), "image": str(folder / "pad.png")}
    jobs = Jobs(folder / "runs")
    try:
        jobs.call("predict", {**request, "black": True})  # the first waits until torch is imported
        for _ in range(rounds):
            begun = time.perf_counter()
            jobs.call("predict", {**request, "black": True})
            figure.add(1_000 * (time.perf_counter() - begun))
    finally:
        jobs.close()
    return figure
