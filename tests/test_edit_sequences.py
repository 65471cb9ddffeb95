"""Random sequences of edits on files in every style that moderators write."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.errors import EditError
from bot.knowledge import edit, spans
from bot.knowledge.patch import Change, undone
from bot.knowledge.splice import find_item
from bot.knowledge.write import write

if TYPE_CHECKING:
    from collections.abc import Callable

# A deep run: BACKCHANNEL_EDIT_SEQUENCES=10000 pytest tests/test_edit_sequences.py
SEQUENCES = int(os.environ.get("BACKCHANNEL_EDIT_SEQUENCES", "60"))

PLAIN = """\
# The house rules of this file: keep it short.

collection:
  title: "Test: a collection"   # the colon needs quotes
  as_of: 2025-05-12

faq:
  # --- first topic ---
  - id: one
    question: What is one?  # asked often
    alternates:
      - tell me about one    # from the forum
      # these two came from chat
      - 'it''s one, right'
      - "one \\u00e9"
    keywords: [one, "two, three", four]
    answer: |  # Markdown
      First *line*.

        - indented
      # not a comment
    related: [section/alpha, faq/two]
    sources:
      - {title: "A, B", url: https://example.org/x, date: 2025-01-02}   # checked
      - title: In a block
        url: https://example.org/y
    as_of: 2025-05-12

  # --- second topic ---

  - id: two
    question: 'Two?'
    answer: >-
      Folded over
      two lines.


    positions:
      India: It holds that.
      Pakistan: |
        It holds

        the other.
    # a remark that ends the entry
# a remark between the lists
sections:
  - id: alpha
    title: Alpha beta
    text: "Quoted over
      two lines"
    tags: [a,
           b]   # tags
  - {id: beta, title: Beta gamma, text: 'In braces', alternates: [b one, b two]}
# the end
"""

TIGHT = """\
faq:
- id: one
  question: What is one?
  alternates:
  - tell me about one
  answer: One.
- id: two
  alternates: []
  not:
  - never this
  question: Two?
  answer: >
    Folded
    text.
  related:
  - faq/one
collection: {title: Tight}
sections: [{id: alpha, title: Alpha beta, text: Text here}]
out_of_scope:
- id: sport
  examples:
  - who won
  reply: Not here."""

IN_BRACES = (
    '{collection: {title: "Braces"}, faq: [{id: one, question: "One?", answer: Yes.}, '
    '{id: two, question: Two here, answer: "No, not so"}],\n # why\n sections: []}\n'
)

STYLES = (PLAIN, TIGHT, IN_BRACES, PLAIN.replace("\n", "\r\n"), "\ufeff" + PLAIN, TIGHT.replace("\n", "\r\n"))

WORDS = st.one_of(
    st.sampled_from(
        [
            "no",
            "12:30",
            "3.10",
            "2025-05-12",
            "a: b",
            "# x",
            "- y",
            "[z",
            "{w",
            "it's",
            'say "so"',
            "a, b",
            "é ü",
            "कश्मीर",
            "😀 ok",
            "!tag",
            "&a",
            "*b",
            "%c",
            "@d",
            "`e`",
            "null",
            "~",
            "a #b",
            "back\\slash",
            "---",
            "...",
            "|",
            ">",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30),
)
LINES = st.lists(WORDS, min_size=1, max_size=4).map("\n\n".join)


def assert_rest_untouched(before: str, after: str, entry_id: str) -> None:
    """Every character before the entry and after it stands as it stood."""
    prefix, slug = entry_id.split("/")
    item = find_item(spans.compose(before.removeprefix("\ufeff")), {"faq": "faq", "section": "sections"}[prefix], slug)
    shift = before.startswith("\ufeff")
    if item is None:  # added: what was there is there, around one new piece
        head = _common(before, after)
        tail = _common(before[head:][::-1], after[head:][::-1])
        assert head + tail == len(before) or before[head : len(before) - tail].strip(" ,[]") == ""
        return
    text = before[shift:]
    end = spans.content_end(item, text)
    end = spans.line_end(end, text) if spans.is_block(item) else end  # a remark on the last line is the entry's
    assert after.startswith(before[: spans.start(item) + shift])
    assert after.endswith(before[end + shift :])


def _common(one: str, other: str) -> int:
    return next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


class Edits(RuleBasedStateMachine):
    """Edits, checks that only what is meant has changed, and takes everything back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name) / "collection"
        self.root.mkdir()
        self.history: list[tuple[Change, dict[str, bytes]]] = []

    def teardown(self) -> None:
        """Take every edit back, newest first: each gives the very bytes that were there before it."""
        for change, before in reversed(self.history):
            write(undone(self.root, change.patch))
            assert self.bytes() == before
        self.folder.cleanup()

    def bytes(self) -> dict[str, bytes]:
        """Give every file's bytes."""
        return {path.name: path.read_bytes() for path in sorted(self.root.iterdir())}

    def ids(self) -> list[str]:
        """Give the ids of all entries."""
        trees = [yaml.safe_load(content) or {} for content in self.bytes().values()]
        lists = (("faq", "faq"), ("sections", "section"))
        return [f"{prefix}/{item['id']}" for tree in trees for kind, prefix in lists for item in tree.get(kind) or ()]

    @initialize(styles=st.lists(st.sampled_from(STYLES), min_size=1, max_size=1), extra=st.booleans())
    def start(self, styles: list[str], extra: bool) -> None:
        """Begin with a file in one of the styles."""
        (self.root / "a.yaml").write_bytes(styles[0].encode())
        if extra:
            (self.root / "b.yaml").write_bytes(b"# nothing yet\n")

    def make(self, entry_id: str, propose: Callable[[], Change]) -> None:
        """Make an edit, and check that it touched nothing else."""
        before = self.bytes()
        try:
            change = propose()
        except EditError as error:
            if "by hand" in str(error):  # the edit could not prove itself
                raise
            return
        if change.action != "retire":
            for file in change.files:
                assert_rest_untouched(file.before.decode(), file.after.decode(), entry_id)
        write(change)
        self.history.append((change, before))

    @rule(data=st.data(), phrasing=WORDS)
    def add_alternate(self, data: st.DataObject, phrasing: str) -> None:
        """Add a way to ask."""
        entry = data.draw(st.sampled_from(self.ids()))
        self.make(entry, lambda: edit.add_alternate(self.root, entry, phrasing))

    @rule(data=st.data(), phrasing=WORDS)
    def add_reject(self, data: st.DataObject, phrasing: str) -> None:
        """Add a look-alike."""
        entry = data.draw(st.sampled_from(self.ids()))
        self.make(entry, lambda: edit.add_reject(self.root, entry, phrasing))

    @rule(data=st.data(), body=LINES)
    def edit_body(self, data: st.DataObject, body: str) -> None:
        """Set the long text."""
        entry = data.draw(st.sampled_from(self.ids()))
        key = "answer" if entry.startswith("faq/") else "text"
        self.make(entry, lambda: edit.edit_fields(self.root, entry, {key: f"b {body}"}))

    @rule(
        data=st.data(),
        alternates=st.lists(WORDS, max_size=5, unique=True),
        tags=st.lists(WORDS, max_size=4),
        review=st.sampled_from(["", "2030-01-01", "2031-02-03"]),
        pinned=st.sampled_from([None, True, False]),
        positions=st.one_of(
            st.just({}), st.fixed_dictionaries({"India": LINES, "Pakistan": LINES}, optional={"Iran": LINES})
        ),
        owner=st.one_of(st.just(""), WORDS),
    )
    def edit_many(self, data: st.DataObject, **fields: object) -> None:
        """Set, change and take away several fields at once."""
        entry = data.draw(st.sampled_from(self.ids()))
        chosen = data.draw(st.sets(st.sampled_from(sorted(fields)), min_size=1))
        meant = {("review_by" if key == "review" else key): fields[key] for key in sorted(chosen)}
        self.make(entry, lambda: edit.edit_fields(self.root, entry, meant))

    @rule(
        data=st.data(),
        sources=st.lists(st.fixed_dictionaries({"title": WORDS}, optional={"date": st.just("2024-02-29")}), max_size=3),
    )
    def edit_sources(self, data: st.DataObject, sources: list[dict[str, str]]) -> None:
        """Add, remove and reorder sources."""
        entry = data.draw(st.sampled_from(self.ids()))
        there = edit.present(self.root, entry).get("sources", [])
        mixed = data.draw(st.permutations([*there, *sources]))
        self.make(entry, lambda: edit.edit_fields(self.root, entry, {"sources": mixed}))

    @rule(
        number=st.integers(0, 20),
        kind=st.sampled_from(["faq", "section"]),
        title=WORDS,
        body=LINES,
        alternates=st.lists(WORDS, max_size=2),
    )
    def add(self, number: int, kind: str, title: str, body: str, alternates: list[str]) -> None:
        """Add an entry."""
        fields = {"faq": ("question", "answer"), "section": ("title", "text")}[kind]
        words = {fields[0]: f"t {title}", "alternates": alternates, fields[1]: f"b {body}"}
        self.make(f"{kind}/new-{number}", lambda: edit.add_entry(self.root, f"{kind}/new-{number}", words))

    @rule(data=st.data())
    def retire(self, data: st.DataObject) -> None:
        """Take an entry away; where it stood, a comment says so, and every other entry is as it was."""
        ids = self.ids()
        if len(ids) > 1:
            entry, successor = data.draw(st.permutations(ids))[:2]
            rest = {one: edit.present(self.root, one) for one in ids if one != entry}
            self.make(entry, lambda: edit.retire(self.root, entry, successor))
            assert f"# retired: {entry}, see {successor}" in b"".join(self.bytes().values()).decode()
            for one, fields in rest.items():
                kept = [other for other in fields.pop("related", []) if other != entry]
                assert edit.present(self.root, one) == fields | ({"related": kept} if kept else {})

    @invariant()
    def always_yaml(self) -> None:
        """Be YAML after every step."""
        for content in self.bytes().values():
            yaml.safe_load(content)


Edits.TestCase.settings = settings(
    max_examples=SEQUENCES,
    stateful_step_count=12,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.reuse, Phase.generate),  # shrinking a sequence takes minutes and says little more
)
TestEdits = Edits.TestCase
