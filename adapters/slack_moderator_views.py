"""The pages that moderators see in Slack: the queue, a change with its effects, the history and the figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters.slack_intent import MAX_TYPED
from adapters.slack_manifest import COMMAND
from adapters.slack_text import Json, bold, literal, text
from adapters.slack_values import Name, Value, action_id
from bot.clamp import clamp
from bot.proposal import likely
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.slack_intent import Field, Form, Intent
    from bot.impact import Flip, Impact
    from bot.learn import Group
    from bot.model import Match
    from bot.proposal import Made
    from bot.statistics import Statistics
    from bot.store.records import Edit
    from bot.wording import ModeratorWording, Wording

CHANGE_FORM = "bc1:change"
MODERATING = "bc1:moderating"
INPUT = "value"
_LISTED = 5  # of each kind of effect, and wordings of a group
_MAX_PREFORMATTED = 3000  # characters of a diff, of one side of a conflict, of a list in a message
_MAX_LINE = 200  # characters of a line in a list


def page(title: str, blocks: Sequence[Json], locale: str | None, **fields: object) -> Json:
    """Build a page without inputs."""
    return block.view(
        "modal", blocks, callback_id=MODERATING, title=title, close=wording(locale).room.close, **fields
    )  # fmt: skip


def said(sentence: str, locale: str | None, *more: Json) -> Json:
    """Build a page with one sentence, and what belongs to it."""
    return page(wording(locale).moderator.review, [literal(clamp(sentence, block.MAX_PLAIN) or " "), *more], locale)


def waiting(locale: str | None, come: tuple[int, int] | None = None) -> Json:
    """Build the page that stands in for one that takes a while; `come` is how far that has come, and of what."""
    words = wording(locale).moderator
    more = [block.note(words.progress.format(done=f"{come[0]:,}", total=f"{come[1]:,}"))] if come else []
    return said(words.working, locale, *more)


def group_page(group: Group, closest: Sequence[Match], place: tuple[int, int], locale: str | None) -> Json:
    """Build the page of one group in the queue; `place` is its number from 0, and how many there are."""
    words = wording(locale)
    number, count = place
    value = Value(key=group.keys[0], page=number)
    day = words.on(datetime.fromtimestamp(group.last_asked, UTC).date())
    about = [words.moderator.asked_by.format(people=group.people, date=day)]
    if group.wanted:
        about.append(words.moderator.wanted)
    wordings = [f"{one.times} x {one.text}" for one in group.wordings[:_LISTED]]
    blocks = [literal(bold(clamp(group.text, MAX_TYPED))), block.note(" ".join(about))]
    if len(group.wordings) > 1:
        blocks.append(_listed(wordings))
    if closest:
        blocks += [literal(bold(words.closest_topics)), _listed([likely(one) for one in closest])]
    blocks += [
        block.actions([*_additions(closest, value, words), _search(words)]),
        block.actions(_settling(value, words, several=len(group.wordings) > 1)),
    ]
    title = f"{words.moderator.review} {number + 1}/{count}"
    # A menu's choice carries an entry alone: the group travels with the page.
    return page(title, blocks, locale, private_metadata=json.dumps({"key": value.key, "page": number}))


def change_form(intent: Intent, form: Form, locale: str | None, above: Sequence[Json] = ()) -> Json:
    """Build the form of a change: its effects or what is wrong with it above, the inputs below.

    Nothing is written before its effects were shown: until then, submitting shows them.
    """
    words = wording(locale)
    blocks = [*above, *(_input(field, words) for field in form.fields)]
    if form.elsewhere:
        blocks.append(block.note(words.moderator.elsewhere.format(fields=", ".join(form.elsewhere))))
    if intent.key:
        back = Value(key=intent.key, page=intent.page)
        blocks.append(block.actions([block.button(words.moderator.review, action_id(Name.REVIEW), back.encode())]))
    return block.view(
        "modal",
        blocks,
        callback_id=CHANGE_FORM,
        title=_title(intent, words),
        submit=_submit(intent, words),
        close=words.moderator.cancel,
        private_metadata=intent.encode(),
    )


def _submit(intent: Intent, words: Wording) -> str:
    if intent.task == "split":
        return words.moderator.split
    if intent.task == "edit" and not intent.entry_id:
        return words.room.next
    return words.moderator.confirm if intent.weighed else words.moderator.weigh


def effects(impact: Impact, diff: str, locale: str | None) -> list[Json]:
    """Show what a change writes, and what else it changes."""
    words = wording(locale).moderator
    blocks = [preformatted(diff.rstrip())]
    if impact.harmful:
        blocks.append(literal(bold(words.harmful)))
    blocks.append(literal(words.tried.format(count=impact.asked)))
    for sentence, flips in (
        (words.stolen, impact.stolen),
        (words.cases, impact.cases),
        (words.flips, impact.questions),
    ):
        if flips:
            blocks += [literal(sentence.format(count=len(flips))), _listed(_flips(flips, words))]
    if impact.skipped:
        blocks.append(block.note(words.left_out.format(count=impact.skipped)))
    return [*blocks, block.divider()]


def done(made: Made, told: int, intent: Intent, locale: str | None) -> Json:
    """Say that a change is in force, how to take it back, and who was told."""
    words = wording(locale)
    blocks = [literal(words.moderator.done.format(command=f"{COMMAND} undo {made.key}"))]
    if told:
        blocks.append(literal(words.moderator.told.format(count=told)))
    if made.trouble:
        blocks.append(literal(clamp(made.trouble, block.MAX_PLAIN)))
    if intent.key:
        following = Value(page=intent.page)
        button = block.button(words.room.next, action_id(Name.REVIEW), following.encode(), style="primary")
        blocks.append(block.actions([button]))
    return page(_title(intent, words), blocks, locale)


def conflict(message: str, sides: tuple[str, str], entry_id: str, locale: str | None) -> Json:
    """Show both sides where somebody else was faster, and a way to begin again."""
    words = wording(locale)
    blocks = [literal(clamp(message, block.MAX_PLAIN))]
    for title, side in zip((words.moderator.now, words.moderator.yours), sides, strict=True):
        blocks += [literal(bold(title)), preformatted(side)]
    again = block.button(words.commands["edit_about"], action_id(Name.EDIT), Value(entry_id=entry_id).encode())
    return page(words.commands["edit_about"], [*blocks, block.actions([again])], locale)


def history_lines(edits: Iterable[Edit]) -> str:
    """List changes, the newest first."""
    return "\n".join(_edit_line(edit) for edit in edits)


def figures(statistics: Statistics, locale: str | None) -> tuple[str, list[Json]]:
    """Show how questions ended: in a sentence, by day, by entry, and which entries nobody reaches."""
    words = wording(locale)
    head = statistics.summary(words.moderator)
    days = [
        f"{one.day}  {one.answered:>6} + {one.asked_back} ? {one.unanswered} -" for one in statistics.days if one.total
    ]
    blocks = [literal(head)]
    entries = statistics.by_entry(4 * _LISTED, words.room)
    blocks += [preformatted("\n".join(lines)) for lines in (days, entries) if lines]
    if statistics.total and statistics.unreached:
        unreached = words.moderator.unreached.format(entries=", ".join(statistics.unreached))
        blocks.append(literal(clamp(unreached, block.MAX_PLAIN)))
    return head, blocks


def preformatted(shown: str) -> Json:
    """Build a block of text as it stands, cut to what a page can carry."""
    piece = text(clamp(shown, _MAX_PREFORMATTED) or " ")
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [piece]}]}


def _additions(closest: Sequence[Match], value: Value, words: Wording) -> list[Json]:
    return [
        block.button(
            words.moderator.add_to.format(title=one.entry.title),
            action_id(Name.ADD, number),
            replace(value, entry_id=one.entry.id).encode(),
        )
        for number, one in enumerate(closest)
    ]


def _search(words: Wording) -> Json:
    return {
        "type": "external_select",
        "action_id": action_id(Name.ADD_OTHER),
        "placeholder": block.plain(words.moderator.add_other, block.MAX_OPTION_VALUE),
        "min_query_length": 0,
    }


def _settling(value: Value, words: Wording, *, several: bool) -> list[Json]:
    own = words.moderator
    dismiss = block.button(own.dismiss, action_id(Name.DISMISS), value.encode(), style="danger")
    dismiss["confirm"] = block.confirm(own.dismiss, own.dismiss_about, own.dismiss, own.cancel)
    following = replace(value, key="", page=value.page + 1)
    split = [block.button(own.split, action_id(Name.SPLIT), value.encode())] if several else []
    return [
        block.button(own.new_entry, action_id(Name.NEW_ENTRY), value.encode()),
        block.button(own.out_of_scope, action_id(Name.OUT_OF_SCOPE), value.encode()),
        *split,
        dismiss,
        block.button(words.room.next, action_id(Name.REVIEW), following.encode()),
    ]


def _input(field: Field, words: Wording) -> Json:
    label = getattr(words.moderator, field.label) if field.label else words.fields.get(field.name, field.name)
    if field.kind == "entry" and not field.label:
        label = words.commands[f"{field.name}_about"]
    action = INPUT
    if field.kind in {"choice", "choices"}:
        element: Json = {
            "type": "static_select" if field.kind == "choice" else "multi_static_select",
            "options": [
                block.option(shown, one)
                for one, shown in field.options[: block.MAX_OPTIONS]
                if len(one) <= block.MAX_OPTION_VALUE
            ],
        }
        chosen = next((one for one in element["options"] if one["value"] == field.value), None)
        if chosen:
            element["initial_option"] = chosen
    elif field.kind == "entry":
        element, action = _type_ahead(field.value), action_id(Name.PICK)
    else:
        element = {"type": "plain_text_input", "multiline": field.kind != "line", "max_length": MAX_TYPED}
        if field.value:
            element["initial_value"] = field.value
    made: Json = {
        "type": "input",
        "block_id": field.name,
        "label": block.plain(label),
        "element": element | {"action_id": action},
        # What has to be there is for the loader to say, which knows the format.
        "optional": True,
    }
    hint = words.moderator.hint(field.name)
    if hint and not (field.kind == "line" and hint == words.moderator.one_a_line):
        made["hint"] = block.plain(hint)
    return made


def _type_ahead(chosen: str) -> Json:
    element: Json = {"type": "external_select", "min_query_length": 0}
    if chosen and len(chosen) <= block.MAX_OPTION_VALUE:
        element["initial_option"] = block.option(chosen, chosen)
    return element


def _title(intent: Intent, words: Wording) -> str:
    match intent.task:
        case "edit" | "undo":
            return words.commands[f"{intent.task}_about"]
        case "alternate" | "retire":  # a title of Slack's has 24 characters, and what these do takes more
            return words.commands["add" if intent.task == "alternate" else "retire"].capitalize()
        case task:
            return str(getattr(words.moderator, task))


def _listed(lines: Iterable[str]) -> Json:
    items = [literal(clamp(" ".join(line.split()), _MAX_LINE) or " ")["elements"][0] for line in lines]
    return {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}


def _flips(flips: Sequence[Flip], words: ModeratorWording) -> list[str]:
    lines = [one.told(words, _MAX_LINE // 2) for one in flips[:_LISTED]]
    return [*lines, f"… {len(flips) - _LISTED} +"] if len(flips) > _LISTED else lines


def _edit_line(edit: Edit) -> str:
    made = f"{datetime.fromtimestamp(edit.made_at, UTC):%Y-%m-%d %H:%M}"
    parts = (edit.key, made, edit.author, edit.action, edit.entry_id or "", f"← {edit.undoes}" if edit.undoes else "")
    pending = "" if edit.state == "done" else f"[{edit.state}]"
    return clamp("  ".join(part for part in (*parts, pending, edit.reason) if part), 2 * _MAX_LINE)
