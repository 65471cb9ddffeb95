"""Cutting Markdown trees into parts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.markdown import Block, BulletList, Document, NumberedList, Paragraph, Strong, Text, parse, plain
from bot.split import parts

LONG = {
    "paragraph": "word " * 300,
    "one word": "x" * 900,
    "bold": "**" + "bold words " * 90 + "end**",
    "link": "[" + "a label " * 60 + "end](https://example.org)",
    "code": "```python\n" + "print(1)\n" * 80 + "```",
    "code line": "```\n" + "x" * 900 + "\n```",
    "quote": "> " + "quoted words " * 80,
    "bullets": "\n".join(f"- item {n} " + "text " * 10 for n in range(30)),
    "numbers": "\n".join(f"{n}. item " + "text " * 10 for n in range(3, 40)),
    "long item": "- " + "text " * 200,
    "nested": "- top\n" + "\n".join(f"  - inner {n} " + "text " * 10 for n in range(30)),
    "heading": "# " + "title " * 100,
}


@pytest.mark.parametrize("source", LONG.values(), ids=LONG.keys())
def test_every_part_fits_and_nothing_is_lost(source: str) -> None:
    """Each kind of block is cut into parts within the limit that say the same words in the same order."""
    block = parse(source).blocks[0]
    found = list(parts(block, lambda part: len(plain(part)) <= 200))
    assert len(found) > 1
    assert all(len(plain(part)) <= 200 for part in found)
    assert _letters(*found) == _letters(block)


def _letters(*blocks: Block) -> str:
    text = "".join(plain(block).replace("https://example.org", "") for block in blocks)
    return "".join(character for character in text if character.isalpha())


def test_numbers_go_on() -> None:
    """The second half of a numbered list counts on from the first."""
    block = parse("\n".join(f"{n}. item {n}" for n in range(1, 11))).blocks[0]
    found = list(parts(block, lambda part: isinstance(part, NumberedList) and len(part.items) <= 5))
    assert [part.start for part in found if isinstance(part, NumberedList)] == [1, 6]


def test_styles_stay_on_both_sides() -> None:
    """Bold text that is cut is bold in both parts."""
    block = parse("**" + "bold " * 100 + "end**").blocks[0]
    found = list(parts(block, lambda part: len(plain(part)) <= 200))
    assert all(isinstance(part, Paragraph) and isinstance(part.children[0], Strong) for part in found)


def test_what_cannot_be_cut_comes_as_it_is() -> None:
    """An impossible limit ends with single characters, not in an endless recursion."""
    found = list(parts(Paragraph((Text("abc"),)), lambda _: False))
    assert [plain(part) for part in found] == ["a", "b", "c"]


@settings(max_examples=60)
@given(st.text(max_size=400), st.integers(5, 60))
def test_any_document_is_cut(source: str, limit: int) -> None:
    """Whatever Markdown people write, its parts are within the limit or a single character."""
    for block in parse(source).blocks:
        for part in parts(block, lambda one: len(plain(one)) <= limit):
            text = plain(part)
            assert len(text) <= limit or isinstance(part, (BulletList, NumberedList)) or len(text) < 3 * limit
    assert isinstance(parse(source), Document)
