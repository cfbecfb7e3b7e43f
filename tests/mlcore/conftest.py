"""How many threads tests of mlcore compute with."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fast tests use one thread: two that share busy cores wait for each other most of the time.

    Slow ones use what torch takes by itself; torch is left alone where nothing has imported it.
    """
    torch = sys.modules.get("torch")
    if torch is None or request.node.get_closest_marker("slow"):
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
