"""The moderators' commands in the terminal: review, stats, history and undo."""

from __future__ import annotations

import getpass
import json
import os
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.errors import BackchannelError

# What a command needs is imported in it, so that `--help` is answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.learn import Group
    from bot.model import Match
    from bot.moderation import Moderator
    from bot.proposal import Proposal

_LISTED = 10  # consequences shown of each kind
_WORDINGS = 5
_ABOVE = "--- Write the answer above this line"


def _example(*lines: str) -> str:
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


_knowledge = click.option(
    "--knowledge",
    "path",
    metavar="DIR",
    type=click.Path(exists=True, path_type=Path),
    help="The knowledge to work on.  [default: the setting, else ./knowledge, else what is shipped]",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
_yes = click.option("--yes", is_flag=True, help="Do not ask before making the change.")


@click.command(epilog=_example("backchannel review"))
@click.option("--all", "everything", is_flag=True, help="Show questions that only one person asked, too.")
@_knowledge
def review(*, path: Path | None, everything: bool) -> None:
    """Work off the questions that were not answered, group by group."""
    with _moderator(path, min_people=1 if everything else None) as moderator:
        waiting = moderator.queue()
        click.echo(f"{len(waiting)} groups of questions wait." if waiting else "Nothing waits.")
        for number, group in enumerate(waiting, start=1):
            closest = _show_group(moderator, group, f"{number} of {len(waiting)}")
            if not _settle(moderator, group, closest):
                return


@click.command(epilog=_example("backchannel stats", "backchannel stats --days 90 --html stats.html"))
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How many days to look back.")
@click.option("--html", "page", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write a page.")
@_json
@_knowledge
def stats(*, days: int, page: Path | None, as_json: bool, path: Path | None) -> None:
    """Show how questions ended, by day and by entry, and which entries nobody reaches."""
    from bot.statistics import page as page_of

    with _moderator(path) as moderator:
        figures = moderator.statistics(datetime.now(UTC).date(), days=days)
    if page is not None:
        page.write_text(page_of(figures, f"The last {days} days"), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(asdict(figures), default=str, ensure_ascii=False, indent=1))
        return
    click.echo(f"{figures.total:,} questions in {days} days, {figures.answered:,} answered.")
    for day in figures.days:
        if day.total:
            parts = f"{day.answered:,} answered, {day.asked_back:,} asked back, {day.unanswered:,} not answered"
            click.echo(f"{day.day}  {day.total:>7,}: {parts}, {day.declined:,} declined")
    for entry in figures.entries[:_LISTED]:
        if entry.answers:
            click.echo(f"{entry.answers:>7,}  {entry.entry_id}  +{entry.helpful} -{entry.unhelpful}")
    click.echo(f"Answered nobody: {', '.join(figures.unreached) or 'none'}")


@click.command(epilog=_example("backchannel history", "backchannel history faq/us-role"))
@click.argument("entry", required=False)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many to show.")
@_json
@_knowledge
def history(*, entry: str | None, limit: int, as_json: bool, path: Path | None) -> None:
    """Show who changed what and when, newest first."""
    with _moderator(path) as moderator:
        edits = moderator.history(entry, limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(edit) for edit in edits], ensure_ascii=False, indent=1))
        return
    for edit in edits:
        made = datetime.fromtimestamp(edit.made_at, UTC)
        undoes = f" (takes back {edit.undoes})" if edit.undoes else ""
        pending = "" if edit.state == "done" else f" [{edit.state}]"
        reason = f": {edit.reason}" if edit.reason else ""
        what = f"{edit.action} {edit.entry_id}{undoes}{pending}{reason}"
        click.echo(_visible(f"{edit.key}  {made:%Y-%m-%d %H:%M} UTC  {edit.author}  {what}"))
    if not edits:
        click.echo("No changes are recorded.")


@click.command(epilog=_example("backchannel undo 3f2a9c01"))
@click.argument("change")
@click.option("--reason", default="", help="Kept in the history.")
@_yes
@_knowledge
def undo(*, change: str, reason: str, yes: bool, path: Path | None) -> None:
    """Take a change back, by its key in the history; that is a change of its own and can be taken back too."""
    with _moderator(path) as moderator:
        _make(moderator, moderator.undo(change), reason, yes=yes)


@contextmanager
def _moderator(path: Path | None, min_people: int | None = None) -> Iterator[Moderator]:
    from dataclasses import replace

    from bot.config import load_settings, settings_file
    from bot.learn import MIN_PEOPLE
    from bot.model import Asker
    from bot.moderation import Moderation
    from bot.service import Service
    from bot.store import Store

    settings = load_settings(os.environ, settings_file(os.environ))
    if path is not None:
        settings = replace(settings, knowledge=path)
    with Store.configured(settings) as store:
        moderation = Moderation(Service.open(settings), store, min_people=min_people or MIN_PEOPLE, git=settings.git)
        moderation.reconcile()
        someone = Asker(platform="terminal", is_moderator=True)
        yield moderation.of(someone, getpass.getuser(), everywhere=True)


def _show_group(moderator: Moderator, group: Group, place: str) -> tuple[Match, ...]:
    wanted = ", somebody waits for an answer" if group.wanted else ""
    last = datetime.fromtimestamp(group.last_asked, UTC)
    click.echo(f"\n[{place}] {group.people} people, last on {last:%Y-%m-%d}{wanted}")
    for wording in group.wordings[:_WORDINGS]:
        click.echo(_visible(f"  {wording.times} x {wording.text}"))
    closest = moderator.closest(group)
    for number, match in enumerate(closest, start=1):
        click.echo(_visible(f"    {number}) {match.confidence:.0%}  {match.entry.id}  {match.entry.title}"))
    return closest


def _settle(moderator: Moderator, group: Group, closest: tuple[Match, ...]) -> bool:
    """Ask what to do with a group until it is done or left; False to end."""
    while True:
        answer = click.prompt("number or id: add to it; [n]ew, [o]ut of scope, [d]ismiss, [s]kip, [q]uit", default="s")
        try:
            match answer.strip():
                case "q":
                    return False
                case "s":
                    return True
                case "d":
                    moderator.settle(group.keys, "dismissed")
                    return True
                case "n":
                    proposal = _new_entry(moderator, group)
                    verdict = "new_entry"
                case "o":
                    proposal = _out_of_scope(moderator, group)
                    verdict = "out_of_scope"
                case chosen:
                    number = int(chosen) if chosen.isdecimal() else 0
                    entry_id = closest[number - 1].entry.id if 0 < number <= len(closest) else chosen
                    proposal = moderator.add_alternate(entry_id, group.text)
                    verdict = "alternate"
            done = _make(moderator, proposal)
        except BackchannelError as error:
            click.echo(_visible(str(error)), err=True)
            continue
        if done:
            waiting = moderator.settle(group.keys, verdict, proposal.entry_id)  # type: ignore[arg-type]
            if waiting:
                people = len({(one.platform, one.person) for one in waiting})
                click.echo(f"People who wait and get this answer from the bot: {people}")
            return True


def _new_entry(moderator: Moderator, group: Group) -> Proposal:
    title = click.prompt("Question", default=group.text)
    slug = click.prompt("Id", default=_slug(title))
    answer = click.edit(f"\n{_ABOVE}, in Markdown.\n") or ""
    body = answer.rsplit(_ABOVE, 1)[0].strip()
    alternates = [wording.text for wording in group.wordings if wording.text != title][:_WORDINGS]
    return moderator.add_entry(f"faq/{slug}", {"question": title, "alternates": alternates, "answer": body})


def _out_of_scope(moderator: Moderator, group: Group) -> Proposal:
    slug = click.prompt("Id of the topic that is out of scope (an old or a new one)")
    known = moderator.stock_ids()
    if f"out_of_scope/{slug}" in known:
        return moderator.add_alternate(f"out_of_scope/{slug}", group.text)
    reply = click.prompt("What to reply")
    examples = [wording.text for wording in group.wordings[:_WORDINGS]]
    return moderator.add_entry(f"out_of_scope/{slug}", {"examples": examples, "reply": reply})


def _make(moderator: Moderator, proposal: Proposal, reason: str = "", *, yes: bool = False) -> bool:
    """Show a proposal and its impact, and make it if the moderator wants it."""
    from adapters.terminal_progress import shown_progress
    from bot.impact_cli import show_impact

    click.echo(_visible(proposal.diff))
    with shown_progress() as progress:
        found = moderator.weigh(proposal, progress=progress)
    show_impact(found)
    if not yes and not click.confirm("Make this change?", default=not found.harmful):
        return False
    made = moderator.make(proposal, reason)
    click.echo(f"Done; take it back with: backchannel undo {made.key}")
    if made.trouble:
        click.echo(_visible(made.trouble), err=True)
    return True


def _slug(title: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in title.lower())
    return "-".join(part for part in plain.split("-") if part)[:40].strip("-")


def _visible(text: str) -> str:
    from adapters.terminal_render import visible

    return visible(text)
