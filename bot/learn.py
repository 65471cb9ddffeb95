"""What people asked in vain, grouped by meaning and ranked, with the entries that came closest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.search.alike import groups

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from bot.model import Match
    from bot.search import Engine
    from bot.store import AskedQuestion

MAX_WORDINGS = 1_000  # grouped at once; the most asked and most recent ones
HALF_LIFE = 14 * 86_400.0  # seconds after which a question weighs half
MIN_PEOPLE = 3  # by default nobody's single question is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One way that a question was put, and how often."""

    text: str
    times: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Questions that ask the same, for a moderator to settle together."""

    wordings: tuple[Wording, ...]  # the most asked first
    people: int  # at least: who voted an answer down counts as one
    wanted: bool  # somebody pressed "Ask the moderators"
    last_asked: int  # seconds since the epoch
    score: float  # people, weighed by how recently they asked

    @property
    def text(self) -> str:
        """The most asked wording."""
        return self.wordings[0].text

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all its questions."""
        return tuple(key for wording in self.wordings for key in wording.keys)


def group(
    questions: Iterable[AskedQuestion],
    *,
    now: float,
    min_people: int = MIN_PEOPLE,
    apart: Iterable[Container[str]] = (),
) -> tuple[Group, ...]:
    """Group questions by meaning, the group that matters most first.

    A group that fewer than `min_people` asked is left out, unless somebody in it asked for the moderators or split it
    off. `apart` are the keys of questions that moderators set apart from their like, each set a group; a later one
    takes from those before.
    """
    by_wording: dict[str, list[AskedQuestion]] = {}
    for question in questions:
        by_wording.setdefault(_folded(question.text), []).append(question)
    ranked = sorted(by_wording.values(), key=lambda same: -_score(same, now))[:MAX_WORDINGS]
    by_meaning, split_off = groups([same[0].text for same in ranked]), list[list[int]]()
    for keys in apart:
        chosen = [number for number, same in enumerate(ranked) if any(question.key in keys for question in same)]
        by_meaning, split_off = (
            [rest for numbers in old if (rest := [one for one in numbers if one not in chosen])]
            for old in (by_meaning, split_off)
        )
        split_off += [chosen] if chosen else []
    found = [_group([ranked[number] for number in numbers], now) for numbers in by_meaning]
    shown = [one for one in found if one.wanted or one.people >= min_people]
    shown += [_group([ranked[number] for number in numbers], now) for numbers in split_off]
    return tuple(sorted(shown, key=lambda one: (not one.wanted, -one.score, one.text)))


def closest(engine: Engine, text: str, *, limit: int = 3) -> tuple[Match, ...]:
    """Find the entries that came nearest to a question, with their confidence."""
    return engine.decide(text).matches[:limit]


def _group(wordings: Sequence[list[AskedQuestion]], now: float) -> Group:
    every = [question for same in wordings for question in same]
    ordered = sorted(wordings, key=lambda same: (-_people(same), -len(same), same[0].text))
    return Group(
        wordings=tuple(
            Wording(
                text=Counter(question.text for question in same).most_common(1)[0][0],
                times=len(same),
                keys=tuple(question.key for question in same),
            )
            for same in ordered
        ),
        people=_people(every),
        wanted=any(question.wanted for question in every),
        last_asked=max(question.asked_at for question in every),
        score=_score(every, now),
    )


def _people(questions: Sequence[AskedQuestion]) -> int:
    return len({question.mark for question in questions})  # all without a mark count as one person


def _score(questions: Sequence[AskedQuestion], now: float) -> float:
    latest: dict[str | None, int] = {}
    for question in questions:
        latest[question.mark] = max(question.asked_at, latest.get(question.mark, 0))
    return float(sum(0.5 ** (max(now - asked, 0.0) / HALF_LIFE) for asked in latest.values()))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" ?!.…।؟")
