"""The pictures in the documents, held against what the bot sends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"


@pytest.mark.parametrize(
    ("script", "libraries"), [("discord_pictures.py", ("discord", "simcord")), ("slack_pictures.py", ("slack_bolt",))]
)
def test_pictures_show_what_is_sent(script: str, libraries: tuple[str, ...]) -> None:
    """No picture has aged: each shows what is sent today, and is the one that was drawn of it."""
    for library in libraries:
        pytest.importorskip(library)
    command = [sys.executable, str(ROOT / "scripts" / script), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nDraw them anew: python scripts/{script}"


def test_every_picture_is_looked_after() -> None:
    """Each picture is one that a script draws, and is shown in a document."""
    told = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    pictures = {path.name for path in PICTURES.glob("*.png")}
    assert pictures == set(json.loads((PICTURES / "drawn.json").read_text(encoding="utf-8")))
    assert {name for name in pictures if name not in told} == set()
