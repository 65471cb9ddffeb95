"""No bytes make the loader raise anything but its own error."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.check import check_files
from bot.knowledge.load import load

GOOD = b"""\
collection: {title: T, as_of: 2025-05-12}
faq:
  - id: a
    question: "Q?"
    alternates: [x, 'y']
    answer: |
      **b** [l](https://x.y)
    related: [section/s]
    positions: {India: x, Pakistan: y}
sections:
  - {id: s, title: T, text: t, sources: [{title: S, date: 2024-01-01}]}
"""
_LAYOUT = ["\n", "\n  ", "- ", ": ", "? ", "#", "[", "]", "{", "}", ", ", "|\n", "\t", "---\n", "...\n"]
_MARKS = ["&a ", "*a", "!t ", '"', "'", "\\", "%", "@", "<<", "=", "\0"]
_WORDS = ["~", "no", "1", "2025-05-12", "faq", "id", "question", "answer", "collection"]
_SIGNS = st.sampled_from([*_LAYOUT, *_MARKS, *_WORDS])


def _load(content: bytes) -> bool:
    """Load and check bytes as a file; both must agree about whether they can be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "f.yaml").write_bytes(content)
        problems = check_files(Path(folder), today=date(2025, 6, 1))
        assert all(problem.origin.line > 0 and problem.origin.column > 0 for problem in problems)
        assert all("\n" not in problem.message for problem in problems)
        errors = [problem for problem in problems if problem.level == "error"]
        try:
            load(Path(folder))
        except KnowledgeError as error:
            refused = list(error.problems)
        else:
            refused = []
    assert refused == errors
    return not refused


@settings(max_examples=1_000)
@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    """Random bytes are refused with reasons."""
    assert not _load(content)


@settings(max_examples=500)
@given(st.lists(_SIGNS, max_size=40))
def test_heaps_of_signs(signs: list[str]) -> None:
    """YAML's own signs in any order are refused with reasons."""
    assert not _load("".join(signs).encode())


@settings(max_examples=500)
@given(st.integers(0, len(GOOD)), st.integers(0, 5), st.binary(max_size=5) | _SIGNS.map(str.encode))
def test_a_damaged_file(start: int, length: int, patch: bytes) -> None:
    """A good file with some bytes changed either loads or is refused with reasons."""
    _load(GOOD[:start] + patch + GOOD[start + length :])


def test_the_undamaged_file_loads() -> None:
    """The file that the damage starts from is a good one."""
    assert _load(GOOD)
