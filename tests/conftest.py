"""What holds for every test: nothing is kept from one to another, and no token stands in anything that is put out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.tokens import leaks

if TYPE_CHECKING:
    from collections.abc import Generator


def pytest_configure() -> None:
    """Switch the cache off, also for the processes that tests start; tests of it name a folder of their own.

    No example of a property has to be quick, to run or to make: how long that takes says more of the machine than of
    the code.
    """
    os.environ["BACKCHANNEL_CACHE"] = "off"
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose print or log holds a secret; what its processes said is printed, see bot_process."""
    report = yield
    found = leaks("\n".join(text for title, text in report.sections if title.endswith(report.when)))
    if report.passed and found:
        report.outcome = "failed"
        report.longrepr = f"put out in this test: {', '.join(sorted(found))}"
    return report
