"""Everything that can be asked, as a message of menus with pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import SelectOption, ui

from adapters.discord_ids import Press, short
from adapters.discord_items import Menu, Push
from adapters.discord_text import escape
from bot.clamp import clamp
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.model import Suggestion
    from bot.service import Topics
    from bot.wording import Wording

_OPTIONS = 25  # in one menu, Discord's limit
_MENUS = 4  # on one page: more would not be read
_LABEL, _PLACEHOLDER, _TITLE = 100, 150, 150


def layout(topics: Sequence[Topics], language: str | None, *, person: str, page: int = 0) -> ui.LayoutView:
    """Build one page of the topics; a page past the end shows the last."""
    words = wording(language)
    menus = list(_menus(topics, words))
    pages = max(1, -(-len(menus) // _MENUS))
    page = min(page, pages - 1)
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(f"## {escape(words.topics)}"))
    told = None
    for number, (title, placeholder, options) in enumerate(menus[page * _MENUS : (page + 1) * _MENUS]):
        if title != told:
            container.add_item(ui.TextDisplay(f"**{escape(clamp(title, _TITLE))}**"))
            told = title
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        press = Press(verb="topic", person=person, argument=str(number))
        row.add_item(Menu(press, placeholder=placeholder, options=options))
        container.add_item(row)
    if pages > 1:
        container.add_item(ui.TextDisplay(f"-# {words.room.page.format(page=page + 1, pages=pages)}"))
        row = ui.ActionRow()
        for label, target in ((words.room.previous, page - 1), (words.room.next, page + 1)):
            if 0 <= target < pages:
                row.add_item(Push(Press(verb="topics", person=person, argument=str(target)), label=label))
        container.add_item(row)
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def _menus(topics: Sequence[Topics], words: Wording) -> Iterator[tuple[str, str, list[SelectOption]]]:
    """Each menu: the collection's title, what the menu holds, its options."""
    for one in topics:
        for kind, suggestions in ((words.room.questions, one.questions), (words.room.sections, one.sections)):
            for start in range(0, len(suggestions), _OPTIONS):
                part = suggestions[start : start + _OPTIONS]
                several = len(suggestions) > _OPTIONS
                count = f" ({start + 1}-{start + len(part)})" if several else ""
                yield one.title, clamp(kind + count, _PLACEHOLDER), [_option(suggestion) for suggestion in part]


def _option(suggestion: Suggestion) -> SelectOption:
    return SelectOption(label=clamp(suggestion.label, _LABEL), value=short(suggestion.entry_id))
