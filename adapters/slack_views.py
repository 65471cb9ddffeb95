"""The forms and pages of the bot in Slack: asking, reading a whole section, browsing the topics, the Home tab."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters.slack_card import Setting, pages, render
from adapters.slack_text import Json, literal, rich_text
from adapters.slack_values import Name, Value, action_id
from bot.clamp import clamp
from bot.disclosure import notice
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.markdown import Document
    from bot.model import Card, Suggestion
    from bot.service import Topics
    from bot.wording import RoomWording, Wording

ASK_FORM = "bc1:ask_form"
READER = "bc1:reader"
QUESTION_BLOCK, QUESTION_INPUT, PICK_BLOCK = "question", "text", "pick"
MAX_TYPED = 2000  # characters; the core refuses longer questions
_MENUS = 12  # collections shown on one page: each takes a title and two menus
_MAX_LINE = 200  # characters of a line in a list


def ask_form(locale: str | None, *, response_url: str = "", typed: str = "") -> Json:
    """Build the form for a question: free text, and a type-ahead over the knowledge.

    `response_url` is where the answer goes; without one it is shown in the form itself.
    """
    words = wording(locale)
    text = {
        "type": "plain_text_input",
        "action_id": QUESTION_INPUT,
        "multiline": True,
        "max_length": MAX_TYPED,
        "focus_on_load": True,
    }
    if typed:
        text["initial_value"] = typed[:MAX_TYPED]
    blocks = [
        _input(QUESTION_BLOCK, words.room.your_question, text),
        _input(PICK_BLOCK, words.room.or_pick, _type_ahead(words.room)),
    ]
    return block.view(
        "modal",
        blocks,
        callback_id=ASK_FORM,
        title=words.commands["ask_about"],
        submit=words.room.submit,
        close=words.room.close,
        private_metadata=json.dumps({"response_url": response_url}),
    )


def answer_view(card: Card, value: Value) -> Json:
    """Build a page with an answer."""
    words = wording(card.language)
    blocks = render(card, Setting(audience="form", value=value, echo=True))
    return block.view(
        "modal", blocks, callback_id=READER, title=words.commands["ask_about"], close=words.room.close
    )  # fmt: skip


def reader(card: Card, value: Value) -> Json:
    """Build one page of a whole entry, the one that `value.page` counts from 0."""
    words = wording(card.language)
    leaves = pages(card)
    number = min(max(value.page, 0), len(leaves) - 1)
    blocks = render(leaves[number], Setting(audience="form", value=value))
    turns = []
    if number > 0:
        turns.append((words.room.previous, number - 1))
    if number + 1 < len(leaves):
        turns.append((words.room.next, number + 1))
    if turns:
        buttons = [
            block.button(label, action_id(Name.PAGE, page), replace(value, page=page).encode()) for label, page in turns
        ]
        blocks.append(block.actions(buttons))
    title = words.room.page.format(page=number + 1, pages=len(leaves)) if len(leaves) > 1 else words.topics
    return block.view("modal", blocks, callback_id=READER, title=title, close=words.room.close)


def topics_blocks(topics: Iterable[Topics], locale: str | None) -> list[Json]:
    """Build menus of everything that can be asked, a type-ahead first."""
    words = wording(locale)
    blocks = [block.actions([_type_ahead(words.room)])]
    for number, one in enumerate(list(topics)[:_MENUS]):
        menus = [
            _menu(label, offers, 10 * number + index)
            for index, (label, offers) in enumerate(
                ((words.room.questions, one.questions), (words.room.sections, one.sections))
            )
            if offers
        ]
        if menus:
            blocks += [block.header(one.title), block.actions(menus)]
    return blocks


def notice_view(text: str, locale: str | None) -> Json:
    """Build a page with one sentence."""
    return page([literal(text)], locale)


def page(blocks: Sequence[Json], locale: str | None) -> Json:
    """Build a page of some blocks."""
    words = wording(locale)
    return block.view(
        "modal", blocks, callback_id=READER, title=words.commands["ask_about"], close=words.room.close
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the Home tab shows one person."""

    scope: Document
    often: tuple[Suggestion, ...]
    topics: tuple[Topics, ...]
    changed: tuple[tuple[date, str], ...] = ()  # what was changed when, the latest first
    waiting: tuple[int, tuple[str, ...]] | None = None  # how many wait and the first of them, for moderators alone

    def view(self, locale: str | None) -> Json:
        """Render it: asking, what is asked often, all topics, what changed, and the privacy note."""
        words = wording(locale)
        ask = block.button(words.commands["ask_about"], action_id(Name.ASK), Value().encode(), style="primary")
        about = rich_text(self.scope.blocks)
        blocks = [literal(words.room.home), *([about] if about else []), block.actions([ask]), block.divider()]
        if self.waiting is not None:
            blocks += _queue(*self.waiting, words)
        if self.often:
            offers = [
                block.button(one.label, action_id(Name.ENTRY, number), Value(entry_id=one.entry_id).encode())
                for number, one in enumerate(self.often)
            ]
            blocks += [block.header(words.often_asked), block.actions(offers)]
        blocks += [block.header(words.topics), *topics_blocks(self.topics, locale), block.divider()]
        if self.changed:
            changes = [f"{words.on(day)}: {title}" for day, title in self.changed]
            blocks += [block.header(words.room.changed), _listed(changes), block.divider()]
        return block.view("home", [*blocks, block.note(words.room.privacy)])


def _queue(count: int, first: Sequence[str], words: Wording) -> list[Json]:
    if not count:
        return [block.note(words.moderator.nothing_waits), block.divider()]
    review = block.button(words.moderator.review, action_id(Name.REVIEW), Value().encode())
    return [block.header(f"{words.room.waiting}: {count}"), _listed(first), block.actions([review]), block.divider()]


def options(offers: Iterable[Suggestion]) -> list[Json]:
    """Build the choices of a type-ahead."""
    # A cut id would name another entry, or none.
    fitting = [one for one in offers if len(one.entry_id) <= block.MAX_OPTION_VALUE]
    return [block.option(one.label, one.entry_id) for one in fitting[: block.MAX_OPTIONS]]


def _listed(lines: Iterable[str]) -> Json:
    items = [literal(clamp(" ".join(line.split()), _MAX_LINE) or " ")["elements"][0] for line in lines]
    return {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}


def _input(block_id: str, label: str, element: Json) -> Json:
    return {"type": "input", "block_id": block_id, "label": block.plain(label), "element": element, "optional": True}


def _type_ahead(words: RoomWording) -> Json:
    return {
        "type": "external_select",
        "action_id": action_id(Name.PICK),
        "placeholder": block.plain(words.pick_topic, block.MAX_OPTION_VALUE),
        # The pinned ones are offered before anything is typed.
        "min_query_length": 0,
    }


def _menu(label: str, offers: Sequence[Suggestion], number: int) -> Json:
    return {
        "type": "static_select",
        "action_id": action_id(Name.ENTRY, number),
        "placeholder": block.plain(label, block.MAX_OPTION_VALUE),
        "options": options(offers),
    }


def privacy_page(locale: str | None, days: int) -> tuple[str, list[Json]]:
    """Build what tells what is kept, with a way to see and to delete one's own."""
    words = wording(locale).room
    said = notice(words, days)
    value = Value().encode()
    buttons = [
        block.button(words.show_mine, action_id(Name.MINE), value),
        block.button(words.delete_mine, action_id(Name.FORGET), value),
    ]
    return said, [block.note(said), block.actions(buttons)]
