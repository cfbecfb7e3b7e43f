"""The tests of learning rates of this server, seen by all sessions that ask for the same one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.server.followed import Followed
from mlcore.config import RunConfig
from mlcore.errors import JobError, MlcoreError
from mlcore.lr_finder import IGNORED, RangeTest

__all__ = ["RateTest", "RateTests", "rate_tests", "same_test"]

_KEPT = 100  # results; one takes some 10 KB
_AT_ONCE = 4  # tests of different settings that may be under way
_FREE = (*IGNORED, "train.threads")  # settings without which a test is the same


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTest:
    """What is known of a test: the curve up to now, or why there is none."""

    test: RangeTest = field(default_factory=RangeTest)
    ended: bool = False
    error: MlcoreError | None = None


class RateTests:
    """The newest test of each settings; safe from any thread.

    All methods take settings; those that a test does not use make no difference.
    """

    def __init__(self) -> None:
        self._tests: Followed[str, RateTest] = Followed(_read, _KEPT)

    def start(self, config: RunConfig) -> None:
        """Make a test, unless that is under way.

        Raises:
            JobError: so many others are, or no process can be started.
        """
        key = _key(config)
        under_way = [one for one in self._tests.under_way() if not self._ended(one)]
        if key not in under_way and len(under_way) >= _AT_ONCE:
            raise JobError(
                "{n} other learning rates are being found on this server at the moment: try again "
                "in a few seconds.",
                n=len(under_way),
            )
        self._tests.start(key, "lr-find", {"config": config.to_json()}, RateTest())

    def look(self, config: RunConfig) -> RateTest | None:
        """What is known of the test of these settings; None where there is none."""
        return self._look(_key(config))

    def stop(self, config: RunConfig) -> None:
        """Ask a test to end; what it has by then stays."""
        self._tests.stop(_key(config))

    def _look(self, key: str) -> RateTest | None:
        try:
            return self._tests.look(key)
        except MlcoreError as error:
            failed = RateTest(ended=True, error=error)
            self._tests.keep(key, failed)
            return failed

    def _ended(self, key: str) -> bool:
        """Whether a test is over, also where nobody has looked since."""
        known = self._look(key)
        return known is None or known.ended


def same_test(one: RunConfig, other: RunConfig) -> bool:
    """Whether a test with one of these settings is a test with the other too."""
    return _key(one) == _key(other)


def _key(config: RunConfig) -> str:
    return json.dumps({name: v for name, v in config.flat().items() if name not in _FREE})


def _read(told: Mapping[str, Any], ended: bool) -> RateTest:
    return RateTest(test=RangeTest.from_json(told), ended=ended)


@st.cache_resource(show_spinner=False)
def rate_tests() -> RateTests:
    """The tests that all sessions of this server share."""
    return RateTests()
