"""What of a change's effects a moderator may read."""

from __future__ import annotations

from bot.discretion import WITHHELD, fit_to_show
from bot.impact import Flip, Impact
from bot.knowledge.diff import Differences
from bot.version import Verdict
from bot.wording import wording

MINE, THEIRS = "north:faq/hours", "south:faq/boats"
WORDS = wording("en").moderator


def answer(entry_id: str | None) -> Verdict:
    """An answer, or none."""
    return Verdict(outcome="answer" if entry_id else "none", entry_id=entry_id)


def flip(text: str, before: str | None, after: str | None, owner: str | None = None) -> Flip:
    """A question that would get something else."""
    return Flip(text=text, times=1, before=answer(before), after=answer(after), effect="other", owner=owner)


def shown(flips: tuple[Flip, ...]) -> list[str]:
    """What a moderator reads of them."""
    return [one.told(WORDS, 200) for one in flips]


def test_words_and_entries_of_elsewhere_are_withheld() -> None:
    """A question from elsewhere, an id and a phrasing of a collection not known here are dots; none is left out."""
    found = Impact(
        entries=Differences(added=(), removed=(), changed=(MINE,), other=False),
        questions=(flip("when do you open", None, MINE), flip("who sails at dawn", THEIRS, MINE)),
        asked=2,
        skipped=0,
        cases=(flip("sailing hours", THEIRS, MINE),),
        stolen=(flip("hours", MINE, THEIRS, MINE), flip("boats of the harbour", THEIRS, MINE, THEIRS)),
    )
    fit = fit_to_show(found, readable={"when do you open"}, knows=lambda entry_id: entry_id.startswith("north:"))
    assert shown(fit.questions) == [
        f"“when do you open”: not answered → answered: {MINE}",
        f"“{WITHHELD}”: answered: {WITHHELD} → answered: {MINE}",
    ]
    assert shown(fit.cases) == [f"“sailing hours”: answered: {WITHHELD} → answered: {MINE}"]
    assert shown(fit.stolen) == [
        f"“hours ({MINE})”: answered: {MINE} → answered: {WITHHELD}",
        f"“{WITHHELD}”: answered: {WITHHELD} → answered: {MINE}",
    ]
    assert (fit.entries, fit.asked, fit.harmful) == (found.entries, 2, True)
