"""What moderators do: work off the queue, propose changes, see what they would do, make them, take them back."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.changes import Changes
from bot.discretion import asked_alike, asked_where, fit_to_show
from bot.errors import EditError, KnowledgeError, NotAllowedError, StoreError
from bot.impact import ENOUGH_TIME, Impact, check
from bot.knowledge import edit, slug
from bot.knowledge.patch import undone
from bot.learn import Group, closest, group
from bot.proposal import Digest, Made, Proposal
from bot.service import out_of_scope
from bot.statistics import Statistics, statistics
from bot.weighing import Weighing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bot.config import GitMode
    from bot.evaluate import Case
    from bot.knowledge.patch import Change
    from bot.knowledge.spans import Plain
    from bot.model import Asker, Entry, Match
    from bot.progress import Progress
    from bot.schedule import Weekly
    from bot.service import Service
    from bot.snapshot import Snapshot
    from bot.store import AskedQuestion, Request, Store
    from bot.store.records import Edit, Verdict

_APART, _MOST_SPLITS = "queue/apart", 100  # what moderators split; settled ones are forgotten in time
_YEAR = timedelta(days=365)
_HISTORY = 1_000  # changes looked through for those of a place's collections
_SOON = timedelta(days=14)  # before a review date, it can be confirmed and is told of
_WEEK = 7  # days


class Moderation:
    """Stands between the service, the store and the files; `of` lets a moderator in.

    Everything blocks on files or the database: call it from a thread where an event loop is running.
    """

    def __init__(  # noqa: PLR0913 - what it stands between, and what is set
        self,
        service: Service,
        store: Store,
        *,
        cases: Sequence[Case] = (),
        min_people: int | None = None,
        git: GitMode = "off",
        weekly: Weekly | None = None,
        correct_days: int = 7,
    ) -> None:
        self.service, self.store, self.min_people = service, store, min_people
        self.changes, self.weighing = Changes(service, store, git), Weighing(service, store, cases)
        self.weekly, self.correct_days = weekly, correct_days  # when to tell the week, and how long to correct

    def of(self, asker: Asker, name: str, *, everywhere: bool = False) -> Moderator:
        """Let a moderator in; `name` goes into the history. Raises NotAllowedError for anybody else.

        They see the questions of their own server or workspace, or all of them `everywhere`.
        """
        if not asker.is_moderator:
            raise NotAllowedError("Only moderators can do that.")
        return Moderator(self, name, None if everywhere else asker.tenant, asker)

    def reconcile(self) -> None:
        """Settle what a crash left undecided, and try again what Git refused; call it once at the start."""
        self.changes.reconcile()


class Moderator:
    """One moderator at work; made by `Moderation.of`."""

    def __init__(self, moderation: Moderation, name: str, tenant: str | None, asker: Asker) -> None:
        self._all, self.name, self.tenant, self._asker = moderation, name, tenant, asker

    @property
    def snapshot(self) -> Snapshot:
        """The knowledge in force, as far as this moderator's place may know and change it."""
        return self._all.service.seen_from(self._asker)

    @property
    def _collections(self) -> frozenset[str]:
        return frozenset(one.name for one in self.snapshot.knowledge.collections)

    @property
    def _min_people(self) -> int:
        return self._all.min_people or self._all.service.place(self._asker).min_people

    # --- the queue ---------------------------------------------------------------------------

    def queue(self) -> tuple[Group, ...]:
        """Give what waits to be settled, grouped by meaning, what matters most first. Raises StoreError."""
        asked = self._all.store.desk.open_questions(tenant=self.tenant)
        questions = asked_where(asked, self._all.service, self._collections)
        return group(questions, now=self._all.service.now(), min_people=self._min_people, apart=self._apart())

    def find(self, key: str) -> Group | None:
        """Give the group that holds a question, as it is now; None if it was settled meanwhile."""
        return next((one for one in self.queue() if key in one.keys), None)

    def split(self, group: Group, keys: Sequence[str]) -> None:
        """Set some of a group's questions apart, to be settled by themselves. Raises EditError where none is left."""
        chosen = [key for wording in group.wordings if not {*wording.keys}.isdisjoint(keys) for key in wording.keys]
        if not 0 < len(chosen) < len(group.keys):
            raise EditError("To split a group, choose some of its questions and leave some.")
        apart = [*self._apart(), chosen][-_MOST_SPLITS:]
        self._all.store.remember(_APART, json.dumps(apart))

    def _apart(self) -> list[list[str]]:
        return [list(map(str, keys)) for keys in json.loads(self._all.store.recall(_APART) or "[]")]

    def closest(self, group: Group) -> tuple[Match, ...]:
        """Give the entries that came nearest to a group's question, with their confidence."""
        return closest(self.snapshot.engine, group.text)

    def search(self, words: str, *, limit: int = 10) -> tuple[Entry, ...]:
        """Find entries by words of theirs, as a type-ahead does."""
        return self.snapshot.engine.complete(words, limit=limit)

    def named(self, written: str) -> str:
        """Give the id of the entry that somebody names: by its id, else the first that its words lead to."""
        if "/" in written:
            return written
        decision = self.snapshot.engine.decide(written)
        likely = [match.entry for match in decision.matches[:1] if decision.outcome != "none"]
        found = next(iter([*self.search(written, limit=1), *likely]), None)
        if found is None:
            raise EditError(f"No entry was found for “{written}”. Try other words, or its id, such as faq/...")
        return found.id

    def stock_ids(self) -> tuple[str, ...]:
        """Give the ids of what is out of scope by name, as `add_alternate` takes them."""
        several = len(self._all.service.snapshot.knowledge.collections) > 1
        return tuple(name for name, _ in out_of_scope(self.snapshot.knowledge, several=several))

    def prefix(self, group: Group | None) -> str:
        """Give what a new id begins with where there are several collections: that of the closest entry, or the first.

        Empty where there is one collection.
        """
        if len(self._all.service.snapshot.knowledge.collections) == 1:
            return ""
        closest = self.closest(group) if group else ()
        near = [match.entry.id.partition(":")[0] for match in closest]
        return "".join(f"{name}:" for name in [*near, *(one.name for one in self.snapshot.knowledge.collections)][:1])

    def settle(self, keys: Sequence[str], verdict: Verdict, entry_id: str | None = None) -> tuple[Request, ...]:
        """Take questions out of the queue; return the people who wait for an answer to them.

        The bot brings it to them where they are: `entry_id`, an entry or what is out of scope. Dismissed, they are
        forgotten.
        """
        desk = self._all.store.desk
        waiting = () if verdict == "dismissed" else desk.requests(keys)
        desk.settle(keys, verdict, entry_id)
        return waiting

    # --- proposing ---------------------------------------------------------------------------

    def present(self, entry_id: str) -> tuple[dict[str, Plain], str]:
        """Give an entry's fields as they stand in the file, for a form, and the stamp to hand back with the edit."""
        collection, local = self._all.changes.place(entry_id, self.snapshot.knowledge.collections)
        fields = edit.present(collection.path, local)
        return fields, edit.stamp(fields)

    def add_alternate(self, entry_id: str, phrasing: str) -> Proposal:
        """Propose another way to ask an entry, or another example of what is out of scope."""
        return self._propose(entry_id, lambda root, local: edit.add_alternate(root, local, phrasing))

    def add_reject(self, entry_id: str, phrasing: str) -> Proposal:
        """Propose a look-alike that an entry must not answer."""
        return self._propose(entry_id, lambda root, local: edit.add_reject(root, local, phrasing))

    def edit(self, entry_id: str, fields: Mapping[str, object], *, seen: str | None = None) -> Proposal:
        """Propose new fields; `seen` is the stamp that `present` gave. Raises EditConflict if it holds no longer."""
        return self._propose(entry_id, lambda root, local: edit.edit_fields(root, local, fields, seen=seen))

    def add_entry(self, entry_id: str, fields: Mapping[str, object]) -> Proposal:
        """Propose a new entry or stock reply, by the YAML's field names.

        An id that is only begun, or not there, is completed from the question.
        """
        knowledge, several = self.snapshot.knowledge, ("examples" if "reply" in fields else "alternates")
        title = next((str(one) for one in (fields.get("question"), *_listed(fields.get(several))) if one), "")
        taken = knowledge.by_id.keys() | knowledge.retired.keys() | set(self.stock_ids())
        named = slug.completed(entry_id, title, "out_of_scope" if "reply" in fields else "faq", taken)
        return self._propose(named, lambda root, local: edit.add_entry(root, local, self._dated(named, fields)))

    def _dated(self, entry_id: str, fields: Mapping[str, object]) -> Mapping[str, object]:
        """Date a new entry where its collection has a date for all: what is written today was not true then."""
        home, _ = self._all.changes.place(entry_id, self.snapshot.knowledge.collections)
        dated = "reply" not in fields and home.as_of is not None and not fields.get("as_of")
        return {**fields, "as_of": self._all.service.today} if dated else fields

    def retire(self, entry_id: str, successor: str | None = None) -> Proposal:
        """Propose to take an entry away; `successor` is what readers of it are sent to."""
        own, known = None, self.snapshot.knowledge.collections
        home, _ = self._all.changes.place(entry_id, known)
        if successor is not None:
            other, own = self._all.changes.place(successor, known)
            if other.name != home.name:
                raise EditError(f"{successor} is in another collection; readers are sent on within {home.name} only.")
        return self._propose(entry_id, lambda root, local: edit.retire(root, local, own))

    def still_true(self, entry_id: str) -> Proposal:
        """Propose to confirm an entry: true as of today, to be looked at again after as long as before, or a year."""
        entry, today = self.snapshot.knowledge.by_id.get(entry_id), self._all.service.today
        if entry is None:
            raise EditError(f"There is no {entry_id}.")
        if entry.review_by is None or entry.review_by > today + _SOON:
            raise EditError(f"{entry_id} is not due for review; somebody may have confirmed it meanwhile.")
        term = entry.review_by - entry.as_of if entry.as_of else _YEAR
        fields = {"as_of": today, "review_by": today + max(term, timedelta(days=1))}
        return self.edit(entry_id, fields)

    def undo(self, key: str) -> Proposal:
        """Propose to take a change back, by its key or the start of it; that is a change of its own."""
        record = self._all.store.desk.edit(key)
        if record is None:
            raise EditError(f"There is no change {key} in the history, or more than one begins so.")
        knowledge = self.snapshot.knowledge
        collection = next((one for one in knowledge.collections if one.name == record.collection), None)
        if collection is None:
            raise EditError(f"The collection {record.collection} of this change is not loaded.")
        change = undone(collection.path, record.patch, entry_id=record.entry_id)
        return Proposal(collection=collection.name, entry_id=record.entry_id or "", change=change, undoes=record.key)

    def weigh(
        self, proposal: Proposal, *, seconds: float | None = ENOUGH_TIME, progress: Progress | None = None
    ) -> Impact:
        """Work out what a proposal would change, for labelled cases and for questions asked where it is known.

        Words are shown as in the queue: of questions from the moderator's own place that enough people asked alike,
        or that were sent to the moderators. What has most to do with the proposal comes first; what is left after so
        many `seconds` is counted. Weighing it once more goes on from there. Raises KnowledgeError with every problem
        that it would bring: then it cannot be made.
        """
        asked = asked_where(self._all.weighing.recent(), self._all.service, {proposal.collection})
        readable: frozenset[str] = frozenset()
        with suppress(StoreError):  # an edit does not wait for the database
            readable = self._readable(asked)
        questions = [one.text for one in asked]
        with self._as_read_in_chat():
            found = self._all.weighing.weigh(proposal.change, questions, seconds=seconds, progress=progress)
        return fit_to_show(found, readable=readable, knows=self._knows)

    def _readable(self, asked: Iterable[AskedQuestion]) -> frozenset[str]:
        """Give the questions whose words this moderator may see. Raises StoreError."""
        own = (one for one in asked if self.tenant in {None, one.tenant})
        waiting = (wording.text for group in self.queue() for wording in group.wordings)
        return asked_alike(own, self._min_people).union(waiting)

    def _knows(self, entry_id: str) -> bool:
        name, colon, _ = entry_id.partition(":")
        return not colon or name in self._collections

    def make(self, proposal: Proposal, reason: str = "") -> Made:
        """Make a proposal. Raises EditConflict if the files changed meanwhile, KnowledgeError if it breaks them."""
        with self._as_read_in_chat():
            check(self._all.service.snapshot.path, proposal.change)
        return self._all.changes.make(proposal, author=self.name, reason=reason)

    @contextmanager
    def _as_read_in_chat(self) -> Iterator[None]:
        """Have problems of the files tell their place from the knowledge's folder."""
        try:
            yield
        except KnowledgeError as error:
            folder = self._all.service.snapshot.path
            raise KnowledgeError([one.seen_from(folder) for one in error.problems]) from None

    def _propose(self, entry_id: str, make: Callable[[Path, str], Change]) -> Proposal:
        collection, local = self._all.changes.place(entry_id, self.snapshot.knowledge.collections)
        return Proposal(collection=collection.name, entry_id=entry_id, change=make(collection.path, local))

    # --- looking -----------------------------------------------------------------------------

    def history(self, entry_id: str | None = None, *, limit: int = 20) -> tuple[Edit, ...]:
        """Give the latest changes, of one entry or of all. Raises StoreError."""
        edits, own = self._all.store.desk.edits(entry_id=entry_id, limit=_HISTORY), self._collections
        return tuple(one for one in edits if one.collection in own)[:limit]

    def statistics(self, *, days: int = 30) -> Statistics:
        """Give the figures of the last days, today's included. Raises StoreError."""
        knowledge, today = self.snapshot.knowledge, self._all.service.today
        return statistics(self._all.store.desk, knowledge, today=today, days=days, tenant=self.tenant)

    def digest(self, *, top: int = 5) -> Digest:
        """Give the weekly look at what needs a hand. Raises StoreError."""
        queue, today = self.queue(), self._all.service.today
        since = self._all.service.now() - timedelta(days=_WEEK).total_seconds()
        votes = self._all.store.desk.vote_counts(since=since, tenant=self.tenant)
        days = self.statistics(days=_WEEK)
        every = self.snapshot.knowledge.by_id.values()
        due = sorted(
            (entry.review_by, entry.id, entry)
            for entry in every
            if entry.review_by is not None and entry.review_by <= today + _SOON
        )
        return Digest(
            asked=days.total,
            answered=days.answered,
            waiting=len(queue),
            top=queue[:top],
            voted_down=tuple(count for count in votes if count.unhelpful > count.helpful)[:top],
            expired=tuple(entry for day, _, entry in due if day < today),
            expiring=tuple(entry for day, _, entry in due if day >= today),
        )


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else ()
