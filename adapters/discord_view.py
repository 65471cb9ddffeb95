"""Cards as Discord messages: Components V2 within every limit, every part of which works after a restart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from discord import ButtonStyle

from adapters.discord_components import Json, Page, button, container, row, separator, signed, text
from adapters.discord_ids import Press, short
from adapters.discord_pages import MAX_BYTES, MAX_TEXT, words_of
from adapters.discord_text import escape, unfenced
from bot.clamp import clamp
from bot.model import Action
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.model import Card, Complaint

COMPLAINTS: dict[str, Complaint] = {"t": "wrong_topic", "d": "out_of_date", "s": "one_sided", "u": "unclear"}
_KEPT = 128  # messages that are kept but for who asked: the same few answer most questions
_ANSWER, _OTHER = 0x2E7D6B, 0x80848E  # accents
_SHOWN_ONLY = {Action.SHARE: True, Action.REMOVE: False}  # on private replies, on public ones
_STYLES = {Action.HELPFUL: ButtonStyle.success, Action.ASK_MODERATORS: ButtonStyle.primary}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds a card in one message."""

    key: str = ""  # of the reply
    person: str = ""  # who asked, as a decimal id
    entry_id: str = ""  # of what is shown; none on a line, a choice, an unknown
    private: bool = True  # only the asker sees it
    choosing: bool = False  # the suggestions are what the asker may have meant, not further reading
    whole: bool = False  # the entry in full: its pages can be turned
    page: int = 0
    lead: str = ""  # Discord Markdown above the title: whom it is for, who asked


def layout(card: Card, frame: Frame) -> Page:
    """Build the message for a card."""
    return Page(signed(_unsigned(card, replace(frame, key="", person="")), frame.key, frame.person))


@lru_cache(maxsize=_KEPT)
def _unsigned(card: Card, frame: Frame) -> Json:
    """Build the message as it is for everyone who asks."""
    words = words_of(card, frame.lead)
    page, pages, foot = words.page(frame.page), len(words.pages), words.foot
    if pages > 1 and frame.whole:
        number = wording(card.language).room.page.format(page=page + 1, pages=pages)
        foot = "\n".join(filter(None, (foot, f"-# {number}")))
    texts = [text(one) for one in (words.head, words.pages[page], foot) if one]
    offers, rows = _suggestions(card, frame), _rows(card, frame, page=page, pages=pages)
    # What the asker may have meant comes before the way out, further reading after all else.
    below = (*offers, *rows) if frame.choosing else (*rows, *offers)
    return container(*texts, *below, accent=_ANSWER if frame.entry_id else _OTHER)


def hint(title: str, language: str | None, frame: Frame) -> Page:
    """Build the one line that speaks up unasked: there may be an answer, and a button for it."""
    words = wording(language)
    show = _button("show", words.room.show_answer, frame, short(frame.entry_id), ButtonStyle.primary)
    drop = _button("drop", words.actions[Action.REMOVE], frame, short(frame.entry_id))
    return Page(text(words.room.may_help.format(title=f"**{escape(title)}**")), row(show, drop))


def complaint(card: Card, frame: Frame, entry_id: str) -> Page:
    """Build what follows "Not what I meant": what was wrong, and what else there is."""
    words = wording(card.language).room
    reasons = [
        _button("why", words.complaints[one], frame, f"{letter}.{short(entry_id)}")
        for letter, one in COMPLAINTS.items()
    ]
    return Page(*layout(card, frame).to_components(), text(escape(words.what_was_wrong)), row(*reasons))


def report(told: str) -> Page:
    """Build a message of plain lines, for moderators."""
    fence = len("```\n\n```")
    lines = clamp(unfenced(told), MAX_TEXT - fence, max_bytes=MAX_BYTES - fence)
    return Page(text(f"```\n{lines}\n```"))


def shared(texts: Iterable[str], language: str | None, frame: Frame) -> Page:
    """Build the public copy of a private answer from the texts that were shown."""
    labels = wording(language).actions
    buttons = [_action(one, labels[one], frame) for one in (Action.HELPFUL, Action.NOT_THIS, Action.REMOVE)]
    return Page(container(*map(text, (f"-# {frame.lead}", *texts)), row(*buttons), accent=_ANSWER))


def _rows(card: Card, frame: Frame, *, page: int, pages: int) -> Iterator[Json]:
    words = wording(card.language)
    actions = [one for one in card.actions if _SHOWN_ONLY.get(one, frame.private) == frame.private]
    if pages > 1 and frame.whole:
        turns = ((words.room.previous, page - 1), (words.room.next, page + 1))
        yield row(
            *(
                _button("page", label, frame, f"{target}.{short(frame.entry_id)}")
                for label, target in turns
                if 0 <= target < pages
            )
        )
    elif pages > 1 and Action.WHOLE not in actions:
        actions.insert(0, Action.WHOLE)
    if actions:
        yield row(*(_action(one, words.actions[one], frame) for one in actions[:5]))


def _suggestions(card: Card, frame: Frame) -> Iterator[Json]:
    if not card.suggestions:
        return
    yield separator()
    if card.suggestions_title:
        yield text(f"**{escape(card.suggestions_title)}**")
    verb = "pick" if frame.choosing else "more"
    yield row(*(_button(verb, one.label, frame, short(one.entry_id)) for one in card.suggestions))


def _action(action: Action, label: str, frame: Frame) -> Json:
    argument = f"0.{short(frame.entry_id)}" if action is Action.WHOLE else short(frame.entry_id)
    verb = "page" if action is Action.WHOLE else action.value.replace("_", "")
    return _button(verb, label, frame, argument, _STYLES.get(action, ButtonStyle.secondary))


def _button(verb: str, label: str, frame: Frame, argument: str, style: ButtonStyle = ButtonStyle.secondary) -> Json:
    return button(Press(verb=verb, key=frame.key, person=frame.person, argument=argument), label, style)
