"""The commands about the knowledge itself: check it, measure it, and print its format."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.config import settings_file
from bot.errors import ConfigError
from bot.shared_cli import (
    NOT_DONE,
    Refusal,
    echo_json,
    example,
    json_option,
    knowledge_option,
    open_service,
    settings_in_force,
    visible,
)

# What a command needs is imported in it, so that `--help` and a wrong option are answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.evaluate import Limit
    from bot.model import Problem


@click.command(
    epilog=example(
        "backchannel check",
        "backchannel check knowledge/my-server --format github",
        "backchannel check knowledge/my-server --against origin/main --cases cases.jsonl",
    )
)
@click.argument("path", metavar="[DIR]", required=False, type=click.Path(exists=True, path_type=Path))
@json_option
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

        if not against(settings_in_force(path), base, cases=cases, style=style, as_json=as_json):
            sys.exit(NOT_DONE)
        return
    if cases is not None:
        raise click.UsageError("--cases goes with --against.")
    from bot.printing import annotation, problem_object

    problems = _problems(path)
    errors = sum(problem.level == "error" for problem in problems)
    if as_json:
        echo_json([problem_object(problem) for problem in problems], indent=1)
    else:
        for problem in problems:
            click.echo(annotation(problem) if style == "github" else visible(str(problem)))
        click.echo(f"{errors} errors, {len(problems) - errors} warnings", err=True)
    if errors:
        sys.exit(NOT_DONE)


@click.command(
    epilog=example(
        "backchannel evaluate tests/data/article.jsonl --html report.html",
        "backchannel evaluate cases.jsonl --fail-under top1=0.75 --fail-over out-far:false_answer=0",
    )
)
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.option("--fail-under", multiple=True, metavar="NAME=VALUE", help="Exit 1 if [KIND:]NAME is lower.")
@click.option("--fail-over", multiple=True, metavar="NAME=VALUE", help="Exit 1 if [KIND:]NAME is higher.")
@click.option(
    "--html", "page", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots."
)
@knowledge_option
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
    snapshot = open_service(path).snapshot
    with shown_progress() as progress:
        results = run(labelled, snapshot.engine.decide, progress=progress)
    broken = [sentence for limit in limits if (sentence := breach(limit, results))]
    if as_json:
        echo_json(summary_object(results, broken), indent=1)
    else:
        click.echo(visible(summary(results)))
    if page is not None:
        try:
            write_page(page, results, snapshot.knowledge, cases.name)
        except OSError as error:
            raise Refusal(f"{page}: the page cannot be written ({error.strerror}).") from error
    for sentence in broken:
        click.echo(f"Limit broken: {sentence}", err=True)
    if broken:
        sys.exit(NOT_DONE)


@click.command(epilog=example("backchannel schema > backchannel.schema.json"))
def schema() -> None:
    """Print the JSON Schema of the knowledge format."""
    from bot.knowledge.schema import json_schema

    echo_json(json_schema(), indent=2)


def _problems(path: Path | None) -> list[Problem]:
    """All problems of the files, and of the matching where the files have no errors and are not too many."""
    from adapters.settings import platforms
    from adapters.terminal_progress import shown_progress
    from bot.knowledge.check import check_files
    from bot.lint import MAX_PHRASINGS, lint, phrasing_count
    from bot.places import read_places
    from bot.snapshot import cache_of, knowledge_path, open_snapshot, open_transformer

    try:
        settings = settings_in_force(path)
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
