"""Several uploads in a row do not pile up in the server."""

from pathlib import Path

import psutil
import pytest
import torch
from playwright.sync_api import expect

from mlcore.config import ModelConfig
from mlcore.model import MLP

pytestmark = pytest.mark.browser

UPLOADS = 6


def test_uploads_leave_nothing_behind_in_the_servers_memory(app, page, settled, tmp_path: Path):
    files = [tmp_path / f"model-{number}.pt" for number in range(UPLOADS)]
    for file in files:
        torch.save(MLP(ModelConfig(hidden=(4096, 2048))).state_dict(), file)
    size = files[0].stat().st_size
    server = app()
    process = psutil.Process(server.process.pid)
    page.goto(f"{server.url}/checkpoints")
    held = []
    for file in files:
        settled(page)
        page.get_by_test_id("stMain").locator("input[type=file]").set_input_files(file)
        inspection = page.locator(".st-key-inspection")
        expect(inspection.get_by_text(file.name, exact=True)).to_be_visible(timeout=60_000)
        held.append(process.memory_info().rss)
    print(f"\nserver after each of {UPLOADS} uploads of {size / 1e6:.0f} MB:", end=" ")
    print(", ".join(f"{one / 1e6:.0f} MB" for one in held))
    assert held[-1] - held[0] < 2 * size
