"""What the command line prints for programs and for Git hosts: the JSON objects, annotations and the settings page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answer import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model import Problem, Reply
    from bot.setting import Setting

MAX_MATCHES = 5


def reply_object(question: str, reply: Reply) -> dict[str, Any]:
    """A reply as the documented JSON object; `question` is as it was asked."""
    best = reply.matches[0] if reply.matches else None
    return {
        "question": question,
        "outcome": reply.outcome,
        "reason": reply.reason,
        "entry": reply.entry.id if reply.entry else None,
        "confidence": round(reply.confidence, 6),
        "matches": [
            {"id": match.entry.id, "title": match.entry.title, "confidence": round(match.confidence, 6)}
            for match in reply.matches[:MAX_MATCHES]
        ],
        "text": plain_text(reply.card) or None,
        "passage": best.passage.text if best and best.passage else None,
    }


def problem_object(problem: Problem) -> dict[str, Any]:
    """A problem as a JSON object."""
    return {
        "file": str(problem.origin.path),
        "line": problem.origin.line,
        "column": problem.origin.column,
        "level": problem.level,
        "code": problem.code,
        "message": problem.message,
    }


def annotation(problem: Problem) -> str:
    """A problem as a GitHub workflow command, which shows it beside the line in a pull request."""
    path = problem.origin.path
    here = Path.cwd()
    file = path.relative_to(here) if path.is_relative_to(here) else path
    properties = {
        "file": file.as_posix(),
        "line": problem.origin.line,
        "col": problem.origin.column,
        "title": problem.code,
    }
    listed = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{problem.level} {listed}::{_escaped(problem.message)}"


def settings_page(settings: Iterable[Setting]) -> str:
    """The settings as a Markdown table, for the documentation."""
    rows = [
        "| in `backchannel.toml` | in the environment | value | default | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    rows += [f"| `{one.key}` | `{one.variable}` | {one.expects} | {one.default} | {one.meaning} |" for one in settings]
    return "\n".join(rows)


def _escaped(text: str, more: str = "") -> str:
    """Percent-escape what would end a workflow command's message or property."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
