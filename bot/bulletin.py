"""What moderators are told by the bot itself, as a message without any platform's markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clamp import clamp
from bot.knowledge.brief import brief
from bot.proposal import MAX_NAME, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bot.knowledge.diff import Differences
    from bot.model import Entry, Knowledge
    from bot.proposal import Digest
    from bot.reload import Refused, Reloaded
    from bot.store import Edit, VoteCount
    from bot.wording import Wording

MAX_LINES = 8  # of one part: a checkout of 500 entries is one message
MAX_DUE = 5  # each has a button, and a message holds few
MAX_LINE = 220  # characters
_MAX_PROBLEM = 400
_PROBLEMS = 6
UNDO = "/backchannel undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; with `still_true`, the id of an entry that can be confirmed by a press beside it."""

    text: str  # plain
    still_true: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Lines under a heading; `verbatim` ones are a tool's output, shown as they are."""

    heading: str = ""
    lines: tuple[Line, ...]
    verbatim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One message to moderators; at most some 6,000 characters in all."""

    title: str
    parts: tuple[Part, ...]
    language: str  # BCP 47


def of_change(news: Reloaded, edits: Iterable[Edit], words: Wording) -> Bulletin:
    """Tell of a new version as a diff of entries; `edits` are those made in chat or a terminal that it consists of."""
    own, found = words.news, news.entries
    if not found:
        return Bulletin(title=own.mended, parts=(), language=words.language)
    before, after = news.before.by_id, news.after.by_id
    changed = [f"{named(after[one])}: {brief(before[one], after[one])}" for one in found.changed]
    parts = [
        _part(own.new, [named(after[one]) for one in found.added], words),
        _part(own.otherwise, changed, words),
        _part(own.gone, [named(before[one]) for one in found.removed], words),
        _part("", [own.besides] if found.other else [], words),
        _part("", [_made(edit, words) for edit in edits], words),
    ]
    return Bulletin(title=_changed(found, words), parts=_filled(parts), language=words.language)


def of_refusal(news: Refused, folder: Path, words: Wording) -> Bulletin:
    """Tell of files with errors, seen from a folder: where, what to do, and which version answers on."""
    since = f"{news.in_force_since:%Y-%m-%d %H:%M} UTC"
    problems = [clamp(str(problem.seen_from(folder)), _MAX_PROBLEM) for problem in news.error.problems[:_PROBLEMS]]
    if len(news.error.problems) > _PROBLEMS:
        problems.append(words.news.more.format(count=len(news.error.problems) - _PROBLEMS))
    parts = (
        Part(lines=(Line(text=words.news.in_force.format(time=since)),)),
        Part(lines=tuple(Line(text=problem) for problem in problems), verbatim=True),
    )
    return Bulletin(title=words.news.refused, parts=parts, language=words.language)


def of_week(digest: Digest, knowledge: Knowledge, words: Wording) -> Bulletin:
    """Tell of the week: what waits, what was voted down, what is due; a quiet one in one line."""
    own = words.news
    waiting = [f"{group.people} x {' '.join(group.text.split())}" for group in digest.top]
    votes = [_votes(count, knowledge, words) for count in digest.voted_down]
    parts = [
        _part("", [own.asked.format(total=digest.asked, answered=digest.answered)], words),
        _part(own.waits.format(count=digest.waiting) if digest.waiting else "", waiting, words),
        _part(own.voted_down, votes, words),
        _due(own.expired, digest.expired, words),
        _due(own.expiring, digest.expiring, words),
    ]
    if not any(part.lines for part in parts[1:]):
        parts.append(_part("", [own.quiet], words))
    return Bulletin(title=own.week, parts=_filled(parts), language=words.language)


def _due(heading: str, entries: Sequence[Entry], words: Wording) -> Part:
    lines = [
        Line(
            text=words.news.due.format(
                title=clamp(entry.title, MAX_NAME), date=words.on(entry.review_by) if entry.review_by else ""
            ),
            still_true=entry.id,
        )
        for entry in entries[:MAX_DUE]
    ]
    if len(entries) > MAX_DUE:
        lines.append(Line(text=words.news.more.format(count=len(entries) - MAX_DUE)))
    return Part(heading=heading, lines=tuple(lines))


def _part(heading: str, texts: Sequence[str], words: Wording) -> Part:
    lines = [Line(text=clamp(" ".join(text.split()), MAX_LINE)) for text in texts[:MAX_LINES]]
    if len(texts) > MAX_LINES:
        lines.append(Line(text=words.news.more.format(count=len(texts) - MAX_LINES)))
    return Part(heading=heading, lines=tuple(lines))


def _filled(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.lines)


def _changed(found: Differences, words: Wording) -> str:
    """Say how many entries are new, changed and gone, each only where there are any."""
    own = words.news
    counted = ((own.count_new, found.added), (own.count_changed, found.changed), (own.count_gone, found.removed))
    counts = ", ".join(said.format(count=len(ids)) for said, ids in counted if ids)
    return own.changed_by.format(counts=counts) if counts else own.changed


def _titled(entry_id: str, knowledge: Knowledge) -> str:
    entry = knowledge.by_id.get(entry_id)
    return named(entry) if entry else entry_id


def _votes(count: VoteCount, knowledge: Knowledge, words: Wording) -> str:
    title = _titled(count.entry_id, knowledge)
    said = words.news.votes.format(title=title, helpful=count.helpful, unhelpful=count.unhelpful)
    return f"{said} ({words.room.complained(count.complaints)})" if count.complaints else said


def _made(edit: Edit, words: Wording) -> str:
    action = " ".join(filter(None, (edit.action, edit.entry_id, f"({edit.reason})" if edit.reason else "")))
    return words.news.made_by.format(author=edit.author, action=action, command=f"{UNDO} {edit.key}")
