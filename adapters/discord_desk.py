"""Asks the core for people on Discord, and remembers what the buttons under its replies will need."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import discord

from adapters.discord_ids import long
from adapters.discord_view import Frame
from bot.correction import reading
from bot.model import Action, Asker
from bot.store import Post, new_key
from bot.unasked import Unasked

if TYPE_CHECKING:
    from adapters.discord_items import Interaction
    from bot.model import Card, Entry, Reply
    from bot.service import Service
    from bot.store import Store

PLATFORM = "discord"
_REMEMBERED = 1_000  # replies; after that, and after a restart, a button works from its id alone
_MARKUP = re.compile(r"<(?:@[!&]?|#|a?:(?P<emoji>\w+):)\d+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card ready to be sent."""

    card: Card
    frame: Frame
    answered: bool

    def privately(self) -> Shown:
        """The same for the asker's eyes alone."""
        return replace(self, frame=replace(self.frame, private=True))

    def led_by(self, lead: str) -> Shown:
        """The same with a line above it, in Discord's Markdown."""
        return replace(self, frame=replace(self.frame, lead=lead))


class Desk:
    """The core as Discord's events see it: people in, cards with their frames out."""

    def __init__(self, service: Service, store: Store) -> None:
        self.service, self.store = service, store
        self.unasked = Unasked(service, store)
        self._replies: OrderedDict[str, Reply] = OrderedDict()

    def ask(self, text: str, asker: Asker, *, private: bool) -> Shown:
        """Answer a question, or show the entry whose id was picked from the type-ahead."""
        entry_id = self.entry_id(text)
        if entry_id in self.service.seen_from(asker).knowledge.by_id:
            return self.entry(entry_id, asker, private=private)
        reply = self.service.ask(text, asker)
        key = self._noted(reply, asker)
        frame = Frame(
            key=key,
            person=asker.person,
            entry_id=reply.entry.id if reply.entry else "",
            private=private,
            choosing=reply.outcome == "suggest",
        )
        card = self.offered(reply.card, asker)
        return Shown(card=card, frame=frame, answered=reply.outcome == "answer")

    def overhear(self, text: str, asker: Asker) -> tuple[str, Frame] | None:
        """Look whether something said in a watched place may be answered unasked: the entry's title, or nothing."""
        heard = self.unasked.overheard(text, asker)
        if heard is None:
            return None
        key, reply = heard
        self._remember(key, reply)
        entry_id = reply.entry.id if reply.entry else ""
        return reply.card.title, Frame(key=key, person=asker.person, entry_id=entry_id, private=False)

    def _noted(self, reply: Reply, asker: Asker) -> str:
        key = new_key()
        self.store.record_question(key, reply, asker)
        self._remember(key, reply)
        return key

    def _remember(self, key: str, reply: Reply) -> None:
        self._replies[key] = reply
        if len(self._replies) > _REMEMBERED:
            self._replies.popitem(last=False)

    def entry(self, entry_id: str, asker: Asker, *, key: str = "", private: bool = True, page: int = 0) -> Shown:
        """Show an entry in full."""
        card = self.service.entry(entry_id, asker)
        known = entry_id in self.service.seen_from(asker).knowledge.by_id
        frame = Frame(
            key=key or new_key(),
            person=asker.person,
            entry_id=entry_id if known else "",
            private=private,
            whole=known,
            page=page,
        )
        return Shown(card=self.offered(card, asker), frame=frame, answered=known)

    def refuse(self, key: str, entry_id: str, asker: Asker) -> Shown:
        """Show the honest line in place of what the asker did not mean."""
        reply = self._replies.get(key)
        refused = {entry_id} if entry_id else {match.entry.id for match in reply.matches} if reply else set()
        other = self.service.refuse(reply, refused, asker)
        frame = Frame(key=key, person=asker.person, choosing=True)
        return Shown(card=self.offered(other.card, asker), frame=frame, answered=False)

    def posted(
        self,
        asker: Asker,
        message: discord.Message | discord.PartialMessage,
        key: str,
        entry: Entry | None,
        *,
        again: bool = False,
    ) -> None:
        """Keep where a public answer stands, and what `entry` was when it was written: a correction can reach it.

        `again` where it showed something else before, perhaps an entry that it shows no more.
        """
        if (entry is not None or again) and not _alone(asker):
            self.store.record_post(
                Post(
                    platform=PLATFORM,
                    tenant=asker.tenant,
                    place=asker.thread or asker.place,
                    message=str(message.id),
                    entry_id=entry.id if entry else "",
                    posted_at=int(message.created_at.timestamp()),
                    digest=reading(entry) if entry else "",
                    key=key,
                    locale=asker.locale,
                    parent=asker.place if asker.thread else "",
                )
            )

    def entry_shown(self, key: str, entry_id: str) -> Entry | None:
        """The entry that a reply of ours shows: as it was then, if that is remembered, else as it is now."""
        reply = self._replies.get(key)
        if reply and reply.entry and reply.entry.id == entry_id:
            return reply.entry
        return self.service.snapshot.knowledge.by_id.get(entry_id)

    def question(self, key: str) -> str:
        """What was asked under this key, empty once forgotten."""
        reply = self._replies.get(key)
        return reply.question if reply else ""

    def entry_id(self, shortened: str) -> str:
        """The id of the entry that a button or a menu names."""
        return long(shortened, self.service.snapshot.knowledge.by_id)

    def offered(self, card: Card, asker: Asker, *, alone: bool = False) -> Card:
        """A card without what could do nothing here, such as a vote that nobody keeps; who is `alone` cannot share."""
        idle = {Action.SHARE} if alone or _alone(asker) else set()
        if not self.store.keeps:
            idle.add(Action.HELPFUL)
            if not self.service.place(asker).moderator_channel:
                idle.add(Action.ASK_MODERATORS)
        if idle.isdisjoint(card.actions):
            return card
        return replace(card, actions=tuple(one for one in card.actions if one not in idle))

    def asker(self, interaction: Interaction) -> Asker:
        """Who sent an interaction."""
        person, channel = str(interaction.user.id), interaction.channel
        if interaction.guild_id is None:
            return Asker(platform=PLATFORM, tenant=person, person=person, locale=interaction.locale.value)
        asker = Asker(
            platform=PLATFORM,
            tenant=str(interaction.guild_id),
            place=watched_place(channel) or str(interaction.channel_id),
            thread=str(channel.id) if isinstance(channel, discord.Thread) else "",
            person=person,
            locale=interaction.locale.value,
        )
        if interaction.permissions.manage_guild or self._is_named(interaction.user, asker):
            return replace(asker, is_moderator=True)
        return asker

    def is_moderator(self, interaction: Interaction) -> bool:
        """Whether the one who sent this may moderate here: Manage Server, or named by the place's settings."""
        return self.asker(interaction).is_moderator

    def author(self, message: discord.Message) -> Asker:
        """Who wrote a message. No event tells a person's language; a community server has set its own."""
        guild, person, channel = message.guild, str(message.author.id), message.channel
        if guild is None:
            return Asker(platform=PLATFORM, tenant=person, person=person)
        asker = Asker(
            platform=PLATFORM,
            tenant=str(guild.id),
            place=watched_place(channel),
            thread=str(channel.id) if isinstance(channel, discord.Thread) else "",
            person=person,
            locale=guild.preferred_locale.value if "COMMUNITY" in guild.features else None,
        )
        return replace(asker, is_moderator=True) if self._is_named(message.author, asker) else asker

    def _is_named(self, person: discord.abc.User, asker: Asker) -> bool:
        moderators = self.service.place(asker).moderators
        roles = person.roles if isinstance(person, discord.Member) else ()
        return asker.person in moderators or any(str(role.id) in moderators for role in roles)


def _alone(asker: Asker) -> bool:
    return asker.tenant == asker.person


def watched_place(channel: object) -> str:
    """The id of the channel or forum whose politeness counts: a post's is its forum's."""
    if isinstance(channel, discord.Thread):
        return str(channel.parent_id)
    return str(getattr(channel, "id", ""))


def words_of(content: str) -> str:
    """Turn a message into what it says: without mentions, with emoji by their names."""
    return _MARKUP.sub(lambda match: match["emoji"] or " ", content).strip()
