"""The command line: reads what was asked for, calls the core, prints, and says by its exit code how it went."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from typing import IO, TYPE_CHECKING, Any

import click

from adapters.commands import commands
from bot.errors import BackchannelError
from bot.shared_cli import NOT_DONE, Refusal, echo_json, example, json_option, knowledge_option, open_service, visible

# What a command needs is imported in it, so that `--help` and a wrong option are answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.model import Reply

# Commands in a module of their own, loaded only when called.
_ELSEWHERE = {
    **dict.fromkeys(("check", "evaluate", "schema"), "bot.knowledge_cli"),
    **dict.fromkeys(("review", "retire", "stats", "history", "undo"), "bot.moderation_cli"),
    "privacy": "bot.privacy_cli",
    "settings": "bot.settings_cli",
}

_STORE = frozenset({"sqlalchemy", "alembic"})  # what the extra `store` brings; every platform's extra does as well


class _Commands(click.Group):
    """The commands; their errors end as one message and exit code 2, never as a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if module := _ELSEWHERE.get(cmd_name):
            found: click.Command = getattr(importlib.import_module(module), cmd_name)
            return found
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (as click types it)
        try:
            return super().invoke(ctx)
        except BackchannelError as error:
            raise Refusal(visible(str(error))) from error
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in _STORE:
                raise
            raise Refusal(f"{error.name} is not installed; pip install 'backchannel[store]'.") from error


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        try:
            click.echo(f"backchannel {importlib.metadata.version('backchannel')}")
        except importlib.metadata.PackageNotFoundError:
            click.echo("backchannel, from source and not installed")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("backchannel chat", 'backchannel ask "What is backchannel diplomacy?"'),
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def main() -> None:
    """Answer questions from knowledge that moderators keep in YAML, and say so when there is no answer."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # text streams, as Python opens them


for _adapters_own in commands():
    main.add_command(_adapters_own)


@main.command(epilog=example("backchannel chat", "printf 'hello\\n' | backchannel chat"))
@knowledge_option
def chat(path: Path | None) -> None:
    """Talk to it in the terminal."""
    from adapters.terminal import chat as converse

    converse(open_service(path))


@main.command(
    epilog=example(
        'backchannel ask "What is backchannel diplomacy?"',
        'backchannel ask --why "who can mediate"',
        "backchannel ask --json --input questions.txt > answers.jsonl",
    )
)
@click.argument("question", nargs=-1)
@json_option
@click.option(
    "--why", is_flag=True, help="Say what matched, which words counted, the runners-up, and which rule decided."
)
@click.option(
    "--input",
    "source",
    metavar="FILE",
    type=click.File("rb"),
    help='Questions to ask, one a line, or JSON lines with "query"; - is standard input.',
)
@knowledge_option
def ask(*, question: tuple[str, ...], as_json: bool, why: bool, source: IO[bytes] | None, path: Path | None) -> None:
    """Ask one question, or many from a file.

    The exit code is 0 if the question was answered and 1 if not; with --input it is 0 once all were asked.
    """
    if bool(question) == bool(source):
        raise click.UsageError("Give either a question or --input FILE.")
    from bot.model import Asker
    from bot.questions import read_questions

    service = open_service(path)
    show = _json_printer() if as_json else _card_printer(restate=source is not None)
    texts = [" ".join(question)] if source is None else read_questions(source, source.name)
    for text in texts:
        reply = service.ask(text, Asker(platform="terminal"))
        show(text, reply)
        if why:
            _explain(reply, err=as_json)
    if source is None and reply.outcome != "answer":
        sys.exit(NOT_DONE)


def _json_printer() -> Callable[[str, Reply], None]:
    from bot.printing import reply_object

    return lambda text, reply: echo_json(reply_object(text, reply))


def _card_printer(*, restate: bool) -> Callable[[str, Reply], None]:
    from adapters.terminal import open_console
    from adapters.terminal_render import card, line

    console = open_console()

    def show(text: str, reply: Reply) -> None:
        if restate:
            console.print(line(f"> {text}"))
        console.print(card(reply.card))
        if restate:
            console.print()

    return show


def _explain(reply: Reply, *, err: bool) -> None:
    from bot.why import explain

    click.echo("\n" + visible(explain(reply.decision)), err=err)
