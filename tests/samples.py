"""A small collection on real files, and decisions about it, for tests that need something to answer with."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adapters.settings import platforms
from bot.knowledge.load import load
from bot.model import Decision, Evidence, Match, Passage, WordEvidence
from bot.places import read_places

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Entry, Knowledge, Outcome, Reason
    from bot.places import Places

LONG = "\n\n".join(f"Paragraph {number} of the long section. {'It has many words. ' * 20}" for number in range(8))
_INDENTED = "".join(f"      {line}\n" if line else "\n" for line in LONG.split("\n"))
FILES = {
    "collection.yaml": """\
collection:
  title: The harbour library
  scope: I can answer questions about the harbour library.
  as_of: 2026-01-15
""",
    "faq.yaml": """\
faq:
  - id: opening-hours
    question: When is the library open?
    alternates:
      - opening hours
      - what time do you close
      - are you open on sunday
    not:
      - when is the harbour open for ships
    answer: |
      It is open from **nine to five**, on [weekdays](https://library.example/hours).

      On Sundays it is closed.
    related: [faq/borrow, section/history]
    sources:
      - {title: House rules, url: "https://library.example/rules", date: 2026-01-02}
    review_by: 2026-06-01
    pinned: true
    translations:
      de: {question: Wann hat die Bibliothek offen?, answer: Von neun bis fünf.}
  - id: borrow
    question: How many books may I borrow?
    alternates: [borrowing limit, how many books can i take home]
    answer: Ten books at a time, for a month.
  - id: noise
    question: Is the reading room too quiet?
    alternates: [silence in the reading room]
    answer: People disagree.
    positions:
      Readers: It is *just right*.
      Visitors: It is far too quiet.
""",
    "sections.yaml": f"""\
sections:
  - id: history
    title: How the library came about
    alternates: [history of the library, who founded the library]
    text: |
      # Beginnings

{_INDENTED}""",
    "others.yaml": """\
out_of_scope:
  - id: weather
    examples: [what is the weather today, will it rain tomorrow]
    reply: I only know the library, not the weather.
small_talk:
  - id: thanks
    examples: [thanks, thank you so much]
    reply: You're welcome.
""",
}


def write_files(folder: Path, files: dict[str, str] = FILES) -> Path:
    """Write a collection's files and give its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def sample_knowledge(folder: Path) -> Knowledge:
    """Load the small collection."""
    return load(write_files(folder))


def match(entry: Entry, confidence: float = 0.9, passage: tuple[int, int] | None = None) -> Match:
    """Make a match with an entry, as search makes them."""
    words = (
        WordEvidence(word="open", weight=0.7, partner="opening", strength=0.9),
        WordEvidence(word="zeppelin", weight=0.3, partner=None, strength=0.0),
    )
    return Match(
        entry=entry,
        confidence=confidence,
        evidence=Evidence(phrasing=entry.title, words=words, features=MappingProxyType({})),
        passage=Passage(text="the passage", first_block=passage[0], last_block=passage[1]) if passage else None,
    )


def decided(outcome: Outcome, reason: Reason, *matches: Match, language: str | None = None) -> Decision:
    """Make a decision, as search makes them."""
    return Decision(
        question="when is it open",
        outcome=outcome,
        reason=reason,
        rule="The best match is sure.",
        matches=matches,
        language=language,
    )


def places(folder: Path, settings: str, **environ: str) -> Places:
    """Read what a settings file says of places."""
    file = folder / "backchannel.toml"
    file.write_text(settings, encoding="utf-8")
    return read_places(platforms(), environ, file)
