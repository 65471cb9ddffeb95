"""The evaluation's page: self-contained, readable without eyes, and safe with what people asked."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from bot.evaluate import Case, Result
from bot.page import page
from tests.samples import match, sample_knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Knowledge, Outcome

HOSTILE = "<script>alert(1)</script> & \"'"
VOID = {"meta", "br"}


class Tags(HTMLParser):
    """Checks that tags close in order, and keeps what was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        assert self.open.pop() == tag


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    """Load the small collection."""
    return sample_knowledge(tmp_path / "library")


@pytest.fixture
def html(knowledge: Knowledge) -> str:
    """Write a page of some results, a hostile one among them."""
    results = []
    done: list[tuple[set[str], Outcome, str]] = [
        ({"faq/borrow"}, "answer", "faq/borrow"),
        ({"faq/borrow"}, "answer", "faq/noise"),
        ({"section/history"}, "suggest", "section/history"),
        (set(), "answer", "faq/borrow"),
        (set(), "none", "faq/noise"),
    ]
    for number, (relevant, outcome, entry_id) in enumerate(done):
        case = Case(query=HOSTILE, relevant=frozenset(relevant), kind=f"kind {number % 2} <i>")
        results.append(
            Result(case=case, outcome=outcome, matches=(match(knowledge.by_id[entry_id], 0.15 + number / 6),))
        )
    return page(results, knowledge, "cases <b>")


def test_nothing_is_requested_and_nothing_runs(html: str) -> None:
    """No script, no address and no event handler; the browser is told to refuse them as well."""
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    assert "script" not in {tag for tag, _ in tags.seen}
    for _, attributes in tags.seen:
        assert not {name for name in attributes if name in {"src", "href", "srcset"} or name.startswith("on")}
    assert not re.search(r"url\(|@import|https?://", html)
    assert "default-src 'none'" in html


def test_what_people_asked_is_shown_as_typed(html: str) -> None:
    """Markup in questions, kinds and names is text."""
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#x27;" in html
    assert "cases &lt;b&gt;" in html
    assert "kind 0 &lt;i&gt;" in html


def test_every_plot_is_named_and_described(html: str) -> None:
    """A screen reader gets a title and the figures; each drawing is well-formed."""
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(drawings) == 5
    for drawing in drawings:
        root = ET.fromstring(drawing)  # noqa: S314 (our own drawing)
        assert root.get("role") == "img"
        names = {child.get("id"): child.text for child in root if child.tag in {"title", "desc"}}
        assert set((root.get("aria-labelledby") or "").split()) == set(names)
        assert all(names.values())


def test_bars_carry_their_counts(html: str) -> None:
    """Pointing at a piece of a bar says how many of how many."""
    assert "right one offered: 1 of 2 (50%)" in html
    assert "answered all the same: 1 of 1 (100%)" in html


def test_drawings_stay_inside_their_frame(html: str) -> None:
    """No bar, dot or label begins outside the picture."""
    for drawing in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        root = ET.fromstring(drawing)  # noqa: S314 (our own drawing)
        _, _, width, height = map(float, (root.get("viewBox") or "").split())
        for shape in root.iter():
            for name, limit in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                if (value := shape.get(name)) is not None:
                    assert 0 <= float(value) <= limit


def test_the_page_without_mistakes_says_so(knowledge: Knowledge) -> None:
    """Nothing wrong, nothing confused, and still a page."""
    case = Case(query="q", relevant=frozenset({"faq/borrow"}), kind="k")
    html = page([Result(case=case, outcome="answer", matches=(match(knowledge.by_id["faq/borrow"]),))], knowledge, "c")
    assert "no answer was wrong" in html
    assert "mistaken for which" not in html


def test_both_light_and_dark_are_dressed(html: str) -> None:
    """Every colour of the light page has a counterpart in the dark."""
    light, dark = (set(re.findall(r"(--[\w-]+):", part)) for part in html.split("prefers-color-scheme: dark")[:2])
    assert light
    assert light == dark
