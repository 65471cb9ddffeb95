"""What the bot brings to people by itself: news and the week for moderators, answers they gave, corrections.

What is due is worked out anew each time from the knowledge and the store, so that a restart, a second process or a
connection that was away loses nothing and tells nothing twice.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from bot.bulletin import of_change, of_refusal, of_week
from bot.clamp import clamp
from bot.correction import outdated, reading
from bot.errors import StoreError
from bot.knowledge.diff import differences
from bot.model import Asker
from bot.reload import Refused, Reloaded, within
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.bulletin import Bulletin
    from bot.model import Card
    from bot.moderation import Moderation
    from bot.store import Edit, Owed, Post, Request
    from bot.wording import Wording

_log = logging.getLogger(__name__)

Fate = Literal["done", "gone", "later"]  # delivered; never deliverable; to be tried again

_APART = 30.0  # seconds between two announcements of changes: what happens meanwhile is told as one
_HELD = 300.0  # seconds for which one process has a delivery to itself; after that, it is tried again
_AGAIN = 60.0  # seconds after a reload at which messages are compared once more: some were on their way
_AT_ONCE = 10  # deliveries of a kind in one round, so that none keeps the others waiting
_MAX_QUESTION = 300  # characters of a question above its answer
_WAITING = 20  # bulletins kept for a channel that cannot be reached
_HISTORY = 20  # edits looked at for who made a change
_DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where moderators of one server or workspace are told things."""

    id: str
    tenant: str
    parent: str = ""  # the channel of the thread, where it is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A bulletin for a moderators' channel."""

    channel: Channel
    bulletin: Bulletin


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the moderators answered, for one who asked them."""

    requests: tuple[Request, ...]  # of one person
    asker: Asker
    question: str
    lead: str  # plain: what this is the answer to
    entry_id: str  # empty where it is a fixed reply
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What one of our public messages should say now."""

    post: Post
    asker: Asker  # nobody: where it stands, and in which language
    question: str  # empty where it is no longer known
    note: str  # plain: since when; empty where the card says so
    card: Card
    digest: str  # of what it says then


Errand = Notice | Answer | Correction


class Outbox:
    """One platform's deliveries. `take` and `report` block on the database; one thread at a time calls them."""

    def __init__(self, moderation: Moderation, platform: str) -> None:
        self._moderation, self._service = moderation, moderation.service
        self._store, self._platform, self._now = moderation.store, platform, moderation.service.now
        self._news: deque[Reloaded | Refused] = deque()
        self._lock = threading.Lock()
        self._announced_at = float("-inf")
        self._notices: list[Notice] = []  # decided on, and not delivered yet
        self._checked: str | None = None  # the version that all messages were compared with
        self._check_at = 0.0
        self._waker: Callable[[], None] = _nobody
        self._service.listen(self._hear)
        self._store.listen(self._wake)

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake`, in any thread, when something may be due; looking now and then is needed all the same."""
        self._waker = wake

    def take(self, channels: Sequence[Channel]) -> tuple[Errand, ...]:
        """Give what is due now, to be reported on one by one; what has to wait comes at a later call."""
        self._announce(channels)
        try:
            self._tell_the_week(channels)
            return (*self._answers(), *self._notices, *self._corrections())
        except StoreError:
            return tuple(self._notices)

    def report(self, errand: Errand, fate: Fate) -> None:
        """Take note of what became of a delivery."""
        if isinstance(errand, Notice):
            if fate != "later":
                self._notices.remove(errand)
        elif fate == "later":
            pass
        elif isinstance(errand, Answer):
            for request in errand.requests:
                self._store.desk.brought(request)
        elif fate == "done":
            self._store.record_post(replace(errand.post, digest=errand.digest))
        else:
            self._store.desk.forget_post(errand.post)

    # --- news for moderators -----------------------------------------------------------------

    def _hear(self, news: Reloaded | Refused) -> None:
        with self._lock:
            last = self._news[-1] if self._news else None
            if isinstance(last, Reloaded) and isinstance(news, Reloaded):
                found = differences(last.before, news.after)
                news = replace(news, entries=found, before=last.before, since=last.since)
                self._news.pop()
                if not news.entries:  # taken back before it was told
                    return
            elif isinstance(last, Refused) and isinstance(news, Refused):
                self._news.pop()  # the later errors stand for both
            self._news.append(news)
            self._check_at = 0.0
        self._wake()

    def _wake(self) -> None:
        self._waker()

    def _announce(self, channels: Sequence[Channel]) -> None:
        with self._lock:
            urgent = any(isinstance(one, Refused) for one in self._news)
            if not self._news or (self._now() - self._announced_at < _APART and not urgent):
                return
            told, self._news = tuple(self._news), deque()
            self._announced_at = self._now()
        for news in told:
            for channel in channels:
                # A fact that all processes share: the state that this channel knows of.
                state = news.after.version if isinstance(news, Reloaded) else _named(news)
                theirs = within(news, self._service.place(self._there(channel)).collections)
                if self._store.swap(f"announced/{self._platform}/{channel.id}", state) and theirs is not None:
                    self._post(Notice(channel=channel, bulletin=self._bulletin(theirs, channel)))

    def _post(self, notice: Notice) -> None:
        self._notices = [*self._notices[1 - _WAITING :], notice]

    def _bulletin(self, news: Reloaded | Refused, channel: Channel) -> Bulletin:
        words = self._words(channel)
        if isinstance(news, Refused):
            return of_refusal(news, self._service.snapshot.path, words)
        return of_change(news, tuple(self._edits(news)), words)

    def _edits(self, news: Reloaded) -> Iterator[Edit]:
        """Find who made a change here or in a terminal; an edit of the files themselves has nobody to name."""
        try:
            edits = self._store.desk.edits(limit=_HISTORY)
        except StoreError:
            return
        for edit in reversed(edits):
            fixed = news.entries.other and edit.entry_id not in news.after.by_id
            if edit.made_at >= int(news.since.timestamp()) and (fixed or edit.entry_id in news.entries.ids):
                yield edit

    def _tell_the_week(self, channels: Sequence[Channel]) -> None:
        weekly = self._moderation.weekly
        if weekly is None:
            return
        now = datetime.fromtimestamp(self._now(), UTC)
        moment = weekly.last(now).isoformat()
        for channel in channels:
            key = f"week/{self._platform}/{channel.id}"
            known = self._store.recall(key)
            if known == moment:
                continue
            asker = replace(self._there(channel), is_moderator=True)
            digest = self._moderation.of(asker, "").digest()
            # A channel that is new is told from the next week on.
            if self._store.swap(key, moment) and known is not None:
                bulletin = of_week(digest, self._service.seen_from(asker).knowledge, self._words(channel))
                self._post(Notice(channel=channel, bulletin=bulletin))

    def _words(self, channel: Channel) -> Wording:
        return self._service.wording(self._there(channel))

    def _there(self, channel: Channel) -> Asker:
        place, thread = (channel.parent, channel.id) if channel.parent else (channel.id, "")
        return Asker(platform=self._platform, tenant=channel.tenant, place=place, thread=thread)

    # --- answers -----------------------------------------------------------------------------

    def _answers(self) -> Iterator[Answer]:
        """Give each person who waits one message for each entry, however often they asked."""
        together: dict[tuple[str, str, str], list[Owed]] = {}
        for one in self._store.desk.owed(self._platform):
            request = one.request
            entry_id = one.entry_id or self._answering(one)
            together.setdefault((request.tenant, request.person, entry_id), []).append(one)
        taken = 0
        for (_, person, entry_id), owed in together.items():
            first = owed[0]
            asker = Asker(
                platform=self._platform,
                tenant=first.request.tenant,
                place=first.request.place,
                person=person,
                locale=first.request.locale,
            )
            card = self._service.settled(entry_id, asker)  # None: this process has not read the files again yet
            held = f"answer/{self._platform}/{person}/{first.request.question_key}"
            if card is not None and taken < _AT_ONCE and self._store.claim(held, _HELD):
                taken += 1
                lead = wording(card.language).moderator.answered.format(question=clamp(first.question, _MAX_QUESTION))
                known = entry_id in self._service.snapshot.knowledge.by_id
                yield Answer(
                    requests=tuple(one.request for one in owed),
                    asker=asker,
                    question=first.question,
                    lead=lead,
                    entry_id=entry_id if known else "",
                    card=card,
                )

    def _answering(self, owed: Owed) -> str:
        """Find what answers a question that was settled before anybody kept with what."""
        decision = self._service.snapshot.engine.decide(owed.question)
        return decision.matches[0].entry.id if decision.outcome == "answer" else ""

    # --- corrections -------------------------------------------------------------------------

    def _corrections(self) -> Iterator[Correction]:
        knowledge, now = self._service.snapshot.knowledge, self._now()
        if not self._moderation.correct_days or now < self._check_at:
            return
        posts = self._store.desk.posts(self._platform, now - self._moderation.correct_days * _DAY)
        taken = left = 0
        for post in outdated(posts, knowledge):
            digest = reading(knowledge.by_id.get(post.entry_id))
            left += 1
            held = f"correct/{self._platform}/{post.place}/{post.message}/{digest}"
            if taken < _AT_ONCE and self._store.claim(held, _HELD):
                taken += 1
                yield self._correction(post, digest)
        if left:
            self._check_at = now if taken else now + _APART
        elif self._checked != knowledge.version:
            # Once more a little later, for what was being said while the version changed.
            self._check_at, self._checked = now + _AGAIN, knowledge.version
        else:
            self._check_at = float("inf")
        if self._service.snapshot.knowledge is not knowledge:
            self._check_at = 0.0  # looked at last: the news of a change says the same, and must not be overwritten

    def _correction(self, post: Post, digest: str) -> Correction:
        asker, today = post.asker, self._service.today
        question = self._store.desk.question(post.key) if post.key else None
        card = self._service.again(post.entry_id, question, asker)
        note = ""
        if card is None:
            card = self._service.withdrawn(post.entry_id, today, asker)
        else:
            words = wording(card.language)
            note = words.news.updated.format(date=words.on(today))
        return Correction(post=post, asker=asker, question=question or "", note=note, card=card, digest=digest)


def _nobody() -> None:
    """Stand for whoever is to be woken until somebody is."""


def _named(news: Refused) -> str:
    return f"refused {hashlib.sha256(str(news.error).encode()).hexdigest()[:16]}"
