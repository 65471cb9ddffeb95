"""Writes what the documents show of the program: `python scripts/documents.py`, with `--check` only to compare.

That is the conversation in README.md, the settings in docs/operators.md, the commands in docs/commands.md and the JSON
Schema in knowledge/schema.json. In Markdown, each part stands between a line `<!-- made: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from pictures import noon
from rich.console import Console

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # whichever Backchannel is installed, the documents are about this one

from adapters.settings import platforms
from adapters.terminal import Chat
from bot.cli import main
from bot.config import Settings
from bot.knowledge.schema import json_schema
from bot.printing import settings_page
from bot.service import Service
from bot.setting import reference
from bot.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUESTIONS = ("whats backchanel diplomacy", "who gains from more trade?", "who won the cricket match", "/quit")
WIDTH = 80

_PART = re.compile(r"(?P<begin><!-- made: (?P<name>[\w-]+) -->\n)(?:(?!<!-- ).)*(?P<end><!-- end -->)", re.DOTALL)
_SUBCOMMAND = re.compile(r"^  ([a-z-]+)  ", re.MULTILINE)


def conversation() -> str:
    """A conversation with the shipped knowledge, as a terminal shows it."""
    screen = io.StringIO()
    console = Console(file=screen, width=WIDTH, highlight=False, markup=False, emoji=False)
    service = Service(open_snapshot(ROOT / "knowledge"), now=noon)
    typed = iter(QUESTIONS)

    def next_line() -> str:
        text = next(typed)
        screen.write(f"> {text}\n")
        return text

    Chat(service, console).run(next_line)
    return _block("\n".join(line.rstrip() for line in screen.getvalue().splitlines()), "text")


def command_pages() -> str:
    """The help of every command."""
    return "\n\n".join(f"## {name}\n\n{_block(text, 'text')}" for name, text in _helps("backchannel"))


def schema() -> str:
    """The JSON Schema that editors complete and check knowledge with."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def _page(kind: type[Any], table: str) -> str:
    return settings_page(reference(kind, table=table))


PARTS: dict[str, Callable[[], str]] = {
    "conversation": conversation,
    "commands": command_pages,
    "settings": lambda: settings_page(reference(Settings)),
    **{f"settings-{one.name}": partial(_page, one.settings, one.name) for one in platforms()},
    **{f"places-{one.name}": partial(_page, one.place, one.name) for one in platforms()},
}


def current(path: Path) -> str:
    """What a document should contain now."""
    if path.suffix == ".json":
        return schema()
    return _PART.sub(
        lambda part: f"{part['begin']}{PARTS[part['name']]()}\n{part['end']}", path.read_text(encoding="utf-8")
    )


def documents() -> Iterator[Path]:
    """The documents that have such parts."""
    yield ROOT / "knowledge" / "schema.json"
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        if _PART.search(path.read_text(encoding="utf-8")):
            yield path


def _helps(program: str, *names: str) -> Iterator[tuple[str, str]]:
    done = CliRunner().invoke(main, [*names, "--help"], prog_name=program, env={"COLUMNS": str(WIDTH)})
    if done.exit_code:
        raise SystemExit(f"{' '.join((program, *names))} --help: {done.output}")
    yield " ".join((program, *names)), done.output
    _, _, listed = done.output.partition("\nCommands:\n")
    for subcommand in _SUBCOMMAND.findall(listed.split("\n\n", maxsplit=1)[0]):
        yield from _helps(program, *names, subcommand)


def _block(text: str, language: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


def run() -> None:
    """Write the documents, or with --check say which are out of date and exit with 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if anything is out of date")
    check = parser.parse_args().check
    stale = [path for path in documents() if not path.exists() or path.read_text(encoding="utf-8") != current(path)]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'out of date' if check else 'written'}")
        if not check:
            path.write_text(current(path), encoding="utf-8")
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    run()
