"""Several workspaces: installing by OAuth, tokens that are never in clear on disk, and leaving again."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("slack_bolt")

import aiohttp
from cryptography.fernet import Fernet

from bot.config import Settings
from bot.errors import ConfigError
from bot.model import Asker
from bot.service import Service
from bot.store import Store
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_talk import connected
from tests.fakes.tokens import SLACK_CLIENT, SLACK_SIGNING, secret
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

# The SDK asks for tokens with a class that aiohttp is about to rename.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

KEY = secret(Fernet.generate_key().decode())
TOKENS = {"T0ONE": "xoxb-secret-of-one", "T0TWO": "xoxb-secret-of-two"}
ENVIRON = {
    "SLACK_BOT_TOKEN": "",
    "SLACK_APP_TOKEN": "",
    "SLACK_CLIENT_ID": "11.22",
    "SLACK_CLIENT_SECRET": SLACK_CLIENT,
    "SLACK_SIGNING_SECRET": SLACK_SIGNING,
    "BACKCHANNEL_SLACK_ENCRYPTION_KEY": KEY,
    "BACKCHANNEL_SLACK_HTTP": "127.0.0.1:0",
    "BACKCHANNEL_SLACK_PUBLIC_URL": "https://bot.example.org",
}


def play(
    folder: Path, scenario: Callable[[SlackServer, str], Awaitable[None]], environ: dict[str, str] = ENVIRON
) -> None:
    """Run a scenario with a bot that people install; it is given where the bot listens."""
    library = folder / "library"
    service = Service.open(Settings(knowledge=library if library.exists() else write_files(library)))

    async def run() -> None:
        with Store.open(f"sqlite:///{folder / 'store.db'}") as store:
            async with SlackServer() as slack:
                for team, token in TOKENS.items():
                    slack.oauth_codes[f"code-{team}"] = granted(slack, team, token)
                async with connected(slack, service, store, environ) as bot:
                    await scenario(slack, f"http://127.0.0.1:{bot.port}")
                assert slack.refusals == []

    asyncio.run(run())


def granted(slack: SlackServer, team: str, token: str) -> dict[str, object]:
    """Write what Slack hands out for a code."""
    return {
        "app_id": slack.app_id,
        "access_token": token,
        "token_type": "bot",
        "scope": "chat:write,commands",
        "bot_user_id": slack.me,
        "team": {"id": team, "name": team.lower()},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U1"},
    }


async def begin(base: str) -> tuple[str, str]:
    """Press "Add to Slack" as a browser does; give the state that Slack is to bring back, and the browser's cookie."""
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(f"{base}/slack/install", allow_redirects=False) as going,
    ):
        assert going.status == 302
        target = urlsplit(going.headers["Location"])
        query = parse_qs(target.query)
        assert target.hostname == "slack.com"
        assert query["redirect_uri"] == ["https://bot.example.org/slack/oauth_redirect"]
        cookie = re.match(r"[^=]+=[^;]+", going.headers["Set-Cookie"])
        assert cookie
        return query["state"][0], cookie[0]


async def come_back(base: str, team: str, state: str, cookie: str) -> int:
    """Come back from Slack with its code; give the status."""
    back, headers = {"code": f"code-{team}", "state": state}, {"Cookie": cookie} if cookie else {}
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(f"{base}/slack/oauth_redirect", params=back, headers=headers) as done,
    ):
        return done.status


async def install(base: str, team: str) -> int:
    """Install the app in a workspace; give the last status."""
    return await come_back(base, team, *await begin(base))


def test_each_workspace_is_answered_with_its_own_token(tmp_path: Path) -> None:
    """Two workspaces install; each is answered with its token, a third is not; nothing secret is on disk."""

    async def scenario(slack: SlackServer, base: str) -> None:
        for team in TOKENS:
            assert await install(base, team) == 200
        for team in TOKENS:
            event = slack.message("opening hours", channel="D1")
            await slack.event(event, team=team)
        await slack.post_after(1)
        assert {call.token for call in slack.of("chat.postMessage")} == set(TOKENS.values())
        await slack.event(slack.message("opening hours", channel="D1"), team="T0STRANGER")
        await slack.event(slack.message("thanks", channel="D1"), team="T0ONE")
        await slack.post_after(2)
        assert len(slack.posts) == 3

    play(tmp_path, scenario)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
    assert b"T0ONE" in stored
    assert not any(token.encode() in stored for token in TOKENS.values())


def test_a_restart_keeps_installations_unless_the_key_changed(tmp_path: Path) -> None:
    """The same key opens them again; another key does not, and nothing breaks."""

    async def first(_slack: SlackServer, base: str) -> None:
        assert await install(base, "T0ONE") == 200

    async def again(slack: SlackServer, _base: str) -> None:
        await slack.event(slack.message("opening hours", channel="D1"), team="T0ONE")
        await slack.post_after(0)

    async def locked_out(slack: SlackServer, _base: str) -> None:
        await slack.event(slack.message("opening hours", channel="D1"), team="T0ONE")
        assert slack.posts == []

    play(tmp_path, first)
    play(tmp_path, again)
    play(tmp_path, locked_out, ENVIRON | {"BACKCHANNEL_SLACK_ENCRYPTION_KEY": Fernet.generate_key().decode()})


def test_leaving_forgets_the_tokens(tmp_path: Path) -> None:
    """`app_uninstalled` and `tokens_revoked` take the installation out of the database at once."""

    async def scenario(slack: SlackServer, base: str) -> None:
        for team in TOKENS:
            assert await install(base, team) == 200
        await slack.event({"type": "app_uninstalled"}, team="T0ONE")
        await slack.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [slack.me]}}, team="T0TWO")
        for team in TOKENS:
            await slack.event(slack.message("opening hours", channel="D1"), team=team)
        assert await install(base, "T0ONE") == 200
        await slack.event(slack.message("thanks", channel="D1"), team="T0ONE")
        await slack.post_after(0)
        assert len(slack.posts) == 1

    play(tmp_path, scenario)


def test_a_forged_return_installs_nothing(tmp_path: Path) -> None:
    """Coming back needs a state that we gave out, in the browser that it was given to, once."""

    async def scenario(slack: SlackServer, base: str) -> None:
        slack.oauth_codes["code-T0ONE"] = granted(slack, "T0ONE", TOKENS["T0ONE"])
        state, cookie = await begin(base)
        name = cookie.partition("=")[0]
        assert await come_back(base, "T0ONE", "made-up", f"{name}=made-up") >= 400
        assert await come_back(base, "T0ONE", state, "") >= 400
        assert slack.of("oauth.v2.access") == []
        assert await come_back(base, "T0ONE", state, cookie) == 200
        assert await come_back(base, "T0ONE", state, cookie) >= 400
        assert len(slack.of("oauth.v2.access")) == 1

    play(tmp_path, scenario)


def test_installing_needs_a_database(tmp_path: Path) -> None:
    """Without one there is nowhere to keep tokens: one sentence says so."""
    service = Service.open(Settings(knowledge=write_files(tmp_path / "library")))

    async def run() -> None:
        with Store.open(None) as store:
            async with SlackServer() as slack, connected(slack, service, store, ENVIRON):
                pass

    with pytest.raises(ConfigError, match="BACKCHANNEL_DATABASE_URL"):
        asyncio.run(run())


def test_each_workspace_is_brought_answers_with_its_own_token(tmp_path: Path) -> None:
    """What the moderators answered goes out with the token of the asker's workspace, and to none that has no bot."""

    async def scenario(slack: SlackServer, base: str) -> None:
        for team in TOKENS:
            assert await install(base, team) == 200
        with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as moderators:
            for team in (*TOKENS, "T0GONE"):
                asker = Asker(platform="slack", tenant=team, place="C1", person=f"U{team}")
                assert moderators.ask_moderators(f"key-{team}", "zeppelin moorings", asker)
                assert moderators.desk.settle([f"key-{team}"], "alternate", "faq/borrow").result(60)
            # Nothing wakes the bot here: it looks by itself, at the latest ten seconds on.
            await slack.until(lambda: len(slack.of("chat.postMessage")) == len(TOKENS), "the answers")
            sent = {str(call.fields["channel"]): call.token for call in slack.of("chat.postMessage")}
            assert sent == {f"U{team}": token for team, token in TOKENS.items()}
            await slack.event(slack.message("opening hours", channel="D1"), team="T0ONE")
            await slack.until(lambda: len(slack.of("chat.postMessage")) == len(TOKENS) + 1)

    play(tmp_path, scenario)
