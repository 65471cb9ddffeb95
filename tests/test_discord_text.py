"""Markdown trees as Discord's Markdown."""

from __future__ import annotations

import pytest

pytest.importorskip("discord")

from adapters.discord_text import escape, render
from bot.markdown import parse


def md(source: str) -> str:
    """Render Markdown as the adapter does."""
    return render(parse(source).blocks)


@pytest.mark.parametrize(
    ("source", "rendered"),
    [
        ("plain words", "plain words"),
        ("**bold** and *italic* and ~~gone~~", "**bold** and _italic_ and ~~gone~~"),
        ("# One\n\n### Three", "### One\n\n**Three**"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("> quoted\n> twice", "> quoted twice"),
        ("`code * x`", "`code * x`"),
        ("```python\nprint(1)\n```", "```python\nprint(1)\n```"),
        ("[label](https://example.org/a)", "[label](https://example.org/a)"),
        ("[https://bank.example](https://evil.example)", "https://evil.example"),
        ("[write](mailto:a@example.org)", "write (a@example.org)"),
        ("see https://example.org/a_b_c", "see https://example.org/a_b_c"),
        ("line  \nbreak", "line\nbreak"),
    ],
)
def test_each_construct(source: str, rendered: str) -> None:
    """Every construct of the subset has its Discord form."""
    assert md(source) == rendered


@pytest.mark.parametrize(
    "hostile",
    [
        "<@123456789012345678>",
        "<@&123456789012345678>",
        "<#123456789012345678>",
        "<t:0:R>",
        "</ask:1>",
        "<:x:1>",
        "<id:guide>",
    ],
)
def test_no_control_sequence_survives(hostile: str) -> None:
    """What Discord would turn into a mention, a time, a command or an emoji shows as typed."""
    for text in (escape(hostile), md(f"words {hostile} words"), md(f"**{hostile}**"), md(f"- {hostile}")):
        assert hostile not in text.replace("\\<", "")


@pytest.mark.parametrize("crowd", ["@everyone", "@here"])
def test_no_crowd_is_called(crowd: str) -> None:
    """Calls for everyone are broken up, besides being forbidden with every message."""
    for text in (escape(crowd), md(f"hello {crowd}"), md(f"# {crowd}")):
        assert crowd not in text


@pytest.mark.parametrize(
    "text", ["*x*", "_x_", "~~x~~", "||x||", "`x`", "# x", "> x", "- x", "1. x", "[x](https://y.example)"]
)
def test_markup_in_peoples_words_shows_as_typed(text: str) -> None:
    """Escaped text is its own text again once Discord has read the backslashes."""
    escaped = escape(text)
    assert escaped != text
    assert escaped.replace("\\", "") == text.replace("\\", "")


def test_peoples_links_are_not_followed() -> None:
    """An address in a question is text."""
    assert "://" not in escape("look at https://evil.example/x")


def test_code_cannot_break_out() -> None:
    """Backticks inside code end neither a span nor a block."""
    assert md("`` a`b ``") == "`` a`b ``"
    assert "```" not in md("````\n```\nx\n````").removeprefix("```\n").removesuffix("\n```")


def test_link_targets_cannot_break_out() -> None:
    """Brackets and spaces in an address are encoded, so that nothing after it is read as markup."""
    assert md("[a](<https://example.org/x) y>)") == "[a](https://example.org/x%29%20y)"
