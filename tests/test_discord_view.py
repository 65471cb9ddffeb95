"""Cards as Discord messages, judged by Discord's own limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count

import pytest

pytest.importorskip("discord")

from adapters import discord_topics
from adapters.discord_ids import MAX_CUSTOM_ID, Press, long, short
from adapters.discord_pages import MAX_CONTENT, plain
from adapters.discord_view import COMPLAINTS, Frame, complaint, hint, layout, report, shared
from bot.markdown import parse
from bot.model import Action, Card, PositionView, Source, Suggestion
from bot.service import Topics
from tests.fakes.discord_limits import V2_FLAG, buttons_of, problems, text_of

ENTRY = "india-pakistan-crisis:section/" + "a" * 40
KEY, PERSON = "k" * 12, "9" * 20
ALPHABETS = {
    "ascii": "lorem ipsum ",
    "markup": "*_~|`[]<># ",
    "devanagari": "युद्धविराम की ",
    "urdu": "جنگ بندی کی ",
    "cjk": "停火协议谈判",
    "emoji": "👩‍👩‍👧‍👦🇮🇳 ",
}


def filled(alphabet: str, length: int) -> str:
    """Text of exactly so many characters, of one alphabet."""
    return (ALPHABETS[alphabet] * (length // len(ALPHABETS[alphabet]) + 1))[:length].strip().ljust(length, "x")


def longest(alphabet: str, body: int) -> Card:
    """The longest card that the knowledge format allows."""
    text = filled(alphabet, body)
    return Card(
        title=filled(alphabet, 150),
        body=parse(text),
        positions=tuple(
            PositionView(holder=filled(alphabet, 80), body=parse(filled(alphabet, 1500))) for _ in range(4)
        ),
        sources=tuple(
            Source(title=filled(alphabet, 200), url=f"https://example.org/{n}/" + "u" * 400) for n in range(30)
        ),
        as_of=date(2025, 5, 12),
        notice=filled(alphabet, 300),
        suggestions_title=filled(alphabet, 30),
        suggestions=tuple(Suggestion(entry_id=f"{ENTRY}{n}", label=filled(alphabet, 150)) for n in range(3)),
        actions=tuple(Action),
        language="en",
    )


def payload(view: object) -> dict[str, object]:
    """What the library would send for a view."""
    return {"components": view.to_components(), "flags": V2_FLAG}  # type: ignore[attr-defined]


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("body", [3000, 8000])
def test_the_longest_card_fits(alphabet: str, private: bool, body: int) -> None:
    """The longest texts in every script are within every limit, on every page, and no page is a repetition."""
    card = longest(alphabet, body)
    frame = Frame(key=KEY, person=PERSON, entry_id=ENTRY, private=private, whole=True, lead="Für <@1>" * 10)
    seen = set()
    for page in count():
        shown = payload(layout(card, replace(frame, page=page)))
        assert problems(shown) == []
        text = text_of(shown)
        if text in seen:
            break
        seen.add(text)
    assert page > 1, "so much text needs pages"


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_plain_form_fits(alphabet: str) -> None:
    """The form without components is at most 2,000 characters and not empty."""
    text = plain(longest(alphabet, 8000))
    assert 500 < len(text) <= MAX_CONTENT


def test_pages_say_everything() -> None:
    """Turning the pages reads the whole text, in order and once."""
    words = [f"word{number}" for number in range(1100)]
    card = Card(
        title="Long", body=parse("\n\n".join(" ".join(words[i : i + 50]) for i in range(0, 1100, 50))), language="en"
    )
    frame = Frame(key=KEY, person=PERSON, entry_id=ENTRY, whole=True)
    read = []
    for page in range(3):
        read += [
            word
            for word in text_of(payload(layout(card, replace(frame, page=page)))).split()
            if word.startswith("word")
        ]
    assert read == words


def test_page_buttons_lead_on_and_back() -> None:
    """The first page has only Next, the last only Previous; the ids carry the page and the entry."""
    card = Card(title="Long", body=parse("\n\n".join(["text " * 100] * 20)), language="en")
    frame = Frame(key=KEY, person=PERSON, entry_id="section/about", whole=True)
    first = buttons_of(payload(layout(card, frame)))
    assert Press.parse(first["Next"]) == Press(verb="page", key=KEY, person=PERSON, argument="1.section/about")
    assert "Previous" not in first
    last = buttons_of(payload(layout(card, replace(frame, page=99))))
    assert "Next" not in last
    assert "Previous" in last


def test_positions_stay_together() -> None:
    """What the sides hold is not torn apart by the end of a page."""
    positions = tuple(
        PositionView(holder=side, body=parse(f"{side} holds " + "this " * 150)) for side in ("India", "Pakistan")
    )
    card = Card(title="T", body=parse("\n\n".join(["text " * 120] * 5)), positions=positions, language="en")
    frame = Frame(key=KEY, person=PERSON, entry_id="section/about", whole=True)
    texts = [text_of(payload(layout(card, replace(frame, page=page)))) for page in range(2)]
    assert ["India" in text for text in texts] == ["Pakistan" in text for text in texts] == [False, True]


def test_share_is_private_and_remove_is_public() -> None:
    """A private reply can be shared, a public one removed, never the other way round."""
    card = Card(title="T", body=parse("x"), actions=tuple(Action), language="en")
    private = buttons_of(payload(layout(card, Frame(entry_id="faq/a", private=True))))
    public = buttons_of(payload(layout(card, Frame(entry_id="faq/a", private=False))))
    assert "Share" in private
    assert "Remove" not in private
    assert "Remove" in public
    assert "Share" not in public


def test_suggestions_carry_ids_not_labels() -> None:
    """A button's id names the entry; its label may be anything."""
    card = Card(
        title="T", body=parse("x"), suggestions=(Suggestion(entry_id="faq/a", label="Something else"),), language="en"
    )
    for choosing, verb in ((True, "pick"), (False, "more")):
        shown = buttons_of(payload(layout(card, Frame(key=KEY, person="7", choosing=choosing))))
        assert Press.parse(shown["Something else"]) == Press(verb=verb, key=KEY, person="7", argument="faq/a")


def test_as_of_and_sources_stand_below() -> None:
    """The date comes in the reader's own writing, the sources as links."""
    card = Card(
        title="T",
        body=parse("x"),
        sources=(Source(title="A *report*", url="https://example.org/r"), Source(title="No link")),
        as_of=date(2025, 5, 12),
        language="en",
    )
    assert "-# As of <t:1747051200:D> · Sources: [A \\*report\\*](https://example.org/r), No link" in text_of(
        payload(layout(card, Frame()))
    )


def test_hostile_knowledge_shows_as_typed() -> None:
    """Mentions in titles, labels, holders and sources are text."""
    bad = "@everyone <@1> <@&2> <#3>"
    card = Card(
        title=bad,
        body=parse(bad),
        positions=(PositionView(holder=bad, body=parse(bad)),),
        sources=(Source(title=bad),),
        notice=bad,
        language="en",
    )
    for text in (
        text_of(payload(layout(card, Frame()))),
        plain(card),
        text_of(payload(hint(bad, "en", Frame(entry_id="faq/a")))),
    ):
        assert "@everyone" not in text
        for mention in ("<@1>", "<@&2>", "<#3>"):
            assert text.count(mention) == text.count("\\" + mention)


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_the_other_messages_fit(alphabet: str) -> None:
    """The hint, the complaint, the report, the shared copy and the topics are within the limits too."""
    card = replace(longest(alphabet, 100), positions=(), sources=())
    frame = Frame(key=KEY, person=PERSON, entry_id=ENTRY, private=False, lead="<@1>")
    topics = Topics(
        title=filled(alphabet, 300),
        questions=tuple(Suggestion(entry_id=f"{ENTRY}{n}", label=filled(alphabet, 150)) for n in range(60)),
        sections=tuple(Suggestion(entry_id=f"faq/{n}", label="x") for n in range(60)),
    )
    views = [
        hint(card.title, "en", frame),
        complaint(card, frame, ENTRY),
        report(filled(alphabet, 9000)),
        shared([filled(alphabet, 1000)], "en", frame),
        *(discord_topics.layout([topics, topics], "en", person=PERSON, page=page) for page in range(5)),
        discord_topics.layout([], "en", person=PERSON),
    ]
    for view in views:
        assert problems(payload(view)) == []


def test_every_complaint_has_a_button() -> None:
    """Each kind of complaint that the store knows can be pressed."""
    card = Card(title="T", body=parse("x"), language="en")
    pressed = [Press.parse(one) for one in buttons_of(payload(complaint(card, Frame(key=KEY), "faq/a"))).values()]
    assert [one.argument for one in pressed if one] == [f"{letter}.faq/a" for letter in COMPLAINTS]


@pytest.mark.parametrize("entry_id", ["faq/us-role", "section/" + "a" * 40, "c" * 200 + ":section/" + "a" * 40])
def test_ids_come_back_whole(entry_id: str) -> None:
    """However long an entry's id, it fits a button and is found again."""
    known = ["faq/other", entry_id]
    press = Press(verb="topics", key=KEY, person=PERSON, argument="99." + short(entry_id))
    assert len(str(press)) <= MAX_CUSTOM_ID
    assert Press.parse(str(press)) == press
    assert long(short(entry_id), known) == entry_id


def test_foreign_ids_are_not_ours() -> None:
    """Ids of other versions and of other bots are not read."""
    for custom_id in ("", "bc0:helpful:k:1:faq/a", "bc1:helpful", "vote:up", "bc1:helpful:" + "k" * 13 + "::"):
        assert Press.parse(custom_id) is None
    assert long("#0123456789abcdef", ["faq/a"]) == "#0123456789abcdef"
