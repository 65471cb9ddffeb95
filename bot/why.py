"""Explains a decision to a moderator: what matched, which words counted, which rule decided, and what to change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.model import Decision, Match, StockReply

_PART = 0.01  # words that carry less than this share of a question's information are not worth a line


def explain(decision: Decision, *, seen_from: Path | None = None) -> str:
    """Plain text, in English as the files are; several lines, none of them long for what moderators wrote.

    `seen_from` is the folder that places in the files are told from.
    """
    return "\n".join(_lines(decision, seen_from or Path()))


def _lines(decision: Decision, folder: Path) -> Iterator[str]:
    yield f"Understood as:  {decision.question or '(nothing to go by)'}"
    if decision.context:
        yield f"Completed by:   {decision.context}"
    if decision.language:
        yield f"Language:       {decision.language}"
    yield f"Outcome:        {decision.outcome} ({decision.reason.replace('_', ' ')})"
    yield f"Rule:           {decision.rule}"
    if decision.stock_reply is not None:
        yield f"Stock reply:    {decision.stock_reply.id}, at {decision.stock_reply.origin.seen_from(folder)}"
    if decision.matches:
        yield from _best(decision.matches[0])
    if decision.matches[1:]:
        yield ""
        yield "Runners-up"
        for match in decision.matches[1:]:
            yield f"  {match.confidence:.2f}  {match.entry.id}: {match.entry.title}"
            yield f"        closest phrasing: {match.evidence.phrasing}"
    yield from _remedies(decision, folder)


def _best(match: Match) -> Iterator[str]:
    yield ""
    yield f"Best match  {match.confidence:.2f}  {match.entry.id}: {match.entry.title}"
    yield f"  closest phrasing: {match.evidence.phrasing}"
    counted = sorted((one for one in match.evidence.words if one.weight >= _PART), key=lambda one: -one.weight)
    partnered = [one for one in counted if one.partner is not None]
    if partnered:
        yield "  words that counted:"
        for one in partnered:
            found = "found as it is" if one.partner == one.word else f"found as {one.partner!r}"
            yield f"    {one.word}: {one.weight:.0%} of the question, {found}, strength {one.strength:.2f}"
    alone = [one for one in counted if one.partner is None]
    if alone:
        yield "  words with no partner in the entry:"
        for one in alone:
            yield f"    {one.word}: {one.weight:.0%} of the question"


def _remedies(decision: Decision, folder: Path) -> Iterator[str]:
    if decision.reason in {"empty", "too_long", "unclear"}:
        return
    if decision.reason == "small_talk" and decision.stock_reply is None:
        yield ""
        yield "To change it"
        yield "  Write a reply of your own with this among its examples, under small_talk."
        return
    yield ""
    yield "To change it"
    if decision.stock_reply is not None:
        yield from _stock_remedy(decision.stock_reply, decision.question, folder)
        return
    if decision.outcome == "answer":
        best = decision.matches[0].entry
        yield f"  If this is wrong, say so in {best.id} ({best.origin.seen_from(folder)}):"
        yield f"    not: [{_quoted(decision.question)}]"
        yield "  and add the question to the alternates of the entry that should answer it."
        return
    if decision.matches:
        best = decision.matches[0].entry
        yield f"  If {best.id} answers it, add to that entry ({best.origin.seen_from(folder)}):"
        yield f"    alternates: [{_quoted(decision.question)}]"
        unmatched = [one.word for one in decision.matches[0].evidence.words if one.partner is None]
        if unmatched:
            word = _quoted(unmatched[0])
            yield f"  or, where {unmatched[0]!r} is only another name for something the entry says:"
            yield f'    synonyms: [[{word}, "the name that the entry uses"]]'
    yield "  If the bot should decline it by name, add it to the examples of an entry under out_of_scope."


def _stock_remedy(stock: StockReply, question: str, folder: Path) -> Iterator[str]:
    place = stock.origin.seen_from(folder)
    yield f"  If it should have an answer, take what resembles it out of the examples of {stock.id} ({place}),"
    yield "  and add to the entry that should answer it:"
    yield f"    alternates: [{_quoted(question)}]"


def _quoted(text: str) -> str:
    """A YAML scalar that means exactly this text: JSON's strings are YAML's double-quoted ones."""
    return json.dumps(text, ensure_ascii=False)
