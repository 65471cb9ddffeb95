"""Where the knowledge that comes with the program lies."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def shipped_path() -> Path:
    """Find the folder of the shipped collections: inside the installed package, else the checkout's `knowledge`."""
    package = Path(str(files("bot")))
    packed = package / "_knowledge"
    return packed if packed.is_dir() else package.parent / "knowledge"
