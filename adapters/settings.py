"""The platforms' parts of the settings, those included whose libraries are not installed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.places import Platform

NAMES = ("discord", "slack")


def platforms() -> tuple[Platform, ...]:
    """Every platform's part, from its module `adapters/<platform>_settings.py`."""
    return tuple(importlib.import_module(f"adapters.{name}_settings").PLATFORM for name in NAMES)
