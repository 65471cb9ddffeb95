"""What the bot says in its own name, in the reader's language; the sentences are in wording.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bot.model import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from bot.model import Complaint, Outcome

_FILE = Path(__file__).with_name("wording.toml")
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWording:
    """What is said around a conversation in a terminal."""

    greeting: str
    hint: str
    help_topics: str
    help_why: str
    help_help: str
    help_quit: str
    help_number: str
    no_such_number: str  # {number}
    no_such_command: str  # {command}
    nothing_yet: str
    farewell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWording:
    """What is said around answers where people chat with each other: buttons, notices, and words for moderators."""

    previous: str
    next: str
    page: str  # {page} {pages}
    may_help: str  # {title}
    show_answer: str
    asked: str  # {person}
    answer_for: str  # {person}
    thanks: str
    what_was_wrong: str
    wrong_topic: str
    out_of_date: str
    one_sided: str
    hard_to_follow: str
    noted: str
    cannot_remove: str
    muted: str
    old_button: str
    too_many: str
    failed: str  # {code}
    moderators_only: str
    your_question: str
    ask_moderators_note: str
    sent: str
    not_sent: str
    pick_topic: str
    questions: str
    sections: str
    status_line: str  # {title} {entries} {version}
    check_clean: str
    check_found: str  # {count}
    reloaded: str  # {version}
    not_reloaded: str  # {version}
    settings_refused: str  # {time}
    copy: str
    copied: str
    not_copied: str
    or_pick: str
    submit: str
    close: str
    what_to_know: str
    help: str  # {command} {shortcut}
    privacy: str
    kept_for: str  # {days}
    show_mine: str
    delete_mine: str
    mine: str
    nothing_mine: str
    deleted: str
    will_delete: str
    changed: str
    home: str
    waiting: str

    @property
    def complaints(self) -> Mapping[Complaint, str]:
        """What may have been wrong with an answer."""
        return {
            "wrong_topic": self.wrong_topic,
            "out_of_date": self.out_of_date,
            "one_sided": self.one_sided,
            "unclear": self.hard_to_follow,
        }

    def complained(self, counts: Iterable[tuple[Complaint, int]]) -> str:
        """Say how many found what wrong with an answer."""
        return ", ".join(f"{count} x {self.complaints[one]}" for one, count in counts)


_HINTS = {  # which sentence tells how a field is written
    **dict.fromkeys(("alternates", "not", "keywords", "tags", "examples"), "one_a_line"),
    **dict.fromkeys(("answer", "text", "reply"), "markdown_lines"),
    **dict.fromkeys(("as_of", "review_by"), "day_line"),
    "related": "id_lines",
    "sources": "source_lines",
    "positions": "position_lines",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratorWording:
    """What is said to moderators who settle questions and change entries."""

    reason: str
    review: str
    nothing_waits: str
    asked_by: str  # {people} {date}
    wanted: str
    add_to: str  # {title}
    add_other: str
    new_entry: str
    out_of_scope: str
    dismiss: str
    dismiss_about: str
    settled: str
    working: str
    weigh: str
    confirm: str
    cancel: str
    done: str  # {command}
    tried: str  # {count}
    left_out: str  # {count}
    stolen: str  # {count}
    cases: str  # {count}
    flips: str  # {count}
    gets_answer: str  # {entry}
    gets_suggest: str  # {entry}
    gets_none: str
    harmful: str
    told: str  # {count}
    answered: str  # {question}
    now: str
    yours: str
    one_a_line: str
    elsewhere: str  # {fields}
    known_topic: str
    no_changes: str
    figures: str  # {total} {days} {answered} {asked_back} {unanswered} {declined}
    unreached: str  # {entries}
    usage: str  # {command}
    unchanged: str
    split: str
    split_about: str
    nothing_found: str
    with_reason: str
    source_lines: str
    position_lines: str
    markdown_lines: str
    day_line: str
    id_lines: str
    back_to_form: str
    progress: str  # {done} {total}

    def hint(self, field: str) -> str:
        """Say how a field of a form is written; empty where its name says all."""
        return getattr(self, _HINTS[field]) if field in _HINTS else ""

    def gets(self, outcome: Outcome, entry_id: str | None) -> str:
        """Say what a question gets."""
        sentences = {"answer": self.gets_answer, "suggest": self.gets_suggest, "none": self.gets_none}
        return sentences[outcome].format(entry=entry_id or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsWording:
    """What the bot tells by itself: changes, the week, corrections."""

    changed: str
    changed_by: str  # {counts}
    count_new: str  # {count}
    count_changed: str  # {count}
    count_gone: str  # {count}
    new: str
    otherwise: str
    gone: str
    besides: str
    made_by: str  # {author} {action} {command}
    more: str  # {count}
    refused: str
    mended: str
    in_force: str  # {time}
    week: str
    asked: str  # {total} {answered}
    waits: str  # {count}
    voted_down: str
    votes: str  # {title} {helpful} {unhelpful}
    expired: str
    expiring: str
    due: str  # {title} {date}
    quiet: str
    still_true: str
    confirmed: str  # {title} {date} {command}
    updated: str  # {date}
    retired: str  # {date}
    instead: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Every sentence of the bot's own in one language; a comment names the placeholders that `format` fills."""

    language: str  # BCP 47
    related: str
    did_you_mean: str
    closest_topics: str
    often_asked: str
    topics: str
    suggest_title: str
    suggest: str
    unknown_title: str
    unknown: str
    covers: str  # {scope}
    out_of_scope_title: str
    unclear: str
    courtesy: str
    empty: str
    too_long: str
    stale: str  # {date}
    overdue: str  # {date}
    not_translated: str
    gone: str
    retired: str
    as_of: str  # {date}
    sources: str
    date_format: str  # {day} {month} {year}
    months: tuple[str, ...]  # January first
    actions: Mapping[Action, str]
    chat: ChatWording
    room: RoomWording
    moderator: ModeratorWording
    news: NewsWording
    fields: Mapping[str, str]  # of a form, by the YAML's names
    commands: Mapping[str, str]  # names and descriptions of commands and their options; `x_about` describes `x`

    def on(self, day: date) -> str:
        """A date in words, as this language writes it in a sentence."""
        return self.date_format.format(day=day.day, month=self.months[day.month - 1], year=day.year)


@lru_cache(maxsize=256)
def wording(*tags: str | None) -> Wording:
    """The wording for the first of some language tags that there is one for, else the English.

    Tags are BCP 47; a region or script that has no wording of its own falls back to its language.
    """
    languages = _languages()
    found = (closest(tag, languages) for tag in tags if tag)
    return languages[next((tag for tag in found if tag), DEFAULT_LANGUAGE)]


def languages() -> tuple[str, ...]:
    """The tags of the languages that the bot speaks."""
    return tuple(_languages())


def closest(tag: str, offered: Iterable[str]) -> str | None:
    """The offered language tag that serves a reader of `tag`: itself, or the same with fewer subtags.

    `hi-IN` is served by `hi`, and `en` by `en-GB` where nothing plainer is offered (RFC 4647, lookup, and its reverse).
    """
    return _closest(tag, tuple(offered))


@lru_cache(maxsize=4096)  # asked several times for each answer, of the same few languages
def _closest(tag: str, offered: tuple[str, ...]) -> str | None:
    by_folded = {_folded(one): one for one in offered}
    parts = _folded(tag).split("-")
    for end in range(len(parts), 0, -1):
        if (found := by_folded.get("-".join(parts[:end]))) is not None:
            return found
    return next((one for folded, one in by_folded.items() if folded.split("-")[0] == parts[0]), None)


def _folded(tag: str) -> str:
    return tag.strip().replace("_", "-").casefold()


@cache
def _languages() -> Mapping[str, Wording]:
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return MappingProxyType({language: _wording(language, table) for language, table in tables.items()})


def _wording(language: str, table: dict[str, Any]) -> Wording:
    """Build one language; a missing or unknown key is a mistake in the package and raises TypeError."""
    chat = ChatWording(**table.pop("chat"))
    room = RoomWording(**table.pop("room"))
    moderator = ModeratorWording(**table.pop("moderator"))
    news = NewsWording(**table.pop("news"))
    commands = MappingProxyType(table.pop("commands"))
    fields = MappingProxyType(table.pop("fields"))
    labels = table.pop("actions")
    actions = MappingProxyType({action: labels.pop(action.value) for action in Action})
    if labels:
        raise TypeError(f"wording.toml: [{language}.actions] has unknown keys: {', '.join(labels)}")
    return Wording(
        language=language,
        months=tuple(table.pop("months")),
        actions=actions,
        chat=chat,
        room=room,
        moderator=moderator,
        news=news,
        fields=fields,
        commands=commands,
        **table,
    )
