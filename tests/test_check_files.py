"""The checks report every problem of every file in one pass, each at its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.knowledge import compose, files
from bot.knowledge.check import check_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Problem

TODAY = date(2025, 6, 1)

# One mistake each; the sign ¦ stands just before the place that must be reported, {n} makes each copy its own.
MISTAKES = {
    "unknown-key": "  - id: a{n}\n    question: Q a{n}\n    answer: A\n    ¦ansers: x\n",
    "missing": "  - ¦id: b{n}\n    question: Q b{n}\n",
    "empty": '  - id: c{n}\n    question: ¦"  "\n    answer: A\n',
    "not-text": "  - id: d{n}\n    question: Q d{n}\n    answer: A\n    keywords: [x, ¦no]\n",
    "too-long": "  - id: e{n}\n    question: ¦{long}\n    answer: A\n",
    "bad-id": "  - id: ¦F {n}\n    question: Q f{n}\n    answer: A\n",
    "duplicate-id": "  - id: ¦a{n}\n    question: Q g{n}\n    answer: A\n",
    "duplicate-key": "  - id: h{n}\n    question: Q h{n}\n    answer: A\n    ¦question: Q again\n",
    "anchor": "  - id: i{n}\n    question: ¦&x Q i{n}\n    answer: A\n",
    "alias": "  - id: j{n}\n    question: Q j{n}\n    answer: ¦*x\n",
    "tag": "  - id: k{n}\n    question: ¦!!python/name:os.system Q k{n}\n    answer: A\n",
    "unknown-related": "  - id: l{n}\n    question: Q l{n}\n    answer: A\n    related: [faq/a0, ¦faq/zz]\n",
    "single-side": "  - id: m{n}\n    question: Q m{n}\n    answer: A\n    positions: ¦\n      India: x\n",
    "markdown": "  - id: n{n}\n    question: Q n{n}\n    answer: |\n      A\n\n      ¦x ![y](https://z.org)\n",
    "bad-date": "  - id: o{n}\n    question: Q o{n}\n    answer: A\n    as_of: ¦2025-02-30\n",
    "bad-url": "  - id: p{n}\n    question: Q p{n}\n    answer: A\n    sources: [{{title: T, url: ¦www.x.org}}]\n",
    "bad-language": "  - id: q{n}\n    question: Q q{n}\n    answer: A\n    translations: {{¦en_US: {{answer: x}}}}\n",
    "wrong-kind": "  - id: r{n}\n    question: Q r{n}\n    answer: A\n    alternates: ¦one\n",
    "bad-truth": "  - id: s{n}\n    question: Q s{n}\n    answer: A\n    pinned: ¦yes\n",
    "control-character": '  - id: t{n}\n    question: Q t{n}\n    answer: ¦"a\\u001bb"\n',
    "bad-key": "  - id: u{n}\n    question: Q u{n}\n    answer: A\n    ¦[x]: y\n",
}
# Mistakes that take a whole file each.
BROKEN_FILES = {
    "syntax": "faq:\n  - id: v{n}\n    question: ¦'Q v{n}\n    answer: A\n",
    "second-header": "¦collection:\n  title: Again\n",
    "encoding": "faq:\n  - id: w{n}\n    question: caf¦\udce9\n    answer: A\n",
    "not-a-mapping": "¦- id: x{n}\n",
}
Places = set[tuple[str, int, int, str]]


def _errors(problems: list[Problem]) -> Places:
    return {(p.origin.path.name, p.origin.line, p.origin.column, p.code) for p in problems if p.level == "error"}


def _write(file: Path, marked: str, codes: list[str]) -> Places:
    """Write text without its signs, and say where they stood."""
    places = []
    for number, line in enumerate(marked.split("\n"), 1):
        if "¦" in line:
            place = line.index("¦") + 1
            at = line.rstrip().endswith(": ¦")  # a value that begins on the next line
            places.append((number + 1, 7) if at else (number, place))
    file.write_bytes(marked.replace("¦", "").encode("utf-8", "surrogateescape"))
    return {(file.name, *place, code) for place, code in zip(places, codes, strict=True)}


def test_two_hundred_mistakes_of_more_than_twenty_kinds_are_each_found_in_place(tmp_path: Path) -> None:
    """Every mistake is reported at its line and column, in one pass, and nothing else is."""
    copies = range(10)
    body = "collection:\n  title: Mistakes\nfaq:\n" + "".join(
        template.format(n=n, long="x" * 151) for template in MISTAKES.values() for n in copies
    )
    expected = _write(tmp_path / "a.yaml", body, [code for code in MISTAKES for _ in copies])
    for code, template in BROKEN_FILES.items():
        for n in copies:
            expected |= _write(tmp_path / f"{code}-{n}.yaml", template.format(n=n), [code])
    found = _errors(check_files(tmp_path, today=TODAY))
    assert len(expected) == 250
    assert found == expected


def _check(folder: Path, text: str) -> list[str]:
    """Check one file; give line:column: level: message of each problem."""
    (folder / "f.yaml").write_text(text, encoding="utf-8")
    return [str(p).partition("f.yaml:")[2] for p in check_files(folder, today=TODAY)]


FINE = "alternates: [x]\n    answer: A\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fag: []\n", '1:1: error: The key "fag" is not known; did you mean faq?'),
        (
            f"faq:\n  - id: a\n    qestion: Q\n    {FINE}",
            '3:5: error: The key "qestion" is not known; did you mean question?',
        ),
        (
            f"faq:\n  - id: a\n    question: 12:30\n    {FINE}",
            '3:15: error: 12:30 is read as a number; put it in quotes: "12:30".',
        ),
        (
            f"faq:\n  - id: a\n    question: 3.10\n    {FINE}",
            '3:15: error: 3.10 is read as a number; put it in quotes: "3.10".',
        ),
        (
            f"faq:\n  - id: a\n    question: 2025-05-12\n    {FINE}",
            '3:15: error: 2025-05-12 is read as a date; put it in quotes: "2025-05-12".',
        ),
        (
            f"faq:\n  - id: a\n    question: no\n    {FINE}",
            '3:15: error: no is read as true or false; put it in quotes: "no".',
        ),
        (
            f"faq:\n  - id: a\n    question: ~\n    {FINE}",
            '3:15: error: ~ is read as nothing; if it is text, put it in quotes: "~".',
        ),
        (
            f"faq:\n  - id: a\n    question:\n    {FINE}",
            "3:14: error: The field question is empty; fill it in or remove it.",
        ),
        (
            f"faq:\n  - id: a\n    question: {'x' * 153}\n    {FINE}",
            "3:15: error: The field question has 153 characters, 3 too many: at most 150 are allowed; shorten it.",
        ),
        (
            f"faq:\n  - id: My Id\n    question: Q\n    {FINE}",
            '2:9: error: "My Id" is not an id; use a-z, 0-9 and single dashes between them, such as my-id.',
        ),
        (
            f"faq:\n  - id: a\n    question: Q\n    related: [faq/aa]\n    {FINE}",
            '4:15: error: There is no entry "faq/aa" in this collection; did you mean faq/a?',
        ),
        (
            f"faq:\n  - id: a\n    question: Q\n    related: [fag/a]\n    {FINE}",
            '4:15: error: "fag/a" is not an entry\'s full id; write faq/ or section/ and the id, such as faq/a.',
        ),
        (
            f"faq:\n  - id: a\n    question: Q\n    translations: {{no: {{answer: x}}}}\n    {FINE}",
            '4:20: error: The key no is read as true or false; put it in quotes: "no".',
        ),
        (
            f"faq:\n  - id: a\n    question: Is it: yes?\n    {FINE}",
            (
                "3:20: error: A colon followed by a space cannot stand in the middle of unquoted text; "
                "put the text in quotes."
            ),
        ),
        ("faq:\n\t- id: a\n", "2:1: error: A tab stands where YAML wants spaces; indent with spaces."),
        (
            "faq:\n  - id: a\n    question: @x\n",
            "3:15: error: Text cannot begin with @ unless it is quoted; put it in quotes.",
        ),
        (
            "faq:\n  - id: a\n    tags: [x, y\n    question: Q\n",
            (
                "3:11: error: The bracket opened here is not closed, or a comma is missing between its items; "
                "close it, or write one item per line after a dash."
            ),
        ),
        (
            f"faq:\n  - id: a\n    question: Q\n    {FINE}---\nfaq: []\n",
            "6:1: error: A second document starts here; keep one per file: remove the line ---.",
        ),
        ("synonyms:\n  - [a, b]\n", "error: This collection has no entries; add one under `faq:` or `sections:`."),
    ],
)
def test_messages_say_what_was_found_and_how_to_mend_it(tmp_path: Path, text: str, message: str) -> None:
    """A message names the place, the finding and the remedy, in one line."""
    if message.startswith("error"):
        (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
        assert [str(p) for p in check_files(tmp_path)] == [f"{tmp_path}:1:1: {message}"]
    else:
        assert message in _check(tmp_path, text)


def test_a_syntax_error_hides_nothing_else(tmp_path: Path) -> None:
    """Items before a syntax error and other files are still checked, and ids after it still count as known."""
    (tmp_path / "a.yaml").write_text(
        "faq:\n  - id: a\n    qestion: Q\n    answer: A\n  - id: b\n    question: x: y\n  - id: c\n", encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_text(
        "sections:\n  - id: s\n    title: T\n    text: x\n    related: [faq/c, faq/nope]\n    pinned: maybe\n",
        encoding="utf-8",
    )
    assert _errors(check_files(tmp_path, today=TODAY)) == {
        ("a.yaml", 2, 5, "missing"),
        ("a.yaml", 3, 5, "unknown-key"),
        ("a.yaml", 6, 16, "syntax"),
        ("b.yaml", 5, 22, "unknown-related"),
        ("b.yaml", 6, 13, "bad-truth"),
    }


def test_a_second_list_under_a_repeated_key_is_checked_too(tmp_path: Path) -> None:
    """Two `faq:` keys are one error, and references into the second are no further ones."""
    text = (
        "faq:\n  - id: a\n    question: Q\n    answer: A\n    related: [faq/b]\n"
        "faq:\n  - id: b\n    question: R\n    answr: A\n"
    )
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    assert {(line, code) for _, line, _, code in _errors(check_files(tmp_path))} == {
        (6, "duplicate-key"),
        (7, "missing"),
        (9, "unknown-key"),
    }


def test_markdown_is_placed_in_every_style_of_text(tmp_path: Path) -> None:
    """In a block the line of the construct is named; elsewhere the start of the text."""
    text = (
        "faq:\n  - id: a\n    question: Q\n    alternates: [q]\n    answer: |\n\n      one\n\n      two <b>\n"
        '  - id: b\n    question: R\n    alternates: [r]\n    answer: "a <b>"\n'
    )
    places = [line.split(" ", 1)[0] for line in _check(tmp_path, text)]
    assert places == ["9:7:", "13:13:"]


def test_a_long_text_with_bad_markdown_is_reported_for_both(tmp_path: Path) -> None:
    """One pass names the length and the construct of the same text."""
    text = f"faq:\n  - id: a\n    question: Q\n    alternates: [q]\n    answer: |\n      <b>\n      {'x' * 3_000}\n"
    first, second = _check(tmp_path, text)
    assert "has 3,004 characters, 4 too many: at most 3,000" in first
    assert second.startswith("6:7: error: HTML")


@pytest.mark.parametrize("bomb", ["[" * 100_000, "- " * 50_000, "{a: " * 10_000, "? " * 10_000])
def test_nesting_bombs_are_refused_quickly(tmp_path: Path, bomb: str) -> None:
    """Endless nesting is one clear error, not a crash."""
    (message, *_) = _check(tmp_path, f"faq: {bomb}" if bomb[0] in "[{" else f"faq:\n {bomb}")
    assert "nested more than 16 levels deep" in message


def test_control_and_direction_characters_never_reach_a_message(tmp_path: Path) -> None:
    """A trick in an id is shown as an escape, and raw control characters are named by their code."""
    lines = _check(tmp_path, 'faq:\n  - id: "a\\u202eb"\n    question: Q\x07\n    answer: A\n')
    assert '"a\\u202eb" is not an id' in "\n".join(lines)
    assert "3:16: error: The control character U+0007 cannot stand in YAML; remove it." in lines
    assert all(line.isprintable() for line in lines)


def test_lines_are_counted_as_editors_count_them(tmp_path: Path) -> None:
    """Windows line ends, a byte order mark and Unicode's line separators shift no place."""
    text = "\ufefffaq:\r\n  - id: a\u2028\r\n    question: Q\r\n    answr: A\r\n"
    (tmp_path / "f.yaml").write_bytes(text.encode())
    assert ("f.yaml", 4, 5, "unknown-key") in _errors(check_files(tmp_path))


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over 1 MiB and a collection over 64 MiB are refused."""
    (tmp_path / "f.yaml").write_text("#" * (2**20 + 1), encoding="utf-8")
    assert _errors(check_files(tmp_path)) == {("f.yaml", 1, 1, "file-size")}
    assert files.MAX_COLLECTION == 64 * 2**20
    monkeypatch.setattr(files, "MAX_COLLECTION", 2**20)
    assert _errors(check_files(tmp_path)) == {(tmp_path.name, 1, 1, "collection-size")}


def test_paths_that_hold_no_knowledge_are_explained(tmp_path: Path) -> None:
    """No folder, a file, an empty folder, dead links, odd files and link loops are problems, never exceptions."""
    assert [p.code for p in check_files(tmp_path / "absent")] == ["no-folder"]
    assert [p.code for p in check_files(tmp_path)] == ["no-files"]
    file = tmp_path / "note.txt"
    file.touch()
    assert [p.code for p in check_files(file)] == ["no-folder"]
    (tmp_path / "dead.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "self.yaml").symlink_to("self.yaml")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    assert _errors(check_files(tmp_path)) == {
        ("dead.yaml", 1, 1, "unreadable"),
        ("self.yaml", 1, 1, "unreadable"),
        ("up", 1, 1, "link-loop"),
    }


def _problems(folder: Path, text: str) -> list[Problem]:
    (folder / "f.yaml").write_text(text, encoding="utf-8")
    return check_files(folder, today=TODAY)


def test_the_parser_without_libyaml_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser gives the same data and the same places for all but syntax errors' wording."""
    body = "faq:\n" + "".join(t.format(n=0, long="x" * 151) for t in MISTAKES.values())
    fast = _problems(tmp_path, body.replace("¦", ""))
    monkeypatch.setattr(compose, "_LOADER", yaml.SafeLoader)
    assert _problems(tmp_path, body.replace("¦", "")) == fast
    assert len(_errors(fast)) == len(MISTAKES)
    assert "syntax" in {p.code for p in _problems(tmp_path, "faq: [")}


def test_what_cannot_be_read_is_not_guessed_about(tmp_path: Path) -> None:
    """A reference into a file that is too large to read is not called wrong."""
    (tmp_path / "a.yaml").write_text("faq:\n  - {id: a, question: Q, answer: A, related: [faq/b]}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("#" * (2**20 + 1), encoding="utf-8")
    assert _errors(check_files(tmp_path)) == {("b.yaml", 1, 1, "file-size")}


def test_a_folder_name_must_be_fit_for_an_id(tmp_path: Path) -> None:
    """Colons and invisible characters in a collection's folder are refused, shown as escapes."""
    folder = tmp_path / "a\u202eb:c"
    folder.mkdir()
    (folder / "f.yaml").write_text("faq:\n  - {id: a, question: Q, answer: A}\n", encoding="utf-8")
    (problem,) = [p for p in check_files(tmp_path) if p.level == "error"]
    assert problem.code == "folder-name"
    assert '"a\\u202eb:c"' in problem.message


def test_among_many_ids_a_mistyped_one_is_still_named(tmp_path: Path) -> None:
    """In a large collection the nearest id is found among those that begin alike."""
    entries = "".join(f"  - {{id: topic-{n}, question: Q {n}, answer: A}}\n" for n in range(2_500))
    text = f"faq:\n{entries}  - {{id: z, question: Q, answer: A, related: [faq/topic-77x]}}\n"
    assert any("did you mean faq/topic-77" in line for line in _check(tmp_path, text))
