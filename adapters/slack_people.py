"""Who somebody is in Slack: their language, and whether they moderate. Remembered for a while, never kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.slack_here import CALL_ERRORS, reason
from adapters.slack_settings import GROUP

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_here import Here
    from adapters.slack_settings import SlackSettings
    from adapters.slack_text import Json
    from bot.service import Service

logger = logging.getLogger(__name__)

LOCALE_AGE = 24 * 3600.0  # seconds that a language is believed
RIGHTS_AGE = 300.0  # seconds that a right is believed, so that one taken away is gone soon
PATIENCE = 0.8  # seconds that an answer waits for its reader's language
CAPACITY = 20_000  # people remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What `users.info` tells that matters here."""

    locale: str | None
    teams: frozenset[str]  # the workspaces that this person belongs to
    leads: bool  # an admin or owner of the workspace
    is_bot: bool
    at: float  # when it was learnt, in seconds of the clock


class People:
    """Looks people up, each not more often than needed."""

    def __init__(
        self, service: Service, settings: SlackSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._settings = settings
        self._clock = clock
        self._profiles: OrderedDict[tuple[str, str], Profile] = OrderedDict()
        self._groups: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}  # by workspace and group

    def known_locale(self, team: str, person: str) -> str | None:
        """Tell a person's language if it is known already, without asking anybody."""
        profile = self._profiles.get((team, person))
        return profile.locale if profile else None

    async def locale(self, client: AsyncWebClient, team: str, person: str) -> str | None:
        """Tell a person's language as a BCP 47 tag; None where Slack does not tell it soon enough."""
        if (known := self._known(team, person, LOCALE_AGE)) is not None:
            return known.locale
        try:
            profile = await asyncio.wait_for(self._profile(client, team, person, LOCALE_AGE), PATIENCE)
        except TimeoutError:
            return None
        return profile.locale if profile else None

    async def is_moderator(self, here: Here) -> bool:
        """Say whether a person may moderate where they are; not a guest, nor who cannot be checked."""
        profile = await self._profile(here.client, here.team, here.person, RIGHTS_AGE)
        if profile is None or profile.is_bot or here.foreign or here.team not in profile.teams:
            return False
        return profile.leads or await self._is_named(here)

    async def keeps_knowledge(self, here: Here) -> bool:
        """Say whether a person may see the queue and change the knowledge.

        Where several workspaces share the knowledge, leading one of them is not enough: its people installed the bot
        themselves.
        """
        if not await self.is_moderator(here):
            return False
        return not self._settings.several_workspaces or here.person in self._service.place(here.asker).moderators

    async def _is_named(self, here: Here) -> bool:
        named = self._service.place(here.asker).moderators
        if here.person in named:
            return True
        groups = sorted(one for one in named if one.startswith(GROUP))
        return any([here.person in await self._group(here.client, here.team, group) for group in groups])

    def _known(self, team: str, person: str, max_age: float) -> Profile | None:
        profile = self._profiles.get((team, person))
        return profile if profile and self._clock() - profile.at < max_age else None

    async def _profile(self, client: AsyncWebClient, team: str, person: str, max_age: float) -> Profile | None:
        if (fresh := self._known(team, person, max_age)) is not None:
            return fresh
        try:
            answer = await client.users_info(user=person, include_locale=True)
        except CALL_ERRORS as error:
            logger.warning("a person could not be looked up: %s", reason(error))
            # An old language is better than none, an old right is not.
            return self._profiles.get((team, person)) if max_age == LOCALE_AGE else None
        profile = _profile(answer["user"], self._clock())
        self._profiles[team, person] = profile
        self._profiles.move_to_end((team, person))
        if len(self._profiles) > CAPACITY:
            self._profiles.popitem(last=False)
        return profile

    async def _group(self, client: AsyncWebClient, team: str, group: str) -> frozenset[str]:
        at, members = self._groups.get((team, group), (float("-inf"), frozenset()))
        if self._clock() - at < RIGHTS_AGE:
            return members
        try:
            answer = await client.usergroups_users_list(usergroup=group)
        except CALL_ERRORS as error:
            logger.warning("a moderators' group could not be read: %s", reason(error))
            return frozenset()
        members = frozenset(answer["users"])
        self._groups[team, group] = (self._clock(), members)
        return members


def _profile(user: Json, at: float) -> Profile:
    in_organisation = user.get("enterprise_user") or {}
    return Profile(
        locale=user.get("locale") or None,
        teams=frozenset({str(user.get("team_id") or ""), *in_organisation.get("teams", [])}),
        leads=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        is_bot=bool(user.get("is_bot")),
        at=at,
    )
