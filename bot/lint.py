"""Finds knowledge that gets in its own way, by asking the bot what its own files ask."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from bot.knowledge.check import check_files
from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from bot.model import Decision, Entry, Knowledge
    from bot.progress import Progress
    from bot.snapshot import Snapshot

MAX_PHRASINGS = 20_000  # asked at about a thousand a second: past this a check takes more than coffee
NEAR = 0.92  # difflib ratio of two phrasings that a reader takes for the same


def phrasing_count(knowledge: Knowledge) -> int:
    """How many questions `lint` would ask."""
    return sum(len(one.phrasings) + len(one.rejects) for one in knowledge.by_id.values())


def checked(snapshot: Snapshot, *, today: date) -> list[Problem]:
    """Give what a check from chat tells: the files' problems as they are on disk, and what astray questions show.

    Questions are asked of the knowledge in force, if the files have no errors and it is not too much for a wait.
    """
    problems = list(check_files(snapshot.path, today=today))
    if any(one.level == "error" for one in problems) or phrasing_count(snapshot.knowledge) > MAX_PHRASINGS:
        return problems
    return problems + lint(snapshot.knowledge, snapshot.engine.decide)


def lint(knowledge: Knowledge, decide: Callable[[str], Decision], *, progress: Progress | None = None) -> list[Problem]:
    """Ask every phrasing and every `not` phrase of the knowledge, and warn of what goes astray.

    Codes: `unreachable` (a phrasing does not reach its entry), `stolen` (another entry wins an alternate),
    `near-duplicate` (two entries ask nearly the same), `not-ignored` (an entry answers what it must not).
    """
    total, done = phrasing_count(knowledge), 0
    problems: list[Problem] = []
    pairs: set[frozenset[str]] = set()
    for entry in knowledge.by_id.values():
        problems += _of(entry, decide, pairs)
        done += len(entry.phrasings) + len(entry.rejects)
        if progress is not None:
            progress("Asking its own questions", done, total)
    return problems


def _of(entry: Entry, decide: Callable[[str], Decision], pairs: set[frozenset[str]]) -> Iterator[Problem]:
    for phrasing in entry.phrasings:
        decision = decide(phrasing)
        twin = _twin(entry, phrasing, decision)
        if twin is not None:
            other, words = twin
            if _folded(words) == _folded(phrasing):
                continue  # the check of the files reports it, at its place
            pair = frozenset((entry.id, other.id))
            if pair not in pairs:
                pairs.add(pair)
                yield _warning(
                    entry, "near-duplicate", f"{phrasing!r} is nearly the same as {words!r} of {other.id}; keep one."
                )
        elif (astray := _astray(entry, phrasing, decision)) is not None:
            yield astray
    for phrase in entry.rejects:
        decision = decide(phrase)
        if decision.outcome == "answer" and decision.matches[0].entry.id == entry.id:
            yield _warning(
                entry,
                "not-ignored",
                f"the `not` phrase {phrase!r} is still answered by this entry ({decision.matches[0].confidence:.2f}); "
                "take out an alternate that resembles it, or give the phrase to the entry that answers it.",
            )


def _twin(entry: Entry, phrasing: str, decision: Decision) -> tuple[Entry, str] | None:
    """Another entry that asks nearly the same, and its words for it."""
    for match in decision.matches:
        if match.entry.id != entry.id and _alike(phrasing, match.evidence.phrasing):
            return match.entry, match.evidence.phrasing
    return None


def _alike(one: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, _folded(one), _folded(other), autojunk=False)
    return matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def _folded(phrasing: str) -> str:
    return " ".join(phrasing.casefold().strip(" ?!.").split())


def _astray(entry: Entry, phrasing: str, decision: Decision) -> Problem | None:
    best = decision.matches[0] if decision.matches else None
    if best is not None and best.entry.id == entry.id and decision.outcome == "answer":
        return None
    is_title = phrasing == entry.title
    called = "its own title" if is_title else f"the alternate {phrasing!r}"
    taken = "unreachable" if is_title else "stolen"
    if decision.stock_reply is not None:
        stock = decision.stock_reply
        place = stock.origin.seen_from(entry.origin.path.parent)
        return _warning(entry, taken, f"{called} gets the stock reply {stock.id} ({place}); reword one of the two.")
    if best is not None and best.entry.id != entry.id:
        own = next((match.confidence for match in decision.matches if match.entry.id == entry.id), 0.0)
        scores = f"{best.entry.id} ({best.confidence:.2f}) instead of here ({own:.2f})"
        return _warning(entry, taken, f"{called} goes to {scores}; reword it, or move it there.")
    if decision.outcome == "suggest" and not is_title:
        return None  # its entry is offered first: a phrasing that is only too vague harms nobody
    confidence = best.confidence if best is not None else 0.0
    return _warning(
        entry,
        "unreachable",
        f"{called} is not answered ({confidence:.2f}). {decision.rule} Say in it what it is about.",
    )


def _warning(entry: Entry, code: str, message: str) -> Problem:
    return Problem(origin=entry.origin, level="warning", code=code, message=f"{entry.id}: {message}")
