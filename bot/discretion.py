"""What moderators may see of what people asked: where it concerns them, and whose words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.model import Asker

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from collections.abc import Set as AbstractSet

    from bot.impact import Flip, Impact
    from bot.service import Service
    from bot.store import AskedQuestion
    from bot.version import Verdict

WITHHELD = "…"  # stands for words that are not for the reader's eyes


def asked_where(
    questions: Iterable[AskedQuestion], service: Service, collections: AbstractSet[str]
) -> tuple[AskedQuestion, ...]:
    """Keep the questions that were asked where some of these collections are known."""
    known: dict[tuple[str, str, str], bool] = {}
    kept = []
    for one in questions:
        where = (one.platform, one.tenant, one.place)
        if where not in known:
            seen = service.seen_from(Asker(platform=one.platform, tenant=one.tenant, place=one.place))
            known[where] = not collections.isdisjoint(each.name for each in seen.knowledge.collections)
        if known[where]:
            kept.append(one)
    return tuple(kept)


def asked_alike(questions: Iterable[AskedQuestion], min_people: int) -> frozenset[str]:
    """Give the texts that at least so many people asked word for word.

    Who asked what was answered is not kept: there, each time counts as another person.
    """
    people: dict[str, set[str]] = {}
    for one in questions:
        people.setdefault(one.text, set()).add(one.mark or one.key)
    return frozenset(text for text, askers in people.items() if len(askers) >= min_people)


def fit_to_show(found: Impact, *, readable: Container[str], knows: Callable[[str], bool]) -> Impact:
    """Withhold what is not for this moderator's eyes; that it would change is still told.

    `readable` are the questions whose words may be shown; `knows` tells of an entry's id whether it is known here.
    """
    return replace(
        found,
        questions=tuple(_veiled(flip, knows, withheld=flip.text not in readable) for flip in found.questions),
        cases=tuple(_veiled(flip, knows, withheld=False) for flip in found.cases),
        stolen=tuple(_veiled(flip, knows, withheld=not knows(flip.owner or "")) for flip in found.stolen),
    )


def _veiled(flip: Flip, knows: Callable[[str], bool], *, withheld: bool) -> Flip:
    def veiled(verdict: Verdict) -> Verdict:
        return verdict if verdict.entry_id is None or knows(verdict.entry_id) else replace(verdict, entry_id=WITHHELD)

    shown = replace(flip, before=veiled(flip.before), after=veiled(flip.after))
    return replace(shown, text=WITHHELD, owner=None) if withheld else shown
