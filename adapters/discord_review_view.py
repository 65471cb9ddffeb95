"""What moderators are shown on Discord: a group of questions that waits, and what a change would do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from discord import ButtonStyle, SelectOption, ui

from adapters.discord_components import MAX_LABEL, Page
from adapters.discord_ids import Press, short
from adapters.discord_items import Menu, Push
from adapters.discord_text import escape, unfenced
from bot.clamp import clamp
from bot.proposal import likely
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.impact import Flip, Impact
    from bot.learn import Group
    from bot.model import Match, Suggestion
    from bot.wording import ModeratorWording

_QUESTION, _WORDINGS, _WORDING = 300, 5, 120  # characters, and how many of them
_DIFF, _EFFECTS, _NOTICE = 1_600, 1_800, 3_500  # characters; 4,000 in all
_DIFF_BYTES, _EFFECTS_BYTES, _NOTICE_BYTES = 4_000, 5_000, 9_000  # of some 10,170 in all
_OPTIONS, _OPTION, _PLACEHOLDER = 25, 100, 150  # in one menu, characters of one and of what stands in it at first
_FLIPS, _FLIP = 5, 120  # shown of each kind, and characters of each


def group_view(group: Group, closest: Iterable[Match], locale: str | None) -> ui.LayoutView:
    """Build the message for a group, with what can be done about it."""
    words = wording(locale)
    last = f"<t:{group.last_asked}:D>"
    facts = [words.moderator.asked_by.format(people=group.people, date=last)]
    if group.wanted:
        facts.append(f"**{escape(words.moderator.wanted)}**")
    facts += [f"- {one.times} x {escape(clamp(one.text, _WORDING))}" for one in group.wordings[1 : _WORDINGS + 1]]
    container: ui.Container[ui.LayoutView] = ui.Container()
    container.add_item(ui.TextDisplay(f"## {escape(clamp(' '.join(group.text.split()), _QUESTION))}"))
    container.add_item(ui.TextDisplay("\n".join(facts)))
    key, found = group.keys[0], list(closest)
    if found:
        near = [f"- {escape(likely(one))}" for one in found]
        container.add_item(ui.TextDisplay("\n".join((f"**{escape(words.closest_topics)}**", *near))))
        labels = [words.moderator.add_to.format(title=one.entry.title) for one in found]
        adding = [
            _push("addto", label, key, short(one.entry.id), ButtonStyle.primary)
            for label, one in zip(labels, found, strict=True)
        ]
        container.add_item(_row(adding))
    elsewhere = [
        _push("addother", words.moderator.add_other, key),
        _push("addnew", words.moderator.new_entry, key),
        _push("addout", words.moderator.out_of_scope, key),
    ]
    container.add_item(_row(elsewhere))
    onwards = [_push("split", words.moderator.split, key)] if len(group.wordings) > 1 else []
    onwards += [_push("dismiss", words.moderator.dismiss, key), _push("skip", words.room.next, key)]
    container.add_item(_row(onwards))
    return _view(container)


def entries_view(group: Group, found: Sequence[Suggestion], locale: str | None) -> ui.LayoutView:
    """Build the message that offers the entries a search found, to add a group to one of them."""
    words = wording(locale).moderator
    options = [
        SelectOption(
            label=clamp(one.label, _OPTION), value=short(one.entry_id), description=clamp(one.entry_id, _OPTION)
        )
        for one in found[:_OPTIONS]
    ]
    return _choice(group, "addto", words.add_other if options else words.nothing_found, options, locale)


def split_view(group: Group, locale: str | None) -> ui.LayoutView:
    """Build the message that asks which of a group's questions belong elsewhere."""
    options = [
        SelectOption(label=clamp(one.text, _OPTION), value=one.keys[0], description=f"{one.times} x")
        for one in group.wordings[:_OPTIONS]
    ]
    most = min(len(options), len(group.wordings) - 1)
    return _choice(group, "apart", wording(locale).moderator.split_about, options, locale, most=most)


def _choice(  # noqa: PLR0913 - a heading, a menu, and the way back
    group: Group, verb: str, title: str, options: Sequence[SelectOption], locale: str | None, *, most: int = 1
) -> ui.LayoutView:
    container: ui.Container[ui.LayoutView] = ui.Container()
    container.add_item(ui.TextDisplay(f"## {escape(clamp(' '.join(group.text.split()), _QUESTION))}"))
    container.add_item(ui.TextDisplay(escape(title)))
    key, hint = group.keys[0], wording(locale).commands["entry_about"] if verb == "addto" else title
    if options:
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        row.add_item(Menu(Press(verb=verb, key=key), placeholder=clamp(hint, _PLACEHOLDER), options=options, most=most))
        container.add_item(row)
    again = [_push("addother", wording(locale).moderator.add_other, key)] if verb == "addto" else []
    container.add_item(_row((*again, _push("open", wording(locale).moderator.review, key))))
    return _view(container)


def effects_view(diff: str, found: Impact, draft: str, locale: str | None, *, back: str | None = None) -> ui.LayoutView:
    """Build what a change would do, to be confirmed or not; `draft` is the key that it waits under.

    `back` is the key of the form that it comes from.
    """
    words = wording(locale).moderator
    container: ui.Container[ui.LayoutView] = ui.Container()
    container.add_item(ui.TextDisplay(f"```diff\n{clamp(unfenced(diff).rstrip(), _DIFF, max_bytes=_DIFF_BYTES)}\n```"))
    container.add_item(ui.TextDisplay(clamp("\n".join(_effects(found, words)), _EFFECTS, max_bytes=_EFFECTS_BYTES)))
    style = ButtonStyle.danger if found.harmful else ButtonStyle.success
    container.add_item(
        _row(
            (
                _push("confirm", words.confirm, draft, style=style),
                _push("reason", words.with_reason, draft),
                *([_push("again", words.back_to_form, back)] if back else []),
                _push("cancel", words.cancel, draft),
            )
        )
    )
    return _view(container)


def notice(
    lines: Iterable[str],
    locale: str | None,
    *,
    after: str | None = None,
    back: str | None = None,
    made: str | None = None,
) -> ui.LayoutView:
    """Build a message of plain lines, with the ways on from there.

    With `after`, the key of a question settled, to the queue; with `back`, a form's key, to the form; with `made`, a
    change's key, to taking it back.
    """
    words = wording(locale)
    container: ui.Container[ui.LayoutView] = ui.Container()
    container.add_item(ui.TextDisplay(clamp("\n".join(map(escape, lines)), _NOTICE, max_bytes=_NOTICE_BYTES)))
    offered = (
        ("skip", words.room.next, after),
        ("again", words.moderator.back_to_form, back),
        ("undo", words.commands["undo_about"], made),
    )
    ways = [_push(verb, label, key) for verb, label, key in offered if key]
    if ways:
        container.add_item(_row(ways))
    return _view(container)


def _effects(found: Impact, words: ModeratorWording) -> Iterable[str]:
    if found.harmful:
        yield f"⚠️ **{escape(words.harmful)}**"
    yield escape(words.tried.format(count=found.asked))
    for sentence, flips in ((words.stolen, found.stolen), (words.cases, found.cases), (words.flips, found.questions)):
        if flips:
            yield f"**{escape(sentence.format(count=len(flips)))}**"
            yield from (_flip(one, words) for one in flips[:_FLIPS])
    if found.skipped:
        yield escape(words.left_out.format(count=found.skipped))


def _flip(flip: Flip, words: ModeratorWording) -> str:
    mark = {"better": "✅ ", "worse": "⚠️ ", "other": ""}[flip.effect]
    return f"- {mark}{escape(flip.told(words, _FLIP))}"


def day_of(seconds: int) -> str:
    """Write when something happened, for a report."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _push(verb: str, label: str, key: str, argument: str = "", style: ButtonStyle = ButtonStyle.secondary) -> Push:
    return Push(Press(verb=verb, key=key, argument=argument), label=clamp(label, MAX_LABEL), style=style)


def _row(items: Iterable[Push]) -> ui.ActionRow[ui.LayoutView]:
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for item in items:
        row.add_item(item)
    return row


def _view(container: ui.Container[ui.LayoutView]) -> ui.LayoutView:
    return Page(container.to_component_dict())
