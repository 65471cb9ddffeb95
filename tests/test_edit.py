"""Edits from chat end in the YAML as a person would have typed them, and can be taken back byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import EditConflict, EditError
from bot.knowledge import edit
from bot.knowledge.load import load
from bot.knowledge.patch import applied, undone
from bot.knowledge.write import write
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.knowledge.patch import Change

ENTRY = """\
# House rules
faq:
  - id: hours   # never change
    question: When is it open?
    alternates:
      - opening hours   # from the forum
      - 'what''s open'
    keywords: [open, "late, night"]
    answer: |  # Markdown
      From **nine** to five.

      Closed on Sundays.
    related: [faq/borrow]
    review_by: 2026-06-01  # ask Asha
  # --- lending ---
  - id: borrow
    question: How many?
    answer: >-
      Ten books at a time, for
      a month.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection of one file."""
    return write_files(tmp_path / "library", {"faq.yaml": ENTRY, "about.yaml": "collection: {title: Library}\n"})


def changed(change: Change) -> list[str]:
    """The lines that a change takes away and adds."""
    marks = ("---", "+++")
    return [line for line in change.diff.splitlines() if line[:1] in "+-" and not line.startswith(marks)]


def test_an_alternate_is_one_line_more(root: Path) -> None:
    """A new way to ask goes below the others, and nothing else moves."""
    change = edit.add_alternate(root, "faq/hours", "are you   open late?\n")
    assert changed(change) == ["+      - are you open late?"]


def test_the_first_alternate_begins_the_list(root: Path) -> None:
    """An entry without alternates gets the list where people look for it: after its question."""
    change = edit.add_alternate(root, "faq/borrow", "lending limit")
    assert changed(change) == ["+    alternates:", "+      - lending limit"]
    assert "    question: How many?\n+    alternates:" in change.diff


@pytest.mark.parametrize(
    ("phrasing", "line"),
    [
        ("no", '"no"'),
        ("12:30", '"12:30"'),
        ("2025-05-12", '"2025-05-12"'),
        ("what: now #1", '"what: now #1"'),
        ('say "no": now', "'say \"no\": now'"),
        ("- dash", '"- dash"'),
        ("कब खुलता है", "कब खुलता है"),
        ("open 😀?", "open 😀?"),
        ("tab\there", "tab here"),
        ("bell\a\u2028line", "bell line"),
    ],
)
def test_what_yaml_would_misread_is_quoted(root: Path, phrasing: str, line: str) -> None:
    """Text stays text, whatever YAML would make of it unquoted."""
    assert changed(edit.add_alternate(root, "faq/hours", phrasing)) == [f"+      - {line}"]


def test_a_field_keeps_its_quotes_remark_and_style(root: Path) -> None:
    """Only the value is replaced: the quotes and the remark beside it stay."""
    fields = {
        "alternates": ["opening times", "what's shut"],
        "review_by": "2027-06-01",
        "answer": "From **ten** to five.\n\nClosed on Sundays.",
    }
    assert changed(edit.edit_fields(root, "faq/hours", fields)) == [
        "-      - opening hours   # from the forum",
        "-      - 'what''s open'",
        "+      - opening times   # from the forum",
        "+      - 'what''s shut'",
        "-      From **nine** to five.",
        "+      From **ten** to five.",
        "-    review_by: 2026-06-01  # ask Asha",
        "+    review_by: 2027-06-01  # ask Asha",
    ]


def test_a_folded_paragraph_stays_folded_to_its_width(root: Path) -> None:
    """A paragraph that was broken into lines is broken into lines of that width again."""
    change = edit.edit_fields(root, "faq/borrow", {"answer": "Twelve books at a time, for two months."})
    assert [line for line in changed(change) if line.startswith("+")] == [
        "+      Twelve books at a time,",
        "+      for two months.",
    ]


def test_a_short_list_grows_in_its_brackets(root: Path) -> None:
    """A list in brackets stays one."""
    change = edit.edit_fields(root, "faq/hours", {"keywords": ["open", "late, night", "a: b"]})
    assert changed(change)[1] == '+    keywords: [open, "late, night", "a: b"]'


def test_an_emptied_field_goes(root: Path) -> None:
    """A field without a value leaves no trace."""
    change = edit.edit_fields(root, "faq/hours", {"keywords": [], "review_by": None})
    assert changed(change) == ['-    keywords: [open, "late, night"]', "-    review_by: 2026-06-01  # ask Asha"]


def test_a_new_entry_looks_like_the_others(root: Path) -> None:
    """It goes to the end of its list, in the format's order as given, indented as its neighbours are."""
    fields = {"question": "Where is it?", "alternates": ["address"], "answer": "At the harbour.\n\nBy the bridge."}
    assert changed(edit.add_entry(root, "faq/place", fields)) == [
        "+  - id: place",
        "+    question: Where is it?",
        "+    alternates:",
        "+      - address",
        "+    answer: |",
        "+      At the harbour.",
        "+",
        "+      By the bridge.",
    ]


def test_a_new_kind_begins_its_list(root: Path) -> None:
    """The first thing out of scope begins the list of them."""
    change = edit.add_entry(root, "out_of_scope/rain", {"examples": ["will it rain"], "reply": "Not here."})
    write(change)
    assert load(root).collections[0].stock_replies[0].examples == ("will it rain",)


def test_retiring_lets_go_of_what_points_there(root: Path) -> None:
    """The entry goes, with it the `related` of others that name it; the collection still loads."""
    change = edit.retire(root, "faq/borrow")
    write(change)
    assert changed(change)[0] == "-    related: [faq/borrow]"
    assert list(load(root).by_id) == ["faq/hours"]
    assert "# --- lending ---" in (root / "faq.yaml").read_text()


def test_an_edit_of_what_was_not_seen_is_refused(root: Path) -> None:
    """Somebody changed the entry after the form was opened: the moderator is told and shown what is there."""
    seen = edit.stamp(edit.present(root, "faq/hours"))
    write(edit.edit_fields(root, "faq/hours", {"question": "When do you open?"}))
    with pytest.raises(EditConflict, match="faq/hours was changed by somebody else") as refused:
        edit.edit_fields(root, "faq/hours", {"answer": "x"}, seen=seen)
    assert "When do you open?" in refused.value.present


def test_a_change_elsewhere_in_the_file_is_no_conflict(root: Path) -> None:
    """What another moderator did to another entry does not stand in the way."""
    seen = edit.stamp(edit.present(root, "faq/hours"))
    write(edit.add_alternate(root, "faq/borrow", "limit"))
    write(edit.edit_fields(root, "faq/hours", {"question": "When do you open?"}, seen=seen))
    assert edit.present(root, "faq/borrow")["alternates"] == ["limit"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda root: edit.add_alternate(root, "faq/nothing", "x"), "no faq/nothing"),
        (lambda root: edit.add_alternate(root, "nonsense", "x"), "not an id"),
        (lambda root: edit.add_alternate(root, "faq/hours", "opening hours"), "already"),
        (lambda root: edit.add_alternate(root, "faq/hours", " \u200b "), "empty"),
        (lambda root: edit.edit_fields(root, "faq/hours", {"id": "other"}), "never changes"),
        (lambda root: edit.edit_fields(root, "faq/hours", {"question": "When is it open?"}), "Nothing changes"),
        (lambda root: edit.add_entry(root, "faq/hours", {"question": "x", "answer": "y"}), "there already"),
        (lambda root: edit.retire(root, "faq/nothing"), "no faq/nothing"),
    ],
)
def test_what_cannot_be_done_says_why(root: Path, wrong: object, why: str) -> None:
    """A wrong edit is one sentence, and nothing is written."""
    before = (root / "faq.yaml").read_bytes()
    with pytest.raises(EditError, match=why):
        wrong(root)  # type: ignore[operator]
    assert (root / "faq.yaml").read_bytes() == before


def test_undo_gives_back_the_bytes(root: Path) -> None:
    """Each of several edits, taken back newest first, gives the file of before it; and undoing an undo redoes it."""
    states = [(root / "faq.yaml").read_bytes()]
    changes = []
    for make in (
        lambda: edit.add_alternate(root, "faq/hours", "x"),
        lambda: edit.edit_fields(root, "faq/hours", {"answer": "One line."}),
        lambda: edit.retire(root, "faq/borrow"),
    ):
        changes.append(make())
        write(changes[-1])
        states.append((root / "faq.yaml").read_bytes())
    for change, before, after in reversed(list(zip(changes, states, states[1:], strict=False))):
        back = undone(root, change.patch)
        write(back)
        assert (root / "faq.yaml").read_bytes() == before
        write(undone(root, back.patch))
        assert (root / "faq.yaml").read_bytes() == after
        write(back)


def test_an_older_edit_is_taken_back_under_newer_ones(root: Path) -> None:
    """What changed elsewhere in the file since stays."""
    old = edit.add_alternate(root, "faq/hours", "the old one")
    write(old)
    write(edit.edit_fields(root, "faq/borrow", {"answer": "Nine."}))
    write(undone(root, old.patch))
    text = (root / "faq.yaml").read_text()
    assert "the old one" not in text
    assert "Nine." in text


def test_an_edit_whose_lines_were_changed_since_is_not_taken_back(root: Path) -> None:
    """Rather nothing than a guess."""
    old = edit.edit_fields(root, "faq/hours", {"question": "When do you open?"})
    write(old)
    write(edit.edit_fields(root, "faq/hours", {"question": "When do you close?"}))
    with pytest.raises(EditConflict, match="changed too much since"):
        undone(root, old.patch)


def test_whether_an_edit_was_made_is_seen_in_the_files(root: Path) -> None:
    """After a crash the files tell: not made, made, or neither."""
    change = edit.add_alternate(root, "faq/hours", "x")
    assert applied(root, change.patch) is False
    write(change)
    assert applied(root, change.patch) is True
    write(edit.add_alternate(root, "faq/hours", "y"))
    assert applied(root, change.patch) is None


def test_windows_line_ends_and_the_mark_at_the_start_stay(tmp_path: Path) -> None:
    """A file from Windows stays a file from Windows, every line of it."""
    root = write_files(tmp_path / "library", {"faq.yaml": ""})
    (root / "faq.yaml").write_bytes(b"\xef\xbb\xbf" + ENTRY.replace("\n", "\r\n").encode())
    write(edit.edit_fields(root, "faq/hours", {"answer": "a\n\nb", "alternates": ["c", "d"]}))
    content = (root / "faq.yaml").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf# House")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_a_link_and_its_permissions_stay(root: Path, tmp_path: Path) -> None:
    """The file behind a link is changed, the link stays a link, and who may read it stays as it was."""
    target = tmp_path / "elsewhere.yaml"
    (root / "faq.yaml").rename(target)
    target.chmod(0o640)
    (root / "faq.yaml").symlink_to(target)
    write(edit.add_alternate(root, "faq/hours", "x"))
    assert (root / "faq.yaml").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert "- x" in target.read_text()


def test_a_file_that_cannot_be_written_is_one_sentence(root: Path) -> None:
    """A folder that is gone is said in words, not in a traceback."""
    change = edit.add_alternate(root, "faq/hours", "x")
    for file in root.iterdir():
        file.unlink()
    root.rmdir()
    with pytest.raises(EditError, match="cannot be written: No such file"):
        write(change)
