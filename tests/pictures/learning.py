"""The animation: the network of the Train page while it learns MNIST, a few steps a frame."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from dashboard.settings.link import write_link
from mlcore.commands import Continue, Pause, RunSteps
from mlcore.presets import find_preset
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.active.steering import Request
from mlcore.runs.record.control import send
from tests.browser.driving import badge, button, wait_for_other_run
from tests.browser.server import App, wait_for
from tests.pictures.files import write_animation
from tests.pictures.views import VIEWS, look, opened, wait_drawn

__all__ = ["film_learning"]

_HEIGHT = 720  # pixels of the browser; the chart above is out of sight, and is not drawn
_BELOW = 14  # pixels by which the last unit may stand out
_EACH, _LAST = 260, 1_900  # milliseconds
_STEPS = (2, 4, 8, 11, 14, 18, 23, 30, 40, 54, 72, 96, 128, 170, 225, 300, 400, 510, 628)
_VIEWS = tuple(view for view in VIEWS if view.language == "en")  # the film has no words


def film_learning(browser: Browser, app: App) -> None:
    """Train "Fast 98 %" by a click, steered step by step, and film it."""
    settings = write_link(find_preset("fast-98"))
    with ExitStack() as stack:
        pages = [stack.enter_context(opened(browser, view, _HEIGHT)) for view in _VIEWS]
        first = pages[0]
        look(first, app.url, _VIEWS[0], **settings)
        folder = _train_paused(first, app)
        for page, view in zip(pages, _VIEWS, strict=True):
            look(page, app.url, view, run=folder.id)
            wait_drawn(page, page.locator(".net"))
            page.locator(".net").scroll_into_view_if_needed()
        frames = list(_frames(folder, pages))
        for view, taken in zip(_VIEWS, zip(*frames, strict=True), strict=True):
            path = write_animation(taken, f"learning{view.suffix}", _EACH, _LAST)
            print(f"{path.name}: {path.stat().st_size:,} bytes", flush=True)


def _train_paused(page: Page, app: App) -> RunFolder:
    """Press Train, and pause the run before its first step, as any shell may."""
    expect(button(page, "train")).to_be_enabled()
    button(page, "train").click()
    store = RunStore(app.runs)
    wait_for(lambda: bool(store.list()), 60, "the run is there")
    (info,) = store.list()
    folder = RunFolder(Path(info.path))
    send(folder, Pause())
    badge(page, "Paused")
    assert wait_for_other_run(page) == folder.id
    return folder


def _frames(folder: RunFolder, pages: Sequence[Page]) -> Iterator[list[bytes]]:
    """What each page shows after so many steps."""
    begun = int(pages[0].locator(".net").get_attribute("data-step") or 0)
    wanted = [step for step in _STEPS if step > begun]
    yield [_picture(page, begun) for page in pages]
    for before, after in itertools.pairwise([begun, *wanted]):
        print(f"step {after:,}", flush=True)
        if after == wanted[-1]:
            Request(folder, Continue()).wait(60)
        else:
            Request(folder, RunSteps(count=after - before)).wait(60)
        yield [_picture(page, after) for page in pages]


def _picture(page: Page, step: int) -> bytes:
    """The drawing after so many steps, without the titles above it."""
    page.wait_for_function(
        "step => Number(document.querySelector('.net')?.dataset.step) === step", arg=step
    )
    box = page.locator(".net").bounding_box()
    titles = [title.bounding_box() for title in page.locator(".net-title").all()]
    assert box
    above = max(title["y"] + title["height"] for title in titles if title) - box["y"]
    clip = {**box, "y": box["y"] + above, "height": box["height"] - above + _BELOW}
    return page.screenshot(clip=clip, animations="disabled")
