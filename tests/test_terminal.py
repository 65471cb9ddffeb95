"""The terminal: cards drawn as they are meant, and nothing typed that acts."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from adapters.terminal_render import card, document, outline, visible
from bot.answer import card_of, compose
from bot.markdown import parse
from bot.model import Card, Source
from tests.samples import decided, match, sample_knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from bot.model import Knowledge

HOSTILE = "\x1b[2J\x1b]0;owned\x07 \x9b31m [bold red]x[/] :smile: \u202egnirts \x00\r\x7f"


def drawn(shown: RenderableType, *, width: int = 60, colours: bool = False) -> str:
    """Draw for a terminal; blanks at the ends of wrapped lines are nobody's business."""
    out = io.StringIO()
    Console(
        file=out, width=width, force_terminal=colours, no_color=not colours, highlight=False, markup=False, emoji=False
    ).print(shown)
    return "".join(line.rstrip(" ") + "\n" for line in out.getvalue().removesuffix("\n").split("\n"))


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    """Load the small collection."""
    return sample_knowledge(tmp_path / "library")


def test_markdown_is_drawn_as_it_is_meant() -> None:
    """Lists hang, quotes and code stand in, links show where they go, and markers are gone."""
    source = (
        "# Top\n\nSome **bold**, *leaning*, ~~gone~~ and `code` text.\n\n"
        "- one that is long enough to need a second line here\n  1. below\n- two\n\n"
        "> quoted\n\n```\nx = 1\n```\n\n[Here](https://a.example) and <https://b.example>"
    )
    assert drawn(document(parse(source)), width=40) == (
        "Top\n\nSome bold, leaning, gone and code text.\n\n"
        "• one that is long enough to need a\n  second line here\n  1. below\n• two\n\n"
        "│ quoted\n\n  x = 1\n\n"
        "Here <https://a.example> and\nhttps://b.example\n"
    )


def test_long_lines_of_an_outline_hang() -> None:
    """What a line says stays apart from the lines around it."""
    assert drawn(outline("Top\n  one two three four\n\nend"), width=16) == "Top\n  one two\n      three four\n\nend\n"


def test_styles_are_for_terminals_only() -> None:
    """Bold is an escape sequence on a terminal and nothing in a pipe."""
    tree = document(parse("**bold** [link](https://a.example)"))
    assert "\x1b[1mbold\x1b[0m" in drawn(tree, colours=True)
    assert "\x1b" not in drawn(tree)


def test_control_characters_become_signs() -> None:
    """What could move the cursor, ring, rename the window or reverse a line is shown instead of done."""
    assert visible("a\x1b[31m\x07\x7f\x9b\u202e\ud800") == "a␛[31m␇␡\ufffd\ufffd\ufffd"
    assert visible("tab\tand\nline") == "tab\tand\nline"


@pytest.mark.parametrize("text", ["क्षत्रिय", "کی‌بورڈ", "👩‍👩‍👧", "naïve", "日本語"])
def test_scripts_keep_what_they_need(text: str) -> None:
    """Joiners shape letters and families; they are left alone."""
    assert visible(text) == text


def test_hostile_text_shows_as_typed_wherever_it_stands() -> None:
    """In titles, bodies, notices, sources, addresses and choices alike, on a terminal with colours."""
    shown = Card(
        title=HOSTILE,
        body=parse("`" + HOSTILE.replace("\r", "") + "`"),
        sources=(Source(title=HOSTILE, url="https://a.example/" + HOSTILE),),
        notice=HOSTILE,
        language="en",
    )
    out = drawn(card(shown, [HOSTILE]), width=400, colours=True)
    for sequence in ("\x1b[2J", "\x1b]", "\x07", "\x9b", "\u202e", "\x00", "\r", "\x7f"):
        assert sequence not in out
    assert out.count("[bold red]x[/] :smile:") == 6


def test_a_card_shows_what_it_has(knowledge: Knowledge) -> None:
    """Title, text, date, sources with their addresses, and numbered lines to pick."""
    shown = card_of("faq/opening-hours", today=date(2026, 7, 1), locale=None, knowledge=knowledge)
    out = drawn(card(shown, [one.label for one in shown.suggestions]), width=100)
    assert out == (
        "When is the library open?\n"
        "It is open from nine to five, on weekdays <https://library.example/hours>.\n\n"
        "On Sundays it is closed.\n\n"
        "This answer was last checked on 15 January 2026 and may be out of date.\n\n"
        "As of 15 January 2026\nSources:\n  House rules, 2026-01-02 <https://library.example/rules>\n\n"
        "Related\n  1  How many books may I borrow?\n  2  How the library came about\n"
    )


def test_positions_are_drawn_together(knowledge: Knowledge) -> None:
    """Each side's name stands above its words, in order."""
    found = decided("answer", "matched", match(knowledge.by_id["faq/noise"]))
    reply = compose(found, today=date(2026, 2, 1), locale=None, knowledge=knowledge)
    assert "People disagree.\n\nReaders\n  It is just right.\n\nVisitors\n  It is far too quiet." in drawn(
        card(reply.card)
    )


def test_without_choices_suggestions_are_only_named(knowledge: Knowledge) -> None:
    """Where nothing can be picked there are no numbers."""
    found = decided("suggest", "ambiguous", match(knowledge.by_id["faq/noise"], 0.4))
    reply = compose(found, today=date(2026, 2, 1), locale=None, knowledge=knowledge)
    assert "Did you mean\n• Is the reading room too quiet?\n" in drawn(card(reply.card))
