"""Installs the bot into several workspaces by Slack's OAuth, and keeps their tokens encrypted in the database."""

from __future__ import annotations

import asyncio
import copy
import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

from adapters.slack_manifest import scopes
from bot.errors import ConfigError

if TYPE_CHECKING:
    from slack_sdk.oauth.installation_store.models.bot import Bot
    from slack_sdk.oauth.installation_store.models.installation import Installation
    from sqlalchemy import Engine

    from adapters.slack_settings import SlackSettings
    from bot.places import Places
    from bot.store import Store

    _Kept = TypeVar("_Kept", Bot, Installation)

logger = logging.getLogger(__name__)

STATE_LIFE = 600  # seconds between "Add to Slack" and coming back
MEMORY = 60.0  # seconds that a workspace's token is remembered: another process may have a newer one
_SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
_SECRET_COLUMN = 1000  # characters: an encrypted token is longer than the column that the SDK makes for it


class Installations(AsyncInstallationStore):
    """The SDK's store in our database, with every secret encrypted; its calls wait in threads, never on the loop."""

    def __init__(self, client_id: str, engine: Engine, key: str) -> None:
        self._fernet = Fernet(key)
        self._bots: dict[tuple[str | None, str | None], tuple[float, Bot | None]] = {}
        self._store = SQLAlchemyInstallationStore(client_id, engine, logger=logger)
        for table in (self._store.bots, self._store.installations):
            for name in _SECRETS:
                if name in table.c:
                    table.c[name].type.length = _SECRET_COLUMN  # type: ignore[attr-defined]  # they are strings

    @property
    def logger(self) -> logging.Logger:
        """Where the SDK's own code logs for this store."""
        return logger

    async def create_tables(self) -> None:
        """Make the tables where they are missing."""
        await asyncio.to_thread(self._store.create_tables)

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation."""
        self._bots.clear()
        await asyncio.to_thread(self._store.save, self._sealed(installation))

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep a bot's part of an installation."""
        self._bots.clear()
        await asyncio.to_thread(self._store.save_bot, self._sealed(bot))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Find the bot of a workspace; for a minute from memory, and for as long as the database is away."""
        name = (enterprise_id, None if is_enterprise_install else team_id)
        until, known = self._bots.get(name, (0.0, None))
        if time.monotonic() < until:
            return known
        try:
            found = await asyncio.to_thread(
                self._store.find_bot,
                enterprise_id=enterprise_id,
                team_id=team_id,
                is_enterprise_install=is_enterprise_install,
            )
        except Exception as error:  # noqa: BLE001 (the database's library is none of ours; whatever it raises)
            logger.warning("an installation could not be read: %s", type(error).__name__)
            return known
        opened = self._opened(found)
        self._bots[name] = (time.monotonic() + MEMORY, opened)
        return opened

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Find the installation of a workspace, by a person if one is named."""
        found = await asyncio.to_thread(
            self._store.find_installation,
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            is_enterprise_install=is_enterprise_install,
        )
        return self._opened(found)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget the bot of a workspace: its token was revoked."""
        self._bots.clear()
        await asyncio.to_thread(self._store.delete_bot, enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget the installations of a workspace, or one person's."""
        await asyncio.to_thread(
            self._store.delete_installation, enterprise_id=enterprise_id, team_id=team_id, user_id=user_id
        )

    def _sealed(self, kept: _Kept) -> _Kept:
        sealed = copy.copy(kept)
        for name in _SECRETS:
            if value := getattr(sealed, name, None):
                setattr(sealed, name, self._fernet.encrypt(value.encode()).decode())
        return sealed

    def _opened(self, kept: _Kept | None) -> _Kept | None:
        if kept is None:
            return None
        opened = copy.copy(kept)
        try:
            for name in _SECRETS:
                if value := getattr(opened, name, None):
                    setattr(opened, name, self._fernet.decrypt(value.encode()).decode())
        except InvalidToken:
            logger.error("an installation was encrypted with another key; install the bot there again")  # noqa: TRY400 (nothing to trace)
            return None
        return opened


class States(AsyncOAuthStateStore):
    """The SDK's store of pending installations, in threads as above."""

    def __init__(self, engine: Engine) -> None:
        self._store = SQLAlchemyOAuthStateStore(STATE_LIFE, engine, logger=logger)

    @property
    def logger(self) -> logging.Logger:
        """Where the SDK's own code logs for this store."""
        return logger

    async def create_tables(self) -> None:
        """Make the table where it is missing."""
        await asyncio.to_thread(self._store.metadata.create_all, self._store.engine)

    async def async_issue(self, *_args: Any, **_kwargs: Any) -> str:  # noqa: ANN401 (the SDK's signature)
        """Make a state that comes back with the person."""
        return await asyncio.to_thread(self._store.issue)

    async def async_consume(self, state: str) -> bool:
        """Take a state back, once."""
        return await asyncio.to_thread(self._store.consume, state)


async def oauth_options(settings: SlackSettings, places: Places, store: Store) -> dict[str, Any]:
    """Build what AsyncApp takes to authorise by installation. Raises ConfigError where there is no database."""
    if store.engine is None:
        raise ConfigError("BACKCHANNEL_DATABASE_URL is not set; installing in several workspaces needs a database.")
    installations, states = (
        Installations(settings.client_id, store.engine, settings.encryption_key),
        States(store.engine),
    )
    await installations.create_tables()
    await states.create_tables()
    oauth = AsyncOAuthSettings(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=list(scopes(settings, places)),
        redirect_uri=f"{settings.public_url}/slack/oauth_redirect" if settings.public_url else None,
        installation_store=installations,
        installation_store_bot_only=True,
        state_store=states,
        state_expiration_seconds=STATE_LIFE,
        install_page_rendering_enabled=False,
        logger=logging.getLogger("slack_bolt"),
    )
    # Else every request of every person asks Slack first whose token it is.
    oauth.authorize.authorize_result_cache_enabled = True  # type: ignore[attr-defined]  # what the settings make
    return {"oauth_settings": oauth, "installation_store_bot_only": True}
