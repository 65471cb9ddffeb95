"""What programs and Git hosts read of the command line's output."""

from __future__ import annotations

from pathlib import Path

from bot.config import Settings
from bot.model import Origin, Problem
from bot.printing import annotation, problem_object, settings_page
from bot.setting import reference


def problem(path: Path, message: str = "no key 'x'") -> Problem:
    """Make a problem at a place."""
    return Problem(origin=Origin(path=path, line=3, column=5), level="warning", code="unknown-key", message=message)


def test_an_annotation_names_the_place_within_the_repository() -> None:
    """A Git host wants the path from the folder that the check ran in."""
    expected = "::warning file=knowledge/a.yaml,line=3,col=5,title=unknown-key::no key 'x'"
    assert annotation(problem(Path.cwd() / "knowledge" / "a.yaml")) == expected
    assert annotation(problem(Path("knowledge/a.yaml"))) == expected


def test_an_annotation_cannot_be_broken_out_of() -> None:
    """Line ends and separators from the files are escaped."""
    shown = annotation(problem(Path("a,b:c.yaml"), "100%\n::error::x"))
    assert shown == "::warning file=a%2Cb%3Ac.yaml,line=3,col=5,title=unknown-key::100%25%0A::error::x"


def test_a_problem_as_an_object() -> None:
    """Every part of a problem is there for programs."""
    assert problem_object(problem(Path("a.yaml"))) == {
        "file": "a.yaml",
        "line": 3,
        "column": 5,
        "level": "warning",
        "code": "unknown-key",
        "message": "no key 'x'",
    }


def test_the_settings_page_lists_every_setting() -> None:
    """One row each, after the heading."""
    rows = settings_page(reference(Settings)).splitlines()
    assert len(rows) == 2 + len(reference(Settings))
    assert all(row.count("|") == 6 for row in rows)
    assert any("`knowledge` | `BACKCHANNEL_KNOWLEDGE`" in row for row in rows)
