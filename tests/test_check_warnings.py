"""The warnings of the checks: what loads, but is hardly meant."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.knowledge.check import check_files
from bot.knowledge.load import load, read
from bot.knowledge.shipped import shipped_path

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Problem

TODAY = date(2025, 6, 1)

WARNINGS = """\
faq:
  - id: a
    question: Why is it so?
    answer: A
    review_by: 2025-05-31
    sources:
      - title: Undated
      - {title: Dated, date: 2025-01-01}
  - id: b
    question: How?
    alternates: [WHY is  it so?, how, How]
    answer: A
    review_by: 2025-06-01
synonyms:
  - [alone]
small_talk:
  - id: hm
    examples: [how?]
    reply: Hm.
"""


def test_warnings_name_what_is_hardly_meant(tmp_path: Path) -> None:
    """No alternates, past review, undated sources, one phrasing twice, lone synonyms: warned of, and still loaded."""
    assert [(line.split(": ")[0], line.split(": ")[1]) for line in _lines(tmp_path, WARNINGS)] == [
        (place, "warning") for place in ("2:5", "5:16", "7:9", "11:18", "15:5", "18:16")
    ]
    (duplicate,) = [line for line in _lines(tmp_path, WARNINGS) if line.startswith("11:18")]
    assert f"is also a phrasing of faq/a at {tmp_path / 'f.yaml'}:3:15; keep one of the two." in duplicate
    assert len(load(tmp_path).by_id) == 2


def test_a_broken_entry_hides_no_warning_of_another(tmp_path: Path) -> None:
    """Warnings are given beside errors, in one pass."""
    codes = {p.code for p in _problems(tmp_path, WARNINGS + "  - id: [\n")}
    assert {"syntax", "no-alternates", "review-due", "undated-source", "same-phrasing"} <= codes


def test_a_retirement_that_cannot_be_read_or_leads_nowhere(tmp_path: Path) -> None:
    """A line that leaves readers stranded is warned of at its place; one that leads on, step by step, is not."""
    text = "# retired: faq/x, see faq/y\n# retired: faq/y\n# retired: faq/z, see faq/nowhere\n# retired faq/q\n"
    found = _lines(tmp_path, text + "faq:\n  - {id: a, question: Why?, alternates: [how come], answer: A}\n")
    assert [line.partition(": warning")[0] for line in found] == ["3:1", "4:1"]
    assert "faq/nowhere" in found[0]
    assert "# retired: faq/old" in found[1]


def _lines(folder: Path, text: str) -> list[str]:
    return [str(problem).partition("f.yaml:")[2] for problem in _problems(folder, text)]


def _problems(folder: Path, text: str) -> list[Problem]:
    (folder / "f.yaml").write_text(text, encoding="utf-8")
    return check_files(folder, today=TODAY)


def test_the_shipped_knowledge_has_no_problem_but_known_ones() -> None:
    """What is shipped passes its own checks without an error or a warning."""
    assert [str(p) for p in check_files(shipped_path(), today=date(2025, 6, 1))] == []
    assert read(shipped_path()).knowledge is not None
