"""The bot as a process of its own, started as an operator starts it, with everything that it says."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds for a process to start on a machine that others keep busy
_OURS = ("BACKCHANNEL_", "DISCORD_", "SLACK_")
_QUIET = {"BACKCHANNEL_CACHE": "off", "PYTHONWARNINGS": "ignore"}  # the tests' own process makes warnings errors


class BotProcess:
    """A running bot."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: list[str] = []
        self._heard = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @property
    def output(self) -> str:
        """Everything said so far."""
        return "".join(self._said)

    async def says(self, words: str) -> None:
        """Wait for it to say something."""
        async with self._heard:
            await asyncio.wait_for(self._heard.wait_for(lambda: words in self.output), PATIENCE)

    def send(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    async def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Ask it to end; the exit code, and how many seconds it took."""
        with Stopwatch() as watch:
            self.send(number)
            code = await self.ended()
        return code, watch.seconds

    async def ended(self) -> int:
        """Wait for the end; give the exit code."""
        code = await asyncio.wait_for(self._process.wait(), PATIENCE)
        await self._reading
        return code

    async def kill(self) -> None:
        """End it if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
        await self.ended()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._heard:
                self._said.append(line.decode())
                self._heard.notify_all()


@asynccontextmanager
async def serving(*options: str, **settings: str) -> AsyncIterator[BotProcess]:
    """Run `backchannel serve` with some settings and no others of ours.

    What it said is printed at the end: pytest shows it with a failure, and looks through it for secrets.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "dev", "-m", "bot", "serve", *options),
        cwd=ROOT,
        env=kept | _QUIET | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    bot = BotProcess(process)
    try:
        yield bot
    finally:
        await bot.kill()
        sys.stdout.write(bot.output)
