"""Both platforms in one process, against both simulated servers: what goes wrong with one leaves the other alone."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("discord")
pytest.importorskip("slack_bolt")

from tests.fakes.bot_process import serving
from tests.fakes.discord_limits import text_of
from tests.fakes.discord_server import DiscordServer
from tests.fakes.slack_server import SlackServer
from tests.fakes.tokens import DISCORD
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.fakes.bot_process import BotProcess

QUESTION = "when is the library open?"
ANSWER = "nine to five"
NO_DISCORD = "discord stopped: DISCORD_TOKEN is not accepted by Discord"
NO_SLACK = "slack stopped: SLACK_BOT_TOKEN was refused by Slack"


class Both:
    """The two servers and the bot in them."""

    def __init__(self, discord: DiscordServer, slack: SlackServer, bot: BotProcess) -> None:
        self.discord, self.slack, self.bot = discord, slack, bot

    async def discord_answers(self) -> None:
        """Ask in Discord, and be answered."""
        await self.discord.until_ready()
        await self.discord.until(lambda: self.discord.commands, "the commands")
        options = [{"name": "question", "type": 3, "value": QUESTION}]
        answer = await self.discord.answer_to(await self.discord.slash("ask", options))
        assert ANSWER in text_of(answer["data"])

    async def slack_answers(self) -> None:
        """Ask in Slack, and be answered."""
        await self.slack.connected()
        before = len(self.slack.posts)
        await self.slack.command("/ask", QUESTION)
        assert ANSWER in (await self.slack.post_after(before)).text


def play(folder: Path, scenario: Callable[[Both], Awaitable[None]], **settings: str) -> None:
    """Run a scenario with a bot in both platforms."""

    @asynccontextmanager
    async def both() -> AsyncIterator[Both]:
        async with DiscordServer.running() as discord, SlackServer() as slack:
            own = {
                "DISCORD_TOKEN": DISCORD,
                "BACKCHANNEL_DISCORD_API_URL": discord.base,
                "BACKCHANNEL_KNOWLEDGE": str(write_files(folder / "library")),
                "BACKCHANNEL_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
            }
            async with serving(**own | slack.environment | settings) as bot:
                yield Both(discord, slack, bot)
            assert "Traceback" not in bot.output

    async def story() -> None:
        async with both() as here:
            await scenario(here)

    asyncio.run(story())


def test_both_answer(tmp_path: Path) -> None:
    """One process answers in both, leaves both within five seconds, and logs nothing that no operator can use."""

    async def scenario(here: Both) -> None:
        await here.discord_answers()
        await here.slack_answers()
        code, seconds = await here.bot.stop()
        assert code == 0
        assert seconds < 5
        for noise in ("alembic", "PyNaCl", "davey"):
            assert noise not in here.bot.output

    play(tmp_path, scenario)


def test_slack_answers_without_discord(tmp_path: Path) -> None:
    """Discord refuses its token: one sentence in the log, and Slack is served until it is told to stop."""

    async def scenario(here: Both) -> None:
        await here.bot.says(NO_DISCORD)
        await here.slack_answers()
        assert (await here.bot.stop())[0] == 0

    play(tmp_path, scenario, DISCORD_TOKEN="hunter2")


def test_discord_answers_without_slack(tmp_path: Path) -> None:
    """Slack refuses its token: one sentence in the log, and Discord is served until it is told to stop."""

    async def scenario(here: Both) -> None:
        await here.bot.says(f"{NO_SLACK} (invalid_auth)")
        await here.discord_answers()
        assert (await here.bot.stop())[0] == 0

    play(tmp_path, scenario, SLACK_BOT_TOKEN="xoxb-wrong")


def test_a_token_revoked_later_stops_its_platform_alone(tmp_path: Path) -> None:
    """Slack takes the token back while both are served: Discord goes on."""

    async def scenario(here: Both) -> None:
        await here.slack_answers()
        here.slack.revoked = "token_revoked"
        await here.slack.mention(QUESTION)
        await here.bot.says(f"{NO_SLACK} (token_revoked)")
        await here.discord_answers()

    play(tmp_path, scenario)


def test_with_both_refused_it_ends(tmp_path: Path) -> None:
    """With nothing left to serve the process ends with exit code 2, and its last line is a sentence."""

    async def scenario(here: Both) -> None:
        assert await here.bot.ended() == 2
        assert NO_DISCORD in here.bot.output
        assert NO_SLACK in here.bot.output
        assert here.bot.output.splitlines()[-1].startswith("Error: DISCORD_TOKEN is not accepted")

    play(tmp_path, scenario, DISCORD_TOKEN="hunter2", SLACK_BOT_TOKEN="xoxb-wrong")
