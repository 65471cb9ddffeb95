"""What holds for every test: nothing is kept from one to another, nor in the cache of whoever runs them."""

from __future__ import annotations

import os


def pytest_configure() -> None:
    """Switch the cache off, also for the processes that tests start; tests of it name a folder of their own."""
    os.environ["BACKCHANNEL_CACHE"] = "off"
