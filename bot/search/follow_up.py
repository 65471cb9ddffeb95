"""Follow-ups: whether a short question leans on the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.search.background import background
from bot.search.rank import VERBATIM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Decision
    from bot.search.index import Index

LONGEST: Final = 6  # words; a longer question stands by itself
_OPENERS: Final = ("and", "but", "so", "or", "also", "then", "any", "such", "like", "what about", "how about")
_CONSIDERED: Final = 3  # of a question's own matches: those that would be offered


def is_fragment(said: Sequence[str]) -> bool:
    """Whether a question's folded words are too common, all of them, to say what it is about."""
    return not any(map(background().tells, said))


def is_verbatim(decision: Decision) -> bool:
    """Whether the best match has the question among its phrasings, word for word."""
    return bool(decision.matches) and decision.matches[0].evidence.features["sort"] >= VERBATIM


def may_lean(indexes: Sequence[Index], said: Sequence[str]) -> bool:
    """Whether a short question can be about what was asked before: the knowledge has every telling word of it."""
    telling = [word for word in said if not is_fragment([word])]
    return len(said) <= LONGEST and any(
        all(index.lexicon.id(word) is not None for word in telling) for index in indexes
    )


def leans(said: Sequence[str], alone: Decision, together: Decision) -> bool:
    """Whether a question is better understood together with the one before than alone.

    One that says nothing by itself is, and one without a match of its own that opens like a follow-up. Any other could
    mean something else: it is so only where the earlier question settles which of its likely matches it means.
    """
    if alone.outcome == "none":
        opens = f"{' '.join(said)} ".startswith(tuple(f"{opener} " for opener in _OPENERS))
        return together.outcome != "none" and (opens or is_fragment(said))
    likely = {match.entry.id for match in alone.matches[:_CONSIDERED]}
    return together.outcome == "answer" and (is_fragment(said) or together.matches[0].entry.id in likely)
