"""The moderators' commands in the terminal: review, stats, history and undo."""

from __future__ import annotations

import getpass
import os
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.errors import BackchannelError
from bot.shared_cli import echo_json, example, json_option, knowledge_option, visible

# What a command needs is imported in it, so that `--help` is answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.learn import Group
    from bot.model import Entry
    from bot.moderation import Moderator
    from bot.proposal import Proposal
    from bot.store import Verdict

_LISTED = 10  # consequences shown of each kind
_WORDINGS = 5
_ABOVE = "--- Write the answer above this line"


_yes = click.option("--yes", is_flag=True, help="Do not ask before making the change.")


@click.command(epilog=example("backchannel review"))
@click.option("--all", "everything", is_flag=True, help="Show questions that only one person asked, too.")
@knowledge_option
def review(*, path: Path | None, everything: bool) -> None:
    """Work off the questions that were not answered, group by group."""
    with _moderator(path, min_people=1 if everything else None) as moderator:
        waiting = list(moderator.queue())
        click.echo(f"{len(waiting)} groups of questions wait." if waiting else "Nothing waits.")
        for number, group in enumerate(waiting, start=1):
            closest = _show_group(moderator, group, f"{number} of {len(waiting)}")
            after = _settle(moderator, group, closest)
            if after is None:
                return
            waiting[number:number] = after


@click.command(epilog=example("backchannel stats", "backchannel stats --days 90 --html stats.html"))
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How many days to look back.")
@click.option("--html", "page", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write a page.")
@json_option
@knowledge_option
def stats(*, days: int, page: Path | None, as_json: bool, path: Path | None) -> None:
    """Show how questions ended, by day and by entry, and which entries nobody reaches."""
    from bot.statistics import page as page_of
    from bot.wording import DEFAULT_LANGUAGE, wording

    with _moderator(path) as moderator:
        figures = moderator.statistics(days=days)
    if page is not None:
        page.write_text(page_of(figures, f"The last {days} days"), encoding="utf-8")
    if as_json:
        echo_json(asdict(figures), indent=1)
        return
    click.echo(f"Questions of the last {days} days: {figures.total:,}, answered: {figures.answered:,}.")
    for day in figures.days:
        if day.total:
            parts = f"{day.answered:,} answered, {day.asked_back:,} asked back, {day.unanswered:,} not answered"
            click.echo(f"{day.day}  {day.total:>7,}: {parts}, {day.declined:,} declined")
    for line in figures.by_entry(_LISTED, wording(DEFAULT_LANGUAGE).room):
        click.echo(line)
    if figures.total:
        click.echo(f"Answered nobody: {', '.join(figures.unreached) or 'none'}")


@click.command(epilog=example("backchannel history", "backchannel history faq/us-role"))
@click.argument("entry", required=False)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many to show.")
@json_option
@knowledge_option
def history(*, entry: str | None, limit: int, as_json: bool, path: Path | None) -> None:
    """Show who changed what and when, newest first."""
    with _moderator(path) as moderator:
        edits = moderator.history(entry, limit=limit)
    if as_json:
        echo_json([asdict(edit) for edit in edits], indent=1)
        return
    for edit in edits:
        made = datetime.fromtimestamp(edit.made_at, UTC)
        undoes = f" (takes back {edit.undoes})" if edit.undoes else ""
        pending = "" if edit.state == "done" else f" [{edit.state}]"
        reason = f": {edit.reason}" if edit.reason else ""
        what = f"{edit.action} {edit.entry_id}{undoes}{pending}{reason}"
        click.echo(visible(f"{edit.key}  {made:%Y-%m-%d %H:%M} UTC  {edit.author}  {what}"))
    if not edits:
        click.echo("No changes are recorded.")


@click.command(epilog=example("backchannel undo 3f2a9c01"))
@click.argument("change")
@click.option("--reason", default="", help="Kept in the history.")
@_yes
@knowledge_option
def undo(*, change: str, reason: str, yes: bool, path: Path | None) -> None:
    """Take a change back, by its key in the history; that is a change of its own and can be taken back too."""
    with _moderator(path) as moderator:
        _make(moderator, moderator.undo(change), reason, yes=yes)


@click.command(epilog=example("backchannel retire faq/old-hours --see faq/opening-hours"))
@click.argument("entry")
@click.option("--see", metavar="ENTRY", help="What readers of old messages are sent to.")
@click.option("--reason", default="", help="Kept in the history.")
@_yes
@knowledge_option
def retire(*, entry: str, see: str | None, reason: str, yes: bool, path: Path | None) -> None:
    """Take an entry away; a comment stays in its place, so that buttons of old messages lead on."""
    with _moderator(path) as moderator:
        _make(moderator, moderator.retire(entry, see), reason, yes=yes)


@contextmanager
def _moderator(path: Path | None, min_people: int | None = None) -> Iterator[Moderator]:
    from dataclasses import replace

    from bot.config import load_settings, settings_file
    from bot.model import Asker
    from bot.moderation import Moderation
    from bot.service import Service
    from bot.store import Store

    settings = load_settings(os.environ, settings_file(os.environ))
    if path is not None:
        settings = replace(settings, knowledge=path)
    with Store.configured(settings) as store:
        moderation = Moderation(Service.open(settings), store, min_people=min_people, git=settings.git)
        moderation.reconcile()
        someone = Asker(platform="terminal", is_moderator=True)
        yield moderation.of(someone, getpass.getuser(), everywhere=True)


def _show_group(moderator: Moderator, group: Group, place: str) -> Sequence[Entry]:
    from bot.proposal import likely

    wanted = ", somebody waits for an answer" if group.wanted else ""
    last = datetime.fromtimestamp(group.last_asked, UTC)
    click.echo(
        f"\n[{place}] {group.people} {'person' if group.people == 1 else 'people'}, last on {last:%Y-%m-%d}{wanted}"
    )
    for wording in group.wordings[:_WORDINGS]:
        click.echo(visible(f"  {wording.times} x {wording.text}"))
    closest = moderator.closest(group)
    for number, match in enumerate(closest, start=1):
        click.echo(visible(f"    {number}) {likely(match)}"))
    return [match.entry for match in closest]


def _settle(  # noqa: C901 - a case for each answer
    moderator: Moderator, group: Group, closest: Sequence[Entry]
) -> list[Group] | None:
    """Ask what to do with a group until it is done or left; give what was split off it, None to end."""
    more = ", s[p]lit" if len(group.wordings) > 1 else ""
    while True:
        click.echo(f"Add to an entry: its number, its id, or words to find it. [n]ew entry, [o]ut of scope{more},")
        answer = click.prompt("[d]ismiss, [s]kip, [q]uit", default="s").strip()
        try:
            match answer:
                case "q":
                    return None
                case "s":
                    return []
                case "d":
                    moderator.settle(group.keys, "dismissed")
                    return []
                case "p" if more:
                    return _split(moderator, group)
                case "n":
                    done = _settled(moderator, group, _new_entry(moderator, group), "new_entry")
                case "o":
                    done = _settled(moderator, group, _out_of_scope(moderator, group), "out_of_scope")
                case words if (entry_id := _entry_id(words, closest)) is None:
                    closest, done = _found(moderator, words), False
                case _:
                    proposal = moderator.add_alternate(entry_id, group.text)
                    done = _settled(moderator, group, proposal, "alternate")
        except BackchannelError as error:
            click.echo(visible(str(error)), err=True)
            continue
        if done:
            return []


def _settled(moderator: Moderator, group: Group, proposal: Proposal, verdict: Verdict) -> bool:
    """Make a change and settle a group with it; False if the moderator would rather not."""
    done = _make(moderator, proposal)
    if done and (waiting := moderator.settle(group.keys, verdict, proposal.entry_id)):
        people = len({(one.platform, one.person) for one in waiting})
        click.echo(f"People who wait and get this answer from the bot: {people}")
    return done


def _entry_id(answer: str, closest: Sequence[Entry]) -> str | None:
    """Read the number of an entry shown, or an id; None for anything else."""
    if answer.isdecimal() and 0 < int(answer) <= len(closest):
        return closest[int(answer) - 1].id
    return answer if "/" in answer else None


def _found(moderator: Moderator, words: str) -> Sequence[Entry]:
    """Show the entries that words find, numbered."""
    from bot.proposal import named

    found = moderator.search(words)
    if not found:
        click.echo("Nothing was found.")
    for number, entry in enumerate(found, start=1):
        click.echo(visible(f"    {number}) {named(entry)}"))
    return found


def _split(moderator: Moderator, group: Group) -> list[Group]:
    """Ask which questions belong elsewhere; they come as a group of their own, then the rest."""
    for number, wording in enumerate(group.wordings, start=1):
        click.echo(visible(f"    {number}) {wording.text}"))
    chosen = click.prompt("Numbers of the questions that belong elsewhere, with blanks between").split()
    numbers = [int(one) for one in chosen if one.isdecimal() and 0 < int(one) <= len(group.wordings)]
    keys = [key for number in numbers for key in group.wordings[number - 1].keys]
    moderator.split(group, keys)
    rest = next(key for key in group.keys if key not in keys)
    return [one for key in (keys[0], rest) if (one := moderator.find(key))]


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
    from bot.impact import A_WHILE
    from bot.impact_cli import show_impact

    click.echo(visible(proposal.diff))
    with shown_progress() as progress:
        found = moderator.weigh(proposal, seconds=A_WHILE, progress=progress)
    show_impact(found)
    if not yes:
        if not click.confirm("Make this change?", default=not found.harmful):
            return False
        reason = reason or click.prompt("Why, for the history (may be empty)", default="", show_default=False)
    made = moderator.make(proposal, reason)
    click.echo(f"Done; take it back with: backchannel undo {made.key}")
    if made.trouble:
        click.echo(visible(made.trouble), err=True)
    return True


def _slug(title: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in title.lower())
    return "-".join(part for part in plain.split("-") if part)[:40].strip("-")
