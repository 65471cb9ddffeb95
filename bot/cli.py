"""The command line: reads what was asked for, calls the core, prints, and says by its exit code how it went."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from adapters.commands import commands
from bot.config import load_settings, settings_file
from bot.errors import BackchannelError, ConfigError

# What a command needs is imported in it, so that `--help` and a wrong option are answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.config import Settings
    from bot.evaluate import Limit
    from bot.model import Problem, Reply
    from bot.service import Service

NOT_DONE = 1  # exit code: not answered, errors found, a limit broken
WRONG_USE = 2  # exit code: options, settings or knowledge that cannot be used
# Commands in a module of their own, loaded only when called.
_ELSEWHERE = dict.fromkeys(("review", "retire", "stats", "history", "undo"), "bot.moderation_cli") | {
    "privacy": "bot.privacy_cli",
    "settings": "bot.settings_cli",
}


class _Refusal(click.ClickException):
    """An error of the project's own, shown as its sentence."""

    exit_code = WRONG_USE


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
            raise _Refusal(_visible(str(error))) from error


def _example(*lines: str) -> str:
    """An epilog that keeps its lines."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        try:
            click.echo(f"backchannel {importlib.metadata.version('backchannel')}")
        except importlib.metadata.PackageNotFoundError:
            click.echo("backchannel, from source and not installed")
        ctx.exit()


_knowledge = click.option(
    "--knowledge",
    "path",
    metavar="DIR",
    type=click.Path(exists=True, path_type=Path),
    help="One collection's folder, or a folder of them.  [default: the setting, ./knowledge, what is shipped]",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_example("backchannel chat", 'backchannel ask "What is backchannel diplomacy?"'),
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


@main.command(epilog=_example("backchannel chat", "printf 'hello\\n' | backchannel chat"))
@_knowledge
def chat(path: Path | None) -> None:
    """Talk to it in the terminal."""
    from adapters.terminal import chat as converse

    converse(_open(path))


@main.command(
    epilog=_example(
        'backchannel ask "What is backchannel diplomacy?"',
        'backchannel ask --why "who can mediate"',
        "backchannel ask --json --input questions.txt > answers.jsonl",
    )
)
@click.argument("question", nargs=-1)
@_json
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
@_knowledge
def ask(*, question: tuple[str, ...], as_json: bool, why: bool, source: IO[bytes] | None, path: Path | None) -> None:
    """Ask one question, or many from a file.

    The exit code is 0 if the question was answered and 1 if not; with --input it is 0 once all were asked.
    """
    if bool(question) == bool(source):
        raise click.UsageError("Give either a question or --input FILE.")
    from bot.model import Asker
    from bot.questions import read_questions

    service = _open(path)
    show = _json_printer() if as_json else _card_printer(restate=source is not None)
    texts = [" ".join(question)] if source is None else read_questions(source, source.name)
    for text in texts:
        reply = service.ask(text, Asker(platform="terminal"))
        show(text, reply)
        if why:
            _explain(reply, err=as_json)
    if source is None and reply.outcome != "answer":
        sys.exit(NOT_DONE)


@main.command(
    epilog=_example(
        "backchannel check",
        "backchannel check knowledge/my-server --format github",
        "backchannel check knowledge/my-server --against origin/main --cases cases.jsonl",
    )
)
@click.argument("path", metavar="[DIR]", required=False, type=click.Path(exists=True, path_type=Path))
@_json
@click.option(
    "--format", "style", type=click.Choice(["text", "github"]), default="text", help="How to print a problem."
)
@click.option(
    "--against", "base", metavar="REV|DIR", help="Show which answers change since a Git revision or a folder."
)
@click.option(
    "--cases", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Labelled questions to try."
)
def check(path: Path | None, *, as_json: bool, style: str, base: str | None, cases: Path | None) -> None:
    """Report every problem of the knowledge, and of the settings file unless DIR is given.

    Each as file:line:column: level: message; the exit code is 1 if there are errors. With --against, what has changed
    instead, and the exit code is 1 if something that was answered rightly no longer is.
    """
    if base is not None:
        from bot.impact_cli import against

        if not against(_settings(path), base, cases=cases, style=style, as_json=as_json):
            sys.exit(NOT_DONE)
        return
    if cases is not None:
        raise click.UsageError("--cases goes with --against.")
    from bot.printing import annotation, problem_object

    problems = _problems(path)
    errors = sum(problem.level == "error" for problem in problems)
    if as_json:
        _echo_json([problem_object(problem) for problem in problems], indent=1)
    else:
        for problem in problems:
            click.echo(annotation(problem) if style == "github" else _visible(str(problem)))
        click.echo(f"{errors} errors, {len(problems) - errors} warnings", err=True)
    if errors:
        sys.exit(NOT_DONE)


@main.command(
    epilog=_example(
        "backchannel evaluate tests/data/article.jsonl --html report.html",
        "backchannel evaluate cases.jsonl --fail-under top1=0.75 --fail-over out-far:false_answer=0",
    )
)
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json
@click.option("--fail-under", multiple=True, metavar="NAME=VALUE", help="Exit 1 if [KIND:]NAME is lower.")
@click.option("--fail-over", multiple=True, metavar="NAME=VALUE", help="Exit 1 if [KIND:]NAME is higher.")
@click.option(
    "--html", "page", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots."
)
@_knowledge
def evaluate(  # noqa: PLR0913 (one argument an option)
    *,
    cases: Path,
    as_json: bool,
    fail_under: tuple[str, ...],
    fail_over: tuple[str, ...],
    page: Path | None,
    path: Path | None,
) -> None:
    """Measure answers against labelled questions.

    CASES has JSON lines of "query", "relevant" (ids; none means that it must not be answered) and "kind". A limit's
    KIND may be several (typo,chatty:top1) or all but some (!multilingual:top1).
    """
    from adapters.terminal_progress import shown_progress
    from bot.evaluate import breach, read_cases, run
    from bot.page import write_page
    from bot.report import summary, summary_object

    limits = [*_limits(fail_under, upper=False), *_limits(fail_over, upper=True)]
    labelled = read_cases(cases)
    snapshot = _open(path).snapshot
    with shown_progress() as progress:
        results = run(labelled, snapshot.engine.decide, progress=progress)
    broken = [sentence for limit in limits if (sentence := breach(limit, results))]
    if as_json:
        _echo_json(summary_object(results, broken), indent=1)
    else:
        click.echo(_visible(summary(results)))
    if page is not None:
        try:
            write_page(page, results, snapshot.knowledge, cases.name)
        except OSError as error:
            raise _Refusal(f"{page}: the page cannot be written ({error.strerror}).") from error
    for sentence in broken:
        click.echo(f"Limit broken: {sentence}", err=True)
    if broken:
        sys.exit(NOT_DONE)


@main.command(epilog=_example("backchannel schema > backchannel.schema.json"))
def schema() -> None:
    """Print the JSON Schema of the knowledge format."""
    from bot.knowledge.schema import json_schema

    _echo_json(json_schema(), indent=2)


def _settings(path: Path | None) -> Settings:
    """The settings in force, with the knowledge path of the command line before the others'; logging follows them."""
    from bot.log import set_up_logging

    found = load_settings(os.environ, settings_file(os.environ))
    set_up_logging(found.log_format)
    return replace(found, knowledge=path) if path is not None else found


def _open(path: Path | None) -> Service:
    from adapters.terminal_progress import shown_progress
    from bot.service import Service

    with shown_progress() as progress:
        return Service.open(_settings(path), progress=progress)


def _problems(path: Path | None) -> list[Problem]:
    """All problems of the files, and of the matching where the files have no errors and are not too many."""
    from adapters.settings import platforms
    from adapters.terminal_progress import shown_progress
    from bot.knowledge.check import check_files
    from bot.lint import MAX_PHRASINGS, lint, phrasing_count
    from bot.places import read_places
    from bot.snapshot import cache_of, knowledge_path, open_snapshot, open_transformer

    try:
        settings = _settings(path)
        folder = knowledge_path(settings)
        places = read_places(platforms(), os.environ, settings_file(os.environ))
    except ConfigError as error:
        if path is not None or not error.problems:
            raise
        return list(error.problems)
    with shown_progress() as progress:
        problems = check_files(folder, progress=progress)
        if any(problem.level == "error" for problem in problems):
            return problems
        transformer = open_transformer(settings)
        snapshot = open_snapshot(folder, cache=cache_of(settings), transformer=transformer, progress=progress)
        if path is None:
            problems += places.problems(snapshot.knowledge)
        count = phrasing_count(snapshot.knowledge)
        if count > MAX_PHRASINGS:
            click.echo(
                f"Not asked: {count:,} phrasings are more than {MAX_PHRASINGS:,}; check a part of them.", err=True
            )
            return problems
        problems += lint(snapshot.knowledge, snapshot.engine.decide, progress=progress)
    return sorted(problems, key=lambda one: (str(one.origin.path), one.origin.line, one.origin.column))


def _limits(texts: tuple[str, ...], *, upper: bool) -> Iterator[Limit]:
    from bot.evaluate import parse_limit

    for text in texts:
        try:
            yield parse_limit(text, upper=upper)
        except ValueError as error:
            raise click.UsageError(str(error)) from error


def _json_printer() -> Callable[[str, Reply], None]:
    from bot.printing import reply_object

    return lambda text, reply: _echo_json(reply_object(text, reply))


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

    click.echo("\n" + _visible(explain(reply.decision)), err=err)


def _echo_json(value: object, indent: int | None = None) -> None:
    """Print JSON as UTF-8 whatever the locale; half a surrogate pair becomes its escape, which JSON reads back."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    click.echo(text.encode("utf-8", errors="backslashreplace"))
    sys.stdout.flush()


def _visible(text: str) -> str:
    from adapters.terminal_render import visible

    return visible(text)
