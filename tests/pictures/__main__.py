"""Take the README's pictures of the real app, on MNIST: `python -m tests.pictures`.

Chromium is driven as a person drives it; it takes some minutes. Name what to take (default: all):
learning, train, test, draw, runs, lessons. The images of MNIST lie where MLCORE_DATA says.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.server import FLAGS, start_app, stop_runs
from tests.chromium import find_chromium
from tests.pictures.learning import film_learning
from tests.pictures.scenes import SCENES
from tests.pictures.views import PATIENCE

WHAT = ("learning", *SCENES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"any of: {', '.join(WHAT)}")
    arguments = parser.parse_args()
    wanted = arguments.what or list(WHAT)
    if unknown := set(wanted) - set(WHAT):
        parser.error(f"no picture {sorted(unknown)[0]!r}: choose from {', '.join(WHAT)}")
    data = Path(os.environ.get("MLCORE_DATA") or "data").resolve()
    if not (data / "MNIST" / "raw").is_dir():
        parser.error(f"MNIST is not in {data}: set MLCORE_DATA")
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        app = start_app(Path(folder) / "app", data)
        try:
            if "learning" in wanted:
                film_learning(browser, app)
            for name, scene in SCENES.items():
                if name in wanted:
                    scene(browser, app)
        finally:
            app.stop()
            stop_runs(app.runs)
            browser.close()


if __name__ == "__main__":
    main()
