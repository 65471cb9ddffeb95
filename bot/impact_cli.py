"""What a change to the knowledge would do, printed for people, programs and pull requests."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.shared_cli import echo_json, visible

# What a command needs is imported in it, so that `--help` is answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.config import Settings
    from bot.impact import Flip, Impact
    from bot.model import Origin

_LISTED = 10  # consequences shown of each kind


def against(settings: Settings, base: str, *, cases: Path | None, style: str, as_json: bool) -> bool:
    """Print what changed between `base` (a Git revision or a folder) and the knowledge that the settings name.

    `style` is "text" or "github". True if nothing that was right became wrong.
    """
    from adapters.terminal_progress import shown_progress
    from bot.evaluate import read_cases
    from bot.impact import impact
    from bot.knowledge.git import extract
    from bot.snapshot import knowledge_path, open_transformer
    from bot.version import open_version

    folder, transformer = knowledge_path(settings), open_transformer(settings)
    labelled = read_cases(cases) if cases else []
    with tempfile.TemporaryDirectory(prefix="backchannel-") as temporary, shown_progress() as progress:
        old = Path(base)
        if not old.is_dir():
            old = Path(temporary) / folder.resolve().name
            old.mkdir()
            extract(folder, base, old)
        found = impact(
            open_version(old, transformer=transformer, progress=progress),
            new := open_version(folder, transformer=transformer, progress=progress),
            questions=_recent_questions(),
            cases=labelled,
            seconds=None,  # nobody waits in a chat for this, and a pull request is told everything
            progress=progress,
        )
    if as_json:
        echo_json(_impact_object(found), indent=1)
    elif style == "github":
        _annotate(found, {entry.id: entry.origin for entry in new.knowledge.by_id.values()}, folder)
    else:
        show_impact(found)
    return not found.harmful


def show_impact(found: Impact) -> None:
    """Print the consequences of a change for a person."""
    entries = found.entries
    for name, ids in (("New", entries.added), ("Gone", entries.removed), ("Changed", entries.changed)):
        if ids:
            click.echo(f"{name}: {', '.join(ids)}")
    _show_flips("phrasings of the knowledge no longer reach their entry", found.stolen)
    _show_flips("labelled cases get another answer", found.cases)
    _show_flips(f"of {found.asked:,} real questions get another answer", found.questions)
    if found.skipped:
        click.echo(f"{found.skipped:,} texts that have least to do with the change were left out for lack of time")


def _show_flips(what: str, flips: tuple[Flip, ...]) -> None:
    click.echo(f"{len(flips)} {what}")
    for flip in flips[:_LISTED]:
        mark = {"better": "+", "worse": "-", "other": " "}[flip.effect]
        click.echo(visible(f"  {mark} {flip.question}: {flip.before} -> {flip.after}"))
    if len(flips) > _LISTED:
        click.echo(f"    and {len(flips) - _LISTED} more")


def _annotate(found: Impact, origins: dict[str, Origin], folder: Path) -> None:
    from bot.model import Origin, Problem
    from bot.printing import annotation

    nowhere = Origin(path=folder, line=1, column=1)
    for flip in (*found.stolen, *found.cases, *found.questions):
        ids = (flip.owner, flip.after.entry_id, flip.before.entry_id)
        place = next((origins[one] for one in ids if one in origins), nowhere)
        message = f"{flip.text!r} gets {flip.after} in place of {flip.before}"
        if flip.owner:
            message = f"{flip.text!r} is a phrasing of {flip.owner}, but gets {flip.after}"
        code = "worse" if flip.effect == "worse" else "changed"
        click.echo(annotation(Problem(origin=place, level="warning", code=code, message=message)))


def _impact_object(found: Impact) -> dict[str, object]:
    def flips(some: tuple[Flip, ...]) -> list[dict[str, object]]:
        return [{**asdict(one), "before": str(one.before), "after": str(one.after)} for one in some]

    return {
        "entries": asdict(found.entries),
        "stolen": flips(found.stolen),
        "cases": flips(found.cases),
        "questions": flips(found.questions),
        "asked": found.asked,
        "skipped": found.skipped,
        "harmful": found.harmful,
    }


def _recent_questions() -> tuple[str, ...]:
    """Read the questions that were really asked, where a database keeps them already; none is begun for this."""
    from bot.config import load_settings, settings_file
    from bot.errors import StoreError
    from bot.impact import RECENT

    settings = load_settings(os.environ, settings_file(os.environ))
    try:
        from bot.store import Store, default_url, exists
    except ImportError:  # without the extra there is no store to ask
        return ()
    if settings.database_url == "none" or not exists(settings.database_url or default_url()):
        return ()
    with Store.configured(settings) as store:
        try:
            return tuple(question.text for question in store.desk.recent_questions(limit=RECENT))
        except StoreError:
            return ()
