"""Markdown becomes a small tree: the allowed subset exactly, and everything else as text that reads well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.markdown import (
    Break,
    BulletList,
    Code,
    CodeBlock,
    Document,
    Emphasis,
    Heading,
    Link,
    ListItem,
    NumberedList,
    Paragraph,
    Quote,
    Strike,
    Strong,
    Text,
    build,
    paragraphs,
    parse,
    plain,
    unsupported,
)


def _one(source: str) -> object:
    (block,) = parse(source).blocks
    return block


def _items(*words: str) -> tuple[ListItem, ...]:
    return tuple(ListItem((Text(word),)) for word in words)


def test_inline_constructs() -> None:
    """Bold, italic, strike, code, links and hard breaks become nodes; soft breaks become spaces."""
    assert _one("a **b *c*** ~~d~~ `e`\nf [g](https://h.i/j)  \nk <mailto:l@m.no>") == Paragraph(
        (
            Text("a "),
            Strong((Text("b "), Emphasis((Text("c"),)))),
            Text(" "),
            Strike((Text("d"),)),
            Text(" "),
            Code("e"),
            Text(" f "),
            Link("https://h.i/j", (Text("g"),)),
            Break(),
            Text("k "),
            Link("mailto:l@m.no", (Text("mailto:l@m.no"),)),
        )
    )


def test_block_constructs() -> None:
    """Headings, fenced code, quotes and lists of two levels become nodes."""
    source = "## Head\n\n```py\nx = 1\n```\n\n> quoted\n\n- a\n  1. b\n  2. c\n- d\n\n7. e\n8. f\n"
    assert parse(source) == Document(
        (
            Heading(2, (Text("Head"),)),
            CodeBlock("x = 1", "py"),
            Quote((Paragraph((Text("quoted"),)),)),
            BulletList((ListItem((Text("a"),), NumberedList(_items("b", "c"))), ListItem((Text("d"),)))),
            NumberedList(_items("e", "f"), start=7),
        )
    )
    assert unsupported(source) == []


@pytest.mark.parametrize(
    ("source", "expected", "word", "line"),
    [
        ("a\n\nb ![alt](https://x.y/z.png)", "a\n\nb alt (https://x.y/z.png)", "image", 2),
        ("![alt](picture.png)", "alt", "image", 0),
        ("| a | b |\n|---|---|\n| c | d |", "a | b\nc | d", "table", 0),
        ("a\n\n<div>x</div>", "a\n\n<div>x</div>", "HTML", 2),
        ("a\nb <b>c</b>", "a b <b>c</b>", "HTML", 1),
        ("#### deep", "deep", "heading", 0),
        ("- a\n  - b\n    - c\n    - d\n- e", "- a\n  - b\n  - c\n  - d\n- e", "two levels", 2),
        ("a\n\n    code", "a\n\ncode", "Four spaces", 2),
        ("a\n\n***\n\nb", "a\n\nb", "line across", 2),
        ("[a](javascript:alert(1))", "a", "address", 0),
        ("[a](page.html)", "a", "address", 0),
        ("x\n\n[a]: page.html", "x", "address", 2),
        ("> a\n>\n> > b", "> a\n>\n> b", "quote inside", 2),
        ("- a\n\n  > b", "- a\n  b", "list item", 2),
        ("- a\n  - b\n\n  c", "- a\n  c\n  - b", "list item", 3),
        ("- a\n  - b\n\n  1. c", "- a\n  - b\n  - c", "list item", 3),
    ],
)
def test_what_is_not_allowed_degrades_and_is_reported(source: str, expected: str, word: str, line: int) -> None:
    """Each construct outside the subset keeps its words, and is named with its line."""
    assert plain(parse(source)) == expected
    (place, what), *others = unsupported(source)
    assert (place, others) == (line, [])
    assert word in what


@pytest.mark.parametrize(
    "source", ["> " * 5_000 + "end", "- " * 40 + "end", "".join(f"{'  ' * n}- {n}\n" for n in range(60))]
)
def test_nesting_too_deep_to_parse_stays_literal(source: str) -> None:
    """Text behind endless nesting is neither lost nor a crash, and it is reported."""
    assert plain(parse(source)).endswith(source.rsplit(maxsplit=1)[-1])
    assert "nested too deeply" in unsupported(source)[0][1]


def test_spans_inside_their_like_are_flattened() -> None:
    """The tree's depth is bounded: thousands of nested emphases are one."""
    source = "*a **b " * 2_000 + "x" + "** *" * 2_000

    def depth(node: object) -> int:
        return 1 + max((depth(child) for child in getattr(node, "children", ())), default=0)

    assert depth(_one(source)) <= 4


def test_paragraphs_are_the_top_level_blocks_without_addresses() -> None:
    """Search sees one plain text for each block, in the blocks' order."""
    source = "A [b](https://c.d).\n\n- e\n- f\n\n> g"
    assert paragraphs(source) == ("A b.", "- e\n- f", "> g")
    assert len(paragraphs(source)) == len(parse(source).blocks)
    assert plain(parse(source)).startswith("A b (https://c.d).")


def test_addresses_equal_to_their_words_are_not_repeated() -> None:
    """An address that is its own label is written once."""
    assert plain(parse("<https://a.b> <c@d.ef>")) == "https://a.b c@d.ef"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_parse_is_total(source: str) -> None:
    """No text makes the parser, the checks or the plain text raise."""
    assert isinstance(plain(parse(source)), str)
    unsupported(source)


_SIGNS = st.lists(
    st.sampled_from(
        [
            "*",
            "**",
            "_",
            "~~",
            "`",
            "```",
            "#",
            "> ",
            "- ",
            "1. ",
            "[a](",
            ")",
            "![",
            "]",
            "<b>",
            "|",
            "\n",
            "\n\n",
            "    ",
            "x",
            "\\",
            "&amp;",
            "---",
            "é",
            "\t",
            "  \n",
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=500)
@given(_SIGNS)
def test_parse_is_total_on_markup(source: str) -> None:
    """Nor does any heap of markup; and a tree that it reports nothing about is in the subset."""
    for block in parse(source).blocks:
        assert plain(block) is not None
    assert all(line >= 0 and what for line, what in unsupported(source))


_PROSE = st.text(st.characters(categories=["L", "M", "Nd"]) | st.sampled_from(" \n.,?!'\"()-:;%"), max_size=200)


@settings(max_examples=500)
@given(_PROSE)
def test_plain_text_loses_no_letters(source: str) -> None:
    """Letters of plain text come through in order."""
    assert _letters(plain(parse(source))) == _letters(source)


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalpha())


@settings(max_examples=500)
@given(st.text(st.sampled_from("ab1.) \n,-é:=+|"), max_size=60))
def test_the_shortcut_for_prose_agrees_with_the_parser(source: str) -> None:
    """Text that skips the Markdown parser reads as the parser would have read it."""
    assert parse(source) == Document(build._Builder(source).blocks)
