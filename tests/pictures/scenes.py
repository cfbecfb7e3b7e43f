"""The still pictures: what a person does on each page, and what it looks like then."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import Browser, Page, expect

from dashboard.settings.link import write_link
from mlcore.commands import Stop
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.presets import find_preset
from mlcore.runs import RunStore, State, read_state
from mlcore.runs.record.control import send
from tests.browser.driving import button, click_train, wait_for_steps
from tests.browser.server import App, wait_for
from tests.pictures.files import write_picture
from tests.pictures.views import VIEWS, View, look, opened, wait_drawn
from tests.strokes import placed

__all__ = ["SCENES"]

_LONG = RunConfig(
    data=DataConfig(batch_size=16, validation=5_000),
    optim=OptimConfig(lr=0.02),
    train=TrainConfig(epochs=60),
)
_COMPARED = ("softmax-regression", "quick-start", "adam")
_BEST = "fast-98"


def _train(browser: Browser, app: App) -> None:
    """A run that trains: the falling loss, and what is seen in it."""
    run = _begun(browser, app, _LONG)
    for view in VIEWS:
        with opened(browser, view, 1_100) as page:
            look(page, app.url, view, run=run, **write_link(_LONG))
            wait_for_steps(page, 5_000)
            wait_drawn(page, page.locator(".st-key-finding-titles button"))
            _take(page.screenshot(), "train", view)
    send(RunStore(app.runs).get(run), Stop())


def _test(browser: Browser, app: App) -> None:
    """The confusion matrix of a run on the 10,000 test images, and below it what it got wrong."""
    run = _trained(browser, app, _BEST)
    for view in VIEWS:
        with opened(browser, view, 1_060) as page:
            look(page, app.url, view, "test", run=run)
            wait_drawn(page, page.locator(".js-plotly-plot"))
            _take(_main(page, ".st-key-chart-confusion"), "test", view)


def _draw(browser: Browser, app: App) -> None:
    """A digit, drawn with the mouse, and its probabilities."""
    run = _trained(browser, app, _BEST)
    for view in VIEWS:
        with opened(browser, view, 1_000) as page:
            look(page, app.url, view, "draw", run=run)
            wait_drawn(page, page.locator(".drawing-canvas"))
            _write_digit(page, 5)
            page.wait_for_function("document.querySelector('.drawing').dataset.probabilities")
            _take(_main(page, ".drawing"), "draw", view)


def _runs(browser: Browser, app: App) -> None:
    """Four runs in the table, and their curves one over the other."""
    runs = [_trained(browser, app, preset) for preset in (*_COMPARED, _BEST)]
    for view in VIEWS:
        with opened(browser, view, 1_060) as page:
            look(page, app.url, view, "runs", selected=",".join(runs), sort="best")
            wait_drawn(page, page.locator(".st-key-runs-curves .js-plotly-plot"))
            _take(_main(page, ".st-key-chart-runs-curves"), "runs", view)


def _lessons(browser: Browser, app: App) -> None:
    """A mistake, made and not made, side by side."""
    for view in VIEWS:
        with opened(browser, view, 1_060) as page:
            look(page, app.url, view, "lessons", lesson="no-zero-grad")
            button(page, "run-lesson").click()
            wait_drawn(page, page.locator(".st-key-lesson-seen strong"))
            expect(button(page, "run-lesson")).to_be_enabled()
            _take(_main(page, ".st-key-lesson-seen"), "lessons", view)


SCENES: Mapping[str, Callable[[Browser, App], None]] = {
    "train": _train,
    "test": _test,
    "draw": _draw,
    "runs": _runs,
    "lessons": _lessons,
}
"""Name of a picture → what takes it, in every view."""


def _trained(browser: Browser, app: App, preset: str) -> str:
    """A run with these settings, trained to its end by a click, unless there is one already."""
    config = find_preset(preset)
    for info in RunStore(app.runs).list():
        if info.config == config and info.state == "finished":
            return info.id
    return _begun(browser, app, config, until="finished")


def _begun(browser: Browser, app: App, config: RunConfig, until: State = "running") -> str:
    """A run with these settings, begun by a click and waited for."""
    with opened(browser, VIEWS[0], 800) as page:
        look(page, app.url, VIEWS[0], **write_link(config))
        before = RunStore(app.runs).list()
        run = click_train(page, before[0].id if before else "")
        store = RunStore(app.runs)
        wait_for(lambda: read_state(store.get(run)) == until, 180, f"the run is {until}")
    return run


def _write_digit(page: Page, digit: int) -> None:
    box = page.locator(".drawing-canvas").bounding_box()
    assert box
    for line in placed(digit, "middle"):
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()
    page.mouse.move(0, 0)


def _main(page: Page, last: str) -> bytes:
    """The page without its sidebar, as far as the end of its last part that is shown."""
    main = page.get_by_test_id("stMain").bounding_box()
    part = page.locator(last).last.bounding_box()
    assert main
    assert part
    end = min(main["height"], part["y"] + part["height"] + 16)
    return page.screenshot(clip={**main, "height": end - main["y"]}, animations="disabled")


def _take(png: bytes, name: str, view: View) -> None:
    path = write_picture(png, f"{name}{view.suffix}")
    print(f"{path.name}: {path.stat().st_size:,} bytes", flush=True)
