"""Knowledge is loaded to the letter of the format, whole or not at all."""

from __future__ import annotations

import gc
import os
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.compose import compose
from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from bot.model import Origin, Position, Source, Translation

if TYPE_CHECKING:
    from pathlib import Path

FULL = """\
collection:
  title: "Bridges: all of them"
  description: About
    bridges.
  scope: Bridges.
  language: pt-br
  as_of: 2025-05-12
  maintainers: [ada, grace]

sections:
  - {id: about, title: About, text: Some text.}

faq:
  - id: span
    question: "How long is it?"
    alternates:
      - how   long
      - span in metres
    not: [how old is it]
    keywords: [length, "no"]
    answer: |

      It is **long**.

      Very.
    related: [section/about, faq/age]
    sources:
      - {title: A book, url: HTTPS://example.org/a b, date: "2024-01-02"}
      - {title: Hearsay}
    positions:
      North: Longer.
      South: Shorter.
    as_of: 2025-01-31
    review_by: 2026-05-12
    owner: ada
    tags: [measure]
    pinned: true
    translations:
      HI: {question: "कितना लंबा?", alternates: [लंबाई], answer: लंबा।}
  - id: age
    question: How old is it?
    answer: Old.
    alternates:
    owner: ~

synonyms:
  - [metre, m]

out_of_scope:
  - id: tunnels
    examples: [what about tunnels]
    reply: Only bridges.

small_talk:
  - id: thanks
    examples: [thanks, ty]
    reply: You're welcome.
""".replace("/a b", "/a")


def _write(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def _entry(slug: str, extra: str = "") -> str:
    return f"  - id: {slug}\n    question: Q {slug}\n    answer: A\n{extra}"


def test_every_field_arrives(tmp_path: Path) -> None:
    """All that the format can say is in the snapshot, with text as it was written."""
    folder = _write(tmp_path / "bridges", all=FULL)
    (collection,) = load(folder).collections
    assert (collection.name, collection.path, collection.title) == ("bridges", folder, "Bridges: all of them")
    assert (collection.description, collection.scope) == ("About bridges.", "Bridges.")
    assert (collection.language, collection.as_of) == ("pt-BR", date(2025, 5, 12))
    assert (collection.maintainers, collection.synonyms) == (("ada", "grace"), (("metre", "m"),))
    assert [entry.id for entry in collection.entries] == ["faq/span", "faq/age", "section/about"]
    span, age, about = collection.entries
    assert (span.kind, span.title, span.body) == ("faq", "How long is it?", "It is **long**.\n\nVery.")
    assert span.phrasings == ("How long is it?", "how long", "span in metres")
    assert (span.rejects, span.keywords, span.tags) == (("how old is it",), ("length", "no"), ("measure",))
    assert span.related == ("section/about", "faq/age")
    assert span.sources == (
        Source(title="A book", url="HTTPS://example.org/a", date=date(2024, 1, 2)),
        Source(title="Hearsay"),
    )
    assert span.positions == (Position(holder="North", text="Longer."), Position(holder="South", text="Shorter."))
    assert (span.as_of, span.review_by) == (date(2025, 1, 31), date(2026, 5, 12))
    assert (span.owner, span.pinned) == ("ada", True)
    assert span.translations == {"hi": Translation(title="कितना लंबा?", alternates=("लंबाई",), body="लंबा।")}
    assert span.origin == Origin(path=folder / "all.yaml", line=14, column=5)
    assert (age.as_of, age.alternates, age.owner, age.pinned) == (date(2025, 5, 12), (), None, False)
    assert (about.kind, about.title, about.body) == ("section", "About", "Some text.")
    assert [(s.id, s.reason, s.examples, s.reply) for s in collection.stock_replies] == [
        ("tunnels", "out_of_scope", ("what about tunnels",), "Only bridges."),
        ("thanks", "small_talk", ("thanks", "ty"), "You're welcome."),
    ]


def test_a_collection_needs_no_header(tmp_path: Path) -> None:
    """Without a header the folder's name is the title and English the language."""
    (collection,) = load(_write(tmp_path / "plain", a="faq:\n" + _entry("x"))).collections
    assert (collection.title, collection.language, collection.as_of) == ("plain", "en", None)


def test_files_may_be_split_in_any_way(tmp_path: Path) -> None:
    """Sub-folders, both suffixes and file names carry no meaning; hidden files and folders are skipped."""
    _write(tmp_path, a="faq:\n" + _entry("x", "    related: [faq/y]\n"))
    _write(tmp_path / "z" / "deep", b="faq:\n" + _entry("y"))
    (tmp_path / "c.YML").write_text("faq:\n" + _entry("z"), encoding="utf-8")
    _write(tmp_path / ".git", d="not: [valid")
    (tmp_path / ".hidden.yaml").write_text("not: [valid", encoding="utf-8")
    (tmp_path / "schema.json").write_text("{}", encoding="utf-8")
    knowledge = load(tmp_path)
    assert list(knowledge.by_id) == ["faq/x", "faq/z", "faq/y"]


def test_several_collections_have_prefixed_ids(tmp_path: Path) -> None:
    """Ids and references of several collections carry their folder's name, and each collection's ids are its own."""
    _write(tmp_path / "north", a="faq:\n" + _entry("x", "    related: [faq/x]\n"))
    _write(tmp_path / "south" / "sub", a="faq:\n" + _entry("x"))
    (tmp_path / "assets").mkdir()
    (tmp_path / "schema.json").write_text("{}", encoding="utf-8")
    knowledge = load(tmp_path)
    assert [c.name for c in knowledge.collections] == ["north", "south"]
    assert list(knowledge.by_id) == ["north:faq/x", "south:faq/x"]
    assert knowledge.by_id["north:faq/x"].related == ("north:faq/x",)
    (only,) = load(tmp_path / "north").collections
    assert only.entries[0].id == "faq/x"


def test_a_folder_with_one_collection_has_plain_ids(tmp_path: Path) -> None:
    """A prefix is given only when several collections are loaded."""
    _write(tmp_path / "north", a="faq:\n" + _entry("x"))
    assert list(load(tmp_path).by_id) == ["faq/x"]


def test_an_error_anywhere_loads_nothing(tmp_path: Path) -> None:
    """One bad entry in one collection refuses them all, with every problem on the error."""
    _write(tmp_path / "north", a="faq:\n" + _entry("x"))
    _write(tmp_path / "south", a="faq:\n" + _entry("x") + "    pinned: 1\n" + _entry("y") + "    pined: 1\n")
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["bad-truth", "unknown-key"]
    assert str(tmp_path / "south" / "a.yaml") + ":5:13: error: " in str(caught.value)


def test_equal_content_has_an_equal_version(tmp_path: Path) -> None:
    """The version depends on what the files say, not on when or with which line ends they were written."""
    text = "faq:\n" + _entry("x")
    first = load(_write(tmp_path / "one" / "c", a=text))
    folder = _write(tmp_path / "two" / "c", renamed=text)
    os.utime(folder / "renamed.yaml", (1, 1))
    assert load(folder).version == first.version
    (folder / "renamed.yaml").write_bytes(text.replace("\n", "\r\n").encode())
    assert load(folder).version == first.version
    (folder / "renamed.yaml").write_text(text + "    pinned: true\n", encoding="utf-8")
    changed = load(folder)
    assert changed.version != first.version
    assert changed.collections[0].version != first.collections[0].version


def test_progress_is_reported_to_the_end(tmp_path: Path) -> None:
    """The caller hears of each file."""
    _write(tmp_path, a="faq:\n" + _entry("x"), b="faq:\n" + _entry("y"))
    heard: list[tuple[str, int, int]] = []
    load(tmp_path, progress=lambda *step: heard.append(step))
    assert heard == [("reading", 1, 2), ("reading", 2, 2)]


def test_the_garbage_collector_is_left_as_found(tmp_path: Path) -> None:
    """Loading pauses the collector and always starts it again, unless it was off."""
    with pytest.raises(KnowledgeError):
        load(_write(tmp_path, a="x"))
    assert gc.isenabled()
    gc.disable()
    try:
        load(_write(tmp_path, a="faq:\n" + _entry("x")))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_links_to_files_are_followed(tmp_path: Path) -> None:
    """Mounted configuration is made of links to files in a hidden folder."""
    _write(tmp_path / "c" / "..data", a="faq:\n" + _entry("x"))
    (tmp_path / "c" / "a.yaml").symlink_to("..data/a.yaml")
    assert list(load(tmp_path / "c").by_id) == ["faq/x"]


def test_the_shipped_collection_loads_with_its_published_ids() -> None:
    """Ids that messages already carry stay valid."""
    slugs = (
        "faq/main-contention faq/us-role faq/backchannel-diplomacy faq/obstacles faq/deescalation-pathways "
        "section/about section/key-takeaways section/historical-overview section/us-mediation "
        "section/backchannel-intricacies section/challenges section/pathways section/regional-organizations "
        "section/external-powers section/mediation-effectiveness section/confidence-building-measures "
        "faq/optimism section/economic-cooperation section/path-forward section/tips section/summary"
    )
    assert set(slugs.split()) <= load(shipped_path()).by_id.keys()


_TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split()) or "x"
)


@settings(max_examples=200)
@given(st.lists(_TEXT, min_size=1, max_size=5))
def test_text_survives_the_way_through_yaml(texts: list[str]) -> None:
    """Whatever text a YAML library writes, the reader gives back unchanged."""
    for unicode in (True, False):
        composed = compose(yaml.safe_dump({"a": texts}, allow_unicode=unicode, sort_keys=False))
        assert composed.root == {"a": texts}
        assert composed.findings == []


_SCALARS = st.from_regex(r"[-+0-9a-zA-Z.:_~]{1,12}", fullmatch=True)


@settings(max_examples=500)
@given(_SCALARS)
def test_unquoted_scalars_are_text_exactly_where_yaml_reads_text(text: str) -> None:
    """What PyYAML would turn into a number, a date, a truth value or nothing never passes as text."""
    source = f"[{text}]"
    composed = compose(source)
    if composed.complete and isinstance(composed.root, list) and all(c not in text for c in ":"):
        try:
            (value,) = yaml.safe_load(source)
        except ValueError:  # a day that no calendar has
            value = None
        assert (composed.root[0] == text) == isinstance(value, str)
