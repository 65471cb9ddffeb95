"""Logging of a process: lines for people, objects for machines."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from bot.log import set_up_logging

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Give the root logger back as it was."""
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    yield
    root.handlers[:] = kept
    root.setLevel(level)


def test_text_lines_name_the_level_and_the_logger(capsys: pytest.CaptureFixture[str]) -> None:
    """A person sees what, where and how bad; what is below the level is not shown."""
    set_up_logging("text")
    logging.getLogger("bot.x").warning("version %s", "abc")
    logging.getLogger("bot.x").info("hidden")
    shown = capsys.readouterr().err
    assert "WARNING bot.x: version abc" in shown
    assert "hidden" not in shown


def test_json_lines_are_objects(capsys: pytest.CaptureFixture[str]) -> None:
    """Each record is one line of JSON, a traceback with it."""
    set_up_logging("json", logging.INFO)
    try:
        int("two\nlines")
    except ValueError:
        logging.getLogger("bot.x").exception("failed for %d", 7)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    row = json.loads(lines[0])
    assert (row["level"], row["logger"], row["message"]) == ("error", "bot.x", "failed for 7")
    assert row["time"].endswith("+00:00")
    assert "\nValueError: " in row["traceback"]
