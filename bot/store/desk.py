"""The moderators' side of the store: what waits for them, what they settled, the history of edits, the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import reading
from bot.store.writes import Brought, PostGone, Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from bot.store.backend import Backend
    from bot.store.records import (
        AnswerCount,
        AskedQuestion,
        DayCount,
        Edit,
        Owed,
        Post,
        Request,
        Verdict,
        VoteCount,
    )


class Desk:
    """Reads for moderators; every method blocks on the database and raises StoreError when it is away.

    `tenant` narrows to one server or workspace; None takes all.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def open_questions(self, *, tenant: str | None = None, limit: int = 20_000) -> tuple[AskedQuestion, ...]:
        """Give the newest questions that wait for a moderator, newest first."""
        return self._backend.read(lambda connection, _: reading.open_questions(connection, tenant=tenant, limit=limit))

    def recent_questions(self, *, tenant: str | None = None, limit: int = 10_000) -> tuple[AskedQuestion, ...]:
        """Give the newest questions of all, newest first."""
        return self._backend.read(
            lambda connection, _: reading.recent_questions(connection, tenant=tenant, limit=limit)
        )

    def settle(self, keys: Sequence[str], verdict: Verdict, entry_id: str | None = None) -> Future[bool]:
        """Take questions out of the queue for good, with what answers them from now on.

        Who asked them is forgotten, unless they wait for an answer.
        """
        settlement = Settlement(keys=tuple(keys), verdict=verdict, entry_id=entry_id)
        return self._backend.writer.put(settlement, precious=True)

    def requests(self, keys: Sequence[str]) -> tuple[Request, ...]:
        """Give the people who wait for an answer to these questions."""
        return self._backend.read(lambda connection, _: reading.requests(connection, keys))

    def owed(self, platform: str) -> tuple[Owed, ...]:
        """Give who waits on a platform for an answer that the moderators have given."""
        return self._backend.read(lambda connection, _: reading.owed(connection, platform))

    def brought(self, request: Request) -> Future[bool]:
        """Forget who waited: they have the answer, or nothing will ever reach them."""
        return self._backend.writer.put(Brought(request=request), precious=True)

    def posts(self, platform: str, since: float) -> tuple[Post, ...]:
        """Give our public messages on a platform since a time, newest first."""
        return self._backend.read(lambda connection, _: reading.posts(connection, platform, int(since)))

    def forget_post(self, post: Post) -> Future[bool]:
        """Forget a public message that is gone, or that can no longer be changed."""
        return self._backend.writer.put(PostGone(post=post), precious=False)

    def question(self, key: str) -> str | None:
        """Give a question as it was kept."""
        return self._backend.read(lambda connection, _: reading.question(connection, key))

    def record_edit(self, edit: Edit) -> Future[bool]:
        """Keep a change to the knowledge; the same key again replaces it (pending, then done)."""
        return self._backend.writer.put(edit, precious=True)

    def edits(self, *, entry_id: str | None = None, limit: int = 50) -> tuple[Edit, ...]:
        """Give the latest changes to the knowledge, newest first."""
        return self._backend.read(lambda connection, _: reading.edits(connection, entry_id=entry_id, limit=limit))

    def pending_edits(self) -> tuple[Edit, ...]:
        """Give the changes of which it is not known whether their files were written."""
        return self._backend.read(lambda connection, _: reading.pending_edits(connection))

    def edit(self, key: str) -> Edit | None:
        """Give one change by its key, or by the start of it where that is enough."""
        return self._backend.read(lambda connection, _: reading.edit(connection, key))

    def day_counts(self, *, since: str, tenant: str | None = None) -> tuple[DayCount, ...]:
        """Give how questions ended, by day from the ISO date `since` (UTC)."""
        return self._backend.read(lambda connection, _: reading.day_counts(connection, tenant=tenant, since=since))

    def answer_counts(self, *, since: str, tenant: str | None = None) -> tuple[AnswerCount, ...]:
        """Give how many questions each entry answered from the ISO date `since` on, the most first."""
        return self._backend.read(lambda connection, _: reading.answer_counts(connection, tenant=tenant, since=since))

    def vote_counts(self, *, since: float, tenant: str | None = None) -> tuple[VoteCount, ...]:
        """Give the votes by entry since a time, the most unhelpful first."""
        return self._backend.read(
            lambda connection, _: reading.vote_counts(connection, tenant=tenant, since=int(since))
        )
