"""Running several platforms in one process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from adapters.serve import prepare, run
from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATIENCE = 60.0  # seconds; what takes so long hangs


class Platforms:
    """Stand-ins for platforms: what matters here is how they are run, not what they do."""

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.closed: set[str] = set()

    def steady(self, name: str) -> Callable[[Any, Any], Awaitable[None]]:
        """A platform that serves until it is cancelled."""

        async def serve(_moderation: Any) -> None:
            self.running.add(name)
            try:
                await asyncio.Event().wait()
            finally:
                self.closed.add(name)

        return serve

    def failing(self, sentence: str) -> Callable[[Any, Any], Awaitable[None]]:
        """A platform that cannot be served."""

        async def serve(_moderation: Any) -> None:
            raise ConfigError(sentence)

        return serve


async def turns(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is true; a hundred turns are plenty for what needs no input."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came true")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_every_platform(number: int) -> None:
    """SIGTERM and SIGINT end all platforms, each with its own farewell, and are no error."""
    platforms = Platforms()

    async def story() -> None:
        serving = asyncio.create_task(run({"a": platforms.steady("a"), "b": platforms.steady("b")}, None))  # type: ignore[arg-type]
        await turns(lambda: platforms.running == {"a", "b"})
        os.kill(os.getpid(), number)
        await asyncio.wait_for(serving, PATIENCE)

    asyncio.run(story())
    assert platforms.closed == {"a", "b"}


def test_one_failure_leaves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """A platform that fails is told in the log; the other goes on until it is asked to stop."""
    platforms = Platforms()

    async def story() -> None:
        ready = {"bad": platforms.failing("BAD_TOKEN is wrong."), "good": platforms.steady("good")}
        serving = asyncio.create_task(run(ready, None))  # type: ignore[arg-type]
        await turns(lambda: "bad stopped: BAD_TOKEN is wrong." in caplog.text)
        assert not serving.done()
        assert platforms.closed == set()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, PATIENCE)

    with caplog.at_level(logging.ERROR):
        asyncio.run(story())
    assert platforms.closed == {"good"}


def test_when_all_have_failed_the_first_error_is_raised() -> None:
    """With nothing left to serve, the process ends with the first sentence."""
    platforms = Platforms()
    ready = {"a": platforms.failing("A is wrong."), "b": platforms.failing("B is wrong.")}
    with pytest.raises(ConfigError, match="A is wrong"):
        asyncio.run(run(ready, None))  # type: ignore[arg-type]


def test_nothing_to_serve_is_told() -> None:
    """Without any token the remedy is one sentence."""
    with pytest.raises(ConfigError, match="nothing to serve: set DISCORD_TOKEN"):
        prepare([], {}, None)


@pytest.mark.parametrize(
    ("arguments", "token", "remedy"),
    [
        (["serve"], {"DISCORD_TOKEN": "x"}, "For Discord, pip install 'backchannel[discord]' first."),
        (["serve", "--slack"], {}, "is not installed; pip install 'backchannel[slack]'."),
        (["history"], {}, "is not installed; pip install 'backchannel[store]'."),
    ],
)
def test_what_is_not_installed_is_one_sentence(arguments: list[str], token: dict[str, str], remedy: str) -> None:
    """Whoever installed the core alone, as the README has it, is told what to install; never a traceback."""
    absent = ("discord", "slack_bolt", "slack_sdk", "sqlalchemy", "alembic", "watchfiles")
    program = f"import sys; sys.modules.update(dict.fromkeys({absent})); from bot.cli import main; main({arguments})"
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("DISCORD", "SLACK"))} | token
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert remedy in done.stderr


def test_a_platform_asked_for_needs_its_token() -> None:
    """Asking for a platform by name without its token names the platform."""
    pytest.importorskip("discord")
    with pytest.raises(ConfigError, match="discord cannot be served: its token is not set"):
        prepare(["discord"], {}, None)


def test_only_platforms_with_a_token_are_made_ready() -> None:
    """A token is what switches a platform on."""
    pytest.importorskip("discord")
    assert set(prepare([], {"DISCORD_TOKEN": "x"}, None)) == {"discord"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BACKCHANNEL_DISCORD_API_URL", "127.0.0.1:8080"),
        ("BACKCHANNEL_DISCORD_SHARDS", "0-8/8"),
        ("BACKCHANNEL_DISCORD_SHARDS", "3"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    """A setting that cannot be used stops the start with its name and what is expected."""
    pytest.importorskip("discord")
    with pytest.raises(ConfigError, match=variable):
        prepare(["discord"], {"DISCORD_TOKEN": "x", variable: value}, None)


def test_settings_are_read() -> None:
    """Every setting's form, from the environment."""
    pytest.importorskip("discord")
    from adapters import discord_settings

    read = discord_settings.read(
        {
            "DISCORD_TOKEN": "t",
            "BACKCHANNEL_DISCORD_API_URL": "http://127.0.0.1:1/api/v10/",
            "BACKCHANNEL_DISCORD_SHARDS": "4-7/8",
        },
        None,
    )
    assert read.api_url == "http://127.0.0.1:1/api/v10"
    assert read.shards == (range(4, 8), 8)
    assert "token" not in repr(read)
