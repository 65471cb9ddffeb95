"""Runs a piece of work in a process of its own, to be killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


def acknowledged_until_killed(script: str, *arguments: str, after: int) -> list[str]:
    """Start a script that prints a line for each thing that is done; kill -9 it soon after so many; give the lines."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    lines = []
    try:
        while len(lines) < after and (line := process.stdout.readline()):
            lines.append(line.strip())
    finally:
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()  # what it had said before it died
        process.stdout.close()
        process.wait(timeout=120)
    # A line that was cut off in the middle was not said.
    return [*lines, *(line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n"))]


def moments(count: int, most: int, seed: int) -> Iterator[int]:
    """After how many things to kill, differently each time and the same in every run."""
    chance = random.Random(seed)
    return (chance.randrange(1, most) for _ in range(count))
