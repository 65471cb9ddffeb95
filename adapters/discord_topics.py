"""Everything that can be asked, as a message of menus with pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.discord_components import Page, button, container, menu, row, text
from adapters.discord_ids import Press, short
from adapters.discord_text import escape
from bot.clamp import clamp
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.service import Topics
    from bot.wording import Wording

_OPTIONS = 25  # in one menu, Discord's limit
_MENUS = 4  # on one page: more would not be read
_PLACEHOLDER, _TITLE = 150, 150


def layout(topics: Sequence[Topics], language: str | None, *, person: str, page: int = 0) -> Page:
    """Build one page of the topics; a page past the end shows the last."""
    words = wording(language)
    menus = list(_menus(topics, words))
    pages = max(1, -(-len(menus) // _MENUS))
    page = min(page, pages - 1)
    parts, told = [text(f"## {escape(words.topics)}")], None
    for number, (title, placeholder, options) in enumerate(menus[page * _MENUS : (page + 1) * _MENUS]):
        if title != told:
            parts.append(text(f"**{escape(clamp(title, _TITLE))}**"))
            told = title
        parts.append(row(menu(Press(verb="topic", person=person, argument=str(number)), placeholder, options)))
    if pages > 1:
        turns = ((words.room.previous, page - 1), (words.room.next, page + 1))
        buttons = [
            button(Press(verb="topics", person=person, argument=str(target)), label)
            for label, target in turns
            if 0 <= target < pages
        ]
        parts += (text(f"-# {words.room.page.format(page=page + 1, pages=pages)}"), row(*buttons))
    return Page(container(*parts))


def _menus(topics: Sequence[Topics], words: Wording) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Each menu: the collection's title, what the menu holds, its options."""
    for one in topics:
        for kind, suggestions in ((words.room.questions, one.questions), (words.room.sections, one.sections)):
            for start in range(0, len(suggestions), _OPTIONS):
                part = suggestions[start : start + _OPTIONS]
                several = len(suggestions) > _OPTIONS
                count = f" ({start + 1}-{start + len(part)})" if several else ""
                options = [(suggestion.label, short(suggestion.entry_id)) for suggestion in part]
                yield one.title, clamp(kind + count, _PLACEHOLDER), options
