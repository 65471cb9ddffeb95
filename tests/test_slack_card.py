"""Cards as Slack messages: every entry and kind of reply within every limit, and everything literal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("slack_bolt")

from hypothesis import given
from hypothesis import strategies as st

from adapters import slack_views as views
from adapters.slack_card import MAX_PAGE, Setting, fallback, pages, render
from adapters.slack_text import escape, rich_text
from adapters.slack_values import Name, Value, action_id, name_of
from bot.answer import card_of, compose
from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from bot.markdown import parse, plain
from bot.model import Action, Card, PositionView, Source, Suggestion
from bot.wording import languages
from tests.fakes.slack_limits import block_problems, texts, view_problems
from tests.samples import decided, match, sample_knowledge

if TYPE_CHECKING:
    from pathlib import Path


TODAY = date(2026, 7, 1)
SURFACES: dict[str, str] = {"everyone": "message", "asker": "ephemeral", "direct": "message", "form": "modal"}
VALUE = Value(key="k" * 12, entry_id="faq/opening-hours", question="when?", asker="U1")
SCRIPTS = {
    "ascii": "word ",
    "hindi": "युद्धविराम ",
    "urdu": "جنگ بندی ",
    "chinese": "停火协议",
    "emoji": "👩‍👩‍👧‍👦🇮🇳",
    "one": "x" * 50,
}


def problems(card: Card, value: Value = VALUE) -> list[str]:
    """List what Slack would refuse of a card, for every audience and page."""
    found = []
    for audience, choose in product(SURFACES, (True, False)):
        echo = choose
        setting = Setting(
            audience=audience,  # type: ignore[arg-type]  # one of the audiences
            value=value,
            echo=echo,
            choose=choose,
            shared_by="ana" if echo else "",
        )
        found += block_problems(render(card, setting), SURFACES[audience])
    found += view_problems(views.answer_view(card, value))
    for page in range(len(pages(card)) + 1):
        found += view_problems(views.reader(card, replace(value, page=page)))
    return found


def test_every_entry_of_the_shipped_collection_fits() -> None:
    """Each entry in full, and as an answer, for every audience and from either side."""
    knowledge = load(shipped_path())
    for entry, language in product(knowledge.by_id.values(), ("en", "ur")):
        card = card_of(entry.id, today=TODAY, locale=language, knowledge=knowledge)
        assert problems(card) == [], entry.id
        reply = compose(
            decided("answer", "matched", match(entry, passage=(0, 0))),
            today=TODAY,
            locale=language,
            knowledge=knowledge,
        )
        assert problems(reply.card) == [], entry.id


@pytest.mark.parametrize("language", languages())
def test_every_kind_of_reply_fits(tmp_path: Path, language: str) -> None:
    """Answers, choices, the honest line and the short notices."""
    knowledge = sample_knowledge(tmp_path)
    entries = [match(entry) for entry in knowledge.by_id.values()]
    for decision in (
        decided("answer", "matched", *entries),
        decided("suggest", "ambiguous", *entries),
        decided("none", "unknown", *entries),
        decided("none", "unclear"),
        decided("none", "empty"),
        decided("none", "too_long"),
        decided("none", "out_of_scope"),
    ):
        stock = knowledge.collections[0].stock_replies[0] if decision.reason == "out_of_scope" else None
        card = compose(
            replace(decision, stock_reply=stock), today=TODAY, locale=language, knowledge=knowledge
        ).card  # fmt: skip
        assert problems(card) == [], decision.reason
        assert fallback(card)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("form", ["paragraph", "code", "list", "quote", "paragraphs"])
def test_the_longest_texts_fit(script: str, form: str) -> None:
    """The longest that the format allows, in every script: titles, bodies, positions, sources, questions."""
    unit = SCRIPTS[script]

    def filled(length: int) -> str:
        return (unit * (length // len(unit) + 1))[:length]

    body = {
        "paragraph": filled(8000),
        "code": f"```\n{filled(7980)}\n```",
        "list": "\n".join(f"- {filled(70)}\n  - {filled(70)}" for _ in range(50)),
        "quote": "\n".join(f"> {filled(100)}" for _ in range(70)),
        "paragraphs": "\n\n".join(filled(30) for _ in range(250)),
    }[form]
    card = Card(
        title=filled(150),
        body=parse(body),
        positions=tuple(PositionView(holder=filled(40), body=parse(filled(900))) for _ in range(3)),
        sources=tuple(Source(title=filled(300), url="https://example.org/" + "a" * 400, date=TODAY) for _ in range(12)),
        as_of=TODAY,
        notice=filled(300),
        suggestions_title=filled(40),
        suggestions=tuple(Suggestion(entry_id="long-collection:section/" + "a" * 40, label=filled(150)) for _ in "123"),
        actions=tuple(Action),
        language="en",
    )
    assert problems(card, replace(VALUE, question=filled(2000))) == []


def test_pages_lose_nothing() -> None:
    """A long section's pages together say all of it, each within its length, the rest of the card on the last."""
    body = parse("\n\n".join(f"Paragraph {number}. " + "Many words. " * 40 for number in range(16)))
    card = Card(title="T", body=body, sources=(Source(title="S"),), actions=(Action.HELPFUL,), language="en")
    leaves = pages(card)
    assert len(leaves) > 1
    assert all(len(plain(leaf.body)) <= MAX_PAGE + 100 for leaf in leaves)
    assert [block for leaf in leaves for block in leaf.body.blocks] == list(body.blocks)
    assert [bool(leaf.sources) for leaf in leaves] == [False] * (len(leaves) - 1) + [True]


def test_positions_are_shown_together_in_their_order() -> None:
    """Every side, with its holder's name, in the knowledge's order."""
    sides = tuple(PositionView(holder=name, body=parse(f"What {name} says.")) for name in ("B", "A", "C"))
    card = Card(title="T", body=parse("Body."), positions=sides, language="en")
    said = "\n".join(texts(render(card, Setting(audience="asker", value=VALUE))))
    places = [said.index(f"What {name} says.") for name in ("B", "A", "C")]
    assert places == sorted(places)


def test_many_sides_fit() -> None:
    """However many sides a matter has, each is shown with its holder."""
    sides = tuple(PositionView(holder=f"Side {n:02}", body=parse("They say much. " * 50)) for n in range(60))
    card = Card(title="T", body=parse("Body. " * 500), positions=sides, language="en")
    assert problems(card) == []
    said = "\n".join(texts(render(card, Setting(audience="everyone", value=VALUE))))
    assert all(f"Side {n:02}" in said for n in range(60))


HOSTILE = (
    "<!channel>",
    "<@U123>",
    "<#C1>",
    "<!subteam^S1>",
    "<https://x.example|y>",
    "*b*",
    "_i_",
    "~s~",
    "`c`",
    "&lt;",
)


def test_hostile_knowledge_and_questions_show_as_typed() -> None:
    """Slack's markup in any field is text; only our own link markup is ever read as markup."""
    hostile = " ".join(HOSTILE)
    literal = parse("x").blocks[0]
    card = Card(
        title=hostile,
        body=type(parse("x"))((replace_text(literal, hostile),)),
        positions=(PositionView(holder=hostile, body=parse("x")),),
        sources=(Source(title=hostile, url="https://example.org/?a=1|<!here>"), Source(title=hostile)),
        notice=hostile,
        suggestions_title=hostile,
        suggestions=(Suggestion(entry_id="faq/x", label=hostile),),
        actions=tuple(Action),
        language="en",
    )
    setting = Setting(audience="everyone", value=replace(VALUE, question=hostile), echo=True, shared_by=hostile)
    blocks = render(card, setting)
    assert block_problems(blocks) == []
    marked = [piece["text"] for piece in walk(blocks) if piece.get("type") == "mrkdwn"]
    assert marked == ["<https://example.org/?a=1%7C&lt;!here&gt;>"]
    shown = "\n".join(texts(blocks))
    assert shown.count(hostile) >= 6
    assert "<!" not in fallback(card)
    assert "<@" not in fallback(card)


@given(st.text(max_size=400))
def test_any_markdown_renders_within_limits(source: str) -> None:
    """Whatever a moderator writes: Slack takes it, and loses no visible word of it."""
    document = parse(source)
    block = rich_text(document.blocks)
    if block is None:
        assert not plain(document).strip()
        return
    assert block_problems([block]) == []


def test_lists_keep_their_numbers_and_depth() -> None:
    """A numbered list goes on counting after a list inside it, and starts where it starts."""
    block = rich_text(parse("3. three\n   - inner\n4. four\n").blocks)
    assert block is not None
    shapes = [(part["style"], part["indent"], part.get("offset", 0)) for part in block["elements"]]
    assert shapes == [("ordered", 0, 2), ("bullet", 1, 0), ("ordered", 0, 3)]


def test_markdown_becomes_styles() -> None:
    """Bold, italic, struck, code and links carry over, nested ones together."""
    block = rich_text(parse("**a *b* ~~c~~** `d` [e](https://x.example)").blocks)
    assert block is not None
    styled = {
        piece["text"]: piece.get("style", {}) for piece in block["elements"][0]["elements"] if piece["text"].strip()
    }
    assert styled["b"] == {"bold": True, "italic": True}
    assert styled["c"] == {"bold": True, "strike": True}
    assert styled["d"] == {"code": True}
    assert block["elements"][0]["elements"][-1]["url"] == "https://x.example"


def test_paragraphs_and_headings_keep_apart() -> None:
    """A blank line between paragraphs, none under a heading, as Slack's own editor writes them."""
    block = rich_text(parse("# H\n\none\n\ntwo").blocks)
    assert block is not None
    assert "".join(texts(block)) == "H\none\n\ntwo"


@given(
    st.builds(
        Value, key=st.text(max_size=12), entry_id=st.text(max_size=120), question=st.text(), page=st.integers(0, 99)
    )
)
def test_values_survive_the_way_there_and_back(value: Value) -> None:
    """What a button carries comes back as it was, in at most 2,000 characters."""
    written = value.encode()
    assert len(written) <= 2000
    assert Value.decode(written) == value


@given(st.text(min_size=1500, max_size=2000))
def test_a_long_question_is_cut_to_fit(question: str) -> None:
    """The question is cut, never the entry."""
    value = replace(VALUE, question=question)
    back = Value.decode(value.encode())
    assert len(value.encode()) <= 2000
    assert back is not None
    assert (back.key, back.entry_id) == (value.key, value.entry_id)


def test_action_ids_name_their_version() -> None:
    """An id of this version is read; any other is nobody's."""
    assert name_of(action_id(Name.SHARE, 3)) is Name.SHARE
    assert name_of("bc0:share:0") is None
    assert name_of("bc1:other:0") is None
    assert name_of("") is None


def test_escaping_is_slacks() -> None:
    """The three characters that Slack asks for."""
    assert escape("<a> & b") == "&lt;a&gt; &amp; b"


def replace_text(paragraph: Any, text: str) -> Any:
    """Make a paragraph of literal text."""
    from bot.markdown import Paragraph, Text

    assert isinstance(paragraph, Paragraph)
    return Paragraph((Text(text),))


def walk(node: object) -> list[dict[str, Any]]:
    """Walk every object in blocks."""
    if isinstance(node, dict):
        return [node, *(found for value in node.values() for found in walk(value))]
    if isinstance(node, list):
        return [found for value in node for found in walk(value)]
    return []
