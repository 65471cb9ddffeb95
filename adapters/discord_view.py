"""Cards as Discord messages: Components V2 within every limit, and a plain form where components cannot go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from adapters.discord_ids import Press, short
from adapters.discord_items import Push
from adapters.discord_text import escape, render, render_block, unfenced
from bot.clamp import clamp
from bot.model import Action
from bot.split import parts
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.markdown import Block
    from bot.model import Card, PositionView, Source
    from bot.store import Complaint

MAX_TEXT, MAX_BYTES = 3_800, 9_500  # of 4,000 characters, and of some 10,170 bytes above which Discord answers 500
MAX_CONTENT = 2_000  # characters of a message without components
MAX_LABEL = 80
_MAX_FOOTER, _MAX_SOURCE, _MAX_URL, _MAX_NOTICE = 700, 80, 300, 300
_PER_DISPLAY = 12  # bytes that each text costs beyond its own
_SPARE = 60  # characters for the number of the page and the blank lines
COMPLAINTS: dict[str, Complaint] = {"t": "wrong_topic", "d": "out_of_date", "s": "one_sided", "u": "unclear"}
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


@dataclass(frozen=True, slots=True)
class _Room:
    """How much text still fits."""

    characters: int
    octets: int

    def holds(self, text: str) -> bool:
        return len(text) <= self.characters and len(text.encode()) <= self.octets

    def less(self, *texts: str) -> _Room:
        taken = sum(map(len, texts))
        octets = sum(len(text.encode()) + _PER_DISPLAY for text in texts)
        return _Room(self.characters - taken, self.octets - octets)


def layout(card: Card, frame: Frame) -> ui.LayoutView:
    """Build the message for a card; every part of it works after a restart."""
    words = wording(card.language)
    head = _head(card, frame)
    foot = _footer(card)
    room = _Room(MAX_TEXT - _SPARE, MAX_BYTES - _SPARE).less(head, foot, card.suggestions_title or "")
    pages = _pages(card, room)
    page = min(frame.page, len(pages) - 1)
    more = len(pages) > 1
    if more and frame.whole:
        foot = "\n".join(filter(None, (foot, f"-# {words.room.page.format(page=page + 1, pages=len(pages))}")))
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=_ANSWER if frame.entry_id else _OTHER)
    for text in (head, pages[page], foot):
        if text:
            container.add_item(ui.TextDisplay(text))
    offers, rows = list(_suggestions(card, frame)), list(_rows(card, frame, page=page, pages=len(pages)))
    # What the asker may have meant comes before the way out, further reading after all else.
    for item in (*offers, *rows) if frame.choosing else (*rows, *offers):
        container.add_item(item)
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def plain(card: Card, *, lead: str = "") -> str:
    """Write a card as ordinary content of at most 2,000 characters."""
    head, foot = _head(card, Frame(lead=lead)), _footer(card)
    room = _Room(MAX_CONTENT - _SPARE, MAX_BYTES).less(head, foot)
    pages = _pages(card, room)
    return "\n".join(filter(None, (head, pages[0] + ("\n…" if len(pages) > 1 else ""), foot))) or "…"


def hint(title: str, language: str | None, frame: Frame) -> ui.LayoutView:
    """Build the one line that speaks up unasked: there may be an answer, and a button for it."""
    words = wording(language)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(words.room.may_help.format(title=f"**{escape(title)}**")))
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    row.add_item(_button("show", words.room.show_answer, frame, short(frame.entry_id), ButtonStyle.primary))
    row.add_item(_button("drop", words.actions[Action.REMOVE], frame, short(frame.entry_id)))
    view.add_item(row)
    return view


def complaint(card: Card, frame: Frame, entry_id: str) -> ui.LayoutView:
    """Build what follows "Not what I meant": what was wrong, and what else there is."""
    words = wording(card.language).room
    view = layout(card, frame)
    view.add_item(ui.TextDisplay(escape(words.what_was_wrong)))
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for letter, label in zip(
        COMPLAINTS, (words.wrong_topic, words.out_of_date, words.one_sided, words.hard_to_follow), strict=True
    ):
        row.add_item(_button("why", label, frame, f"{letter}.{short(entry_id)}"))
    view.add_item(row)
    return view


def report(text: str) -> ui.LayoutView:
    """Build a message of plain lines, for moderators."""
    fence = len("```\n\n```")
    lines = clamp(unfenced(text), MAX_TEXT - fence, max_bytes=MAX_BYTES - fence)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(f"```\n{lines}\n```"))
    return view


def shared(texts: Iterable[str], language: str | None, frame: Frame) -> ui.LayoutView:
    """Build the public copy of a private answer from the texts that were shown."""
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=_ANSWER)
    for text in (f"-# {frame.lead}", *texts):
        container.add_item(ui.TextDisplay(text))
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for action in (Action.HELPFUL, Action.NOT_THIS, Action.REMOVE):
        row.add_item(_action(action, wording(language).actions[action], frame))
    container.add_item(row)
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def _head(card: Card, frame: Frame) -> str:
    title = f"## {escape(' '.join(card.title.split()))}" if card.title.strip() else ""
    return "\n".join(filter(None, (frame.lead, title)))


def _footer(card: Card) -> str:
    words = wording(card.language)
    lines = [f"-# ⚠️ {escape(clamp(card.notice, _MAX_NOTICE))}"] if card.notice else []
    facts = []
    if card.as_of:
        # Noon in UTC is the same day almost everywhere, and Discord writes it as the reader is used to.
        noon = int(datetime.combine(card.as_of, time(12), UTC).timestamp())
        facts.append(words.as_of.format(date=f"<t:{noon}:D>"))
    if card.sources:
        facts.append(f"{words.sources}: {_sources(card.sources)}")
    return "\n".join((*lines, *((f"-# {' · '.join(facts)}",) if facts else ())))


def _sources(sources: tuple[Source, ...]) -> str:
    told: list[str] = []
    for source in sources:
        label = escape(clamp(" ".join(source.title.split()), _MAX_SOURCE))
        linked = (
            source.url if source.url and len(source.url) <= _MAX_URL and not set(source.url) & set("()<> ") else None
        )
        text = f"[{label}]({linked})" if linked and "\\/\\/" not in label else label
        if told and sum(map(len, told)) + len(text) > _MAX_FOOTER:
            told.append(f"+{len(sources) - len(told)}")
            break
        told.append(text)
    return ", ".join(told)


def _pages(card: Card, room: _Room) -> tuple[str, ...]:
    pages = [""]
    for piece in _pieces(card, room):
        joined = f"{pages[-1]}\n\n{piece}" if pages[-1] else piece
        if room.holds(joined):
            pages[-1] = joined
        else:
            pages.append(piece)
    return tuple(pages)


def _pieces(card: Card, room: _Room) -> Iterator[str]:
    yield from _split(card.body.blocks, room)
    together = "\n\n".join(f"{_holder(one)}\n{render(one.body.blocks)}" for one in card.positions)
    if together and room.holds(together):
        # Positions on a disputed matter stand side by side as long as they can.
        yield together
        return
    for one in card.positions:
        yield _holder(one)
        yield from _split(one.body.blocks, room)


def _split(blocks: Iterable[Block], room: _Room) -> Iterator[str]:
    for block in blocks:
        for part in parts(block, lambda one: room.holds(render_block(one))):
            if text := render_block(part):
                yield text if room.holds(text) else clamp(text, room.characters, max_bytes=room.octets)


def _holder(position: PositionView) -> str:
    return f"**{escape(position.holder)}**"


def _rows(card: Card, frame: Frame, *, page: int, pages: int) -> Iterator[ui.ActionRow[ui.LayoutView]]:
    words = wording(card.language)
    actions = [one for one in card.actions if _SHOWN_ONLY.get(one, frame.private) == frame.private]
    if pages > 1 and frame.whole:
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        if page > 0:
            row.add_item(_button("page", words.room.previous, frame, f"{page - 1}.{short(frame.entry_id)}"))
        if page + 1 < pages:
            row.add_item(_button("page", words.room.next, frame, f"{page + 1}.{short(frame.entry_id)}"))
        yield row
    elif pages > 1 and Action.WHOLE not in actions:
        actions.insert(0, Action.WHOLE)
    if actions:
        row = ui.ActionRow()
        for action in actions[:5]:
            row.add_item(_action(action, words.actions[action], frame))
        yield row


def _suggestions(card: Card, frame: Frame) -> Iterator[ui.Item[ui.LayoutView]]:
    if not card.suggestions:
        return
    yield ui.Separator()
    if card.suggestions_title:
        yield ui.TextDisplay(f"**{escape(card.suggestions_title)}**")
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for one in card.suggestions:
        row.add_item(_button("pick" if frame.choosing else "more", one.label, frame, short(one.entry_id)))
    yield row


def _action(action: Action, label: str, frame: Frame) -> Push:
    argument = f"0.{short(frame.entry_id)}" if action is Action.WHOLE else short(frame.entry_id)
    verb = "page" if action is Action.WHOLE else action.value.replace("_", "")
    return _button(verb, label, frame, argument, _STYLES.get(action, ButtonStyle.secondary))


def _button(verb: str, label: str, frame: Frame, argument: str, style: ButtonStyle = ButtonStyle.secondary) -> Push:
    press = Press(verb=verb, key=frame.key, person=frame.person, argument=argument)
    return Push(press, label=clamp(label, MAX_LABEL), style=style)
