"""What the bot brings by itself: decided anew from the knowledge and the store, told once, and never lost."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sqlalchemy")

from bot.config import Settings
from bot.correction import RETIRED, reading
from bot.errors import KnowledgeError
from bot.markdown import plain
from bot.model import Asker
from bot.moderation import Moderation
from bot.outbox import Answer, Channel, Correction, Notice, Outbox
from bot.places import Place, Platform, read_places
from bot.schedule import Weekly
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Post, Store
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.bulletin import Bulletin

WAIT = 60
ROOM = Channel(id="mods", tenant="harbour")
UNKNOWN = "what is the frobnication quota"
HOUR, DAY = 3600.0, 86_400.0


class Office:
    """One process: a service on real files, a real store, and the outbox of one platform; its clock is set by hand."""

    def __init__(self, root: Path, url: str | None, clock: list[float]) -> None:
        self.root, self.clock = root, clock
        self.service = Service(open_snapshot(root, now=lambda: clock[0]), now=lambda: clock[0])
        self.store = Store.open(url, now=lambda: clock[0])
        self.moderation = Moderation(self.service, self.store, weekly=Weekly(day=0, hour=9), correct_days=7)
        self.moderator = self.moderation.of(Asker(platform="chat", tenant="harbour", is_moderator=True), "Asha")
        self.outbox = Outbox(self.moderation, "chat")

    def flush(self) -> None:
        """Wait until everything is written."""
        assert self.store.remember("flush", "x").result(WAIT) or self.store.status().kind == "none"

    def deliver(self, fate: str = "done") -> list[object]:
        """Take what is due and report on it."""
        self.flush()
        errands = list(self.outbox.take([ROOM]))
        for errand in errands:
            self.outbox.report(errand, fate)  # type: ignore[arg-type]
        self.flush()
        return errands

    def told(self) -> list[Bulletin]:
        """The bulletins that are due."""
        return [one.bulletin for one in self.deliver() if isinstance(one, Notice)]

    def write(self, old: str, new: str) -> None:
        """Change a file, as somebody with an editor, and have it read again."""
        file = self.root / "faq.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        self.service.reload()

    def ask_moderators(self, person: str, question: str = UNKNOWN, key: str = "") -> str:
        """Ask what nobody knows, and ask the moderators."""
        asker = Asker(platform="chat", tenant="harbour", place="help", person=person, locale="de")
        key = key or f"{question}/{person}"
        self.store.record_question(key, self.service.ask(question, asker), asker)
        assert self.store.ask_moderators(key, question, asker)
        self.flush()
        return key

    def post(self, message: str, entry_id: str = "faq/borrow", *, days_ago: float = 0.0, key: str = "") -> None:
        """Keep that an entry was shown to everybody."""
        self.store.record_post(
            Post(
                platform="chat",
                tenant="harbour",
                place="help",
                message=message,
                entry_id=entry_id,
                posted_at=int(self.clock[0] - days_ago * DAY),
                digest=reading(self.service.snapshot.knowledge.by_id[entry_id]),
                key=key,
            )
        )
        self.flush()


@pytest.fixture
def clock() -> list[float]:
    """A Wednesday afternoon at the start."""
    return [datetime(2026, 7, 1, 15, tzinfo=UTC).timestamp()]


@pytest.fixture
def office(tmp_path: Path, clock: list[float]) -> Iterator[Office]:
    """One process on the sample collection."""
    one = Office(write_files(tmp_path / "library"), f"sqlite:///{tmp_path / 's.db'}", clock)
    one.deliver()  # the week's state of a new channel
    yield one
    one.store.close()


@pytest.fixture
def second(office: Office, tmp_path: Path, clock: list[float]) -> Iterator[Office]:
    """Another process on the same files and database."""
    one = Office(office.root, f"sqlite:///{tmp_path / 's.db'}", clock)
    one.deliver()
    yield one
    one.store.close()


def words(bulletin: Bulletin) -> str:
    """Everything that a bulletin says."""
    lines = (line.text for part in bulletin.parts for line in part.lines)
    return "\n".join((bulletin.title, *(part.heading for part in bulletin.parts), *lines))


# --- news ----------------------------------------------------------------------------------------


def test_an_edit_of_the_files_is_told_as_a_diff_of_entries(office: Office) -> None:
    """Added, changed with what changed, and gone, each by its title; once."""
    office.write("Ten books at a time", "Twelve books at a time")
    (told,) = office.told()
    assert told.title == "The knowledge changed: 1 changed"
    assert "How many books may I borrow? (faq/borrow): answer: “Ten” → “Twelve”" in words(told)
    assert office.told() == []


def test_an_edit_from_chat_is_told_once_with_who_made_it(office: Office, second: Office) -> None:
    """Whichever process tells it, the one who made it is named, with the way back; nobody tells it again."""
    made = office.moderator.make(office.moderator.edit("faq/borrow", {"answer": "Twelve books."}), "new shelves")
    office.flush()
    second.service.reload()  # as its watcher does
    (told,) = second.told()
    assert f"Asha: edit faq/borrow (new shelves). To take it back: /backchannel undo {made.key}" in words(told)
    assert office.told() == []
    office.service.reload()
    assert office.told() == []


def test_several_changes_within_a_moment_are_told_as_one(office: Office) -> None:
    """The first at once; what follows it within half a minute comes together; what was taken back is not told."""
    office.write("Ten books", "Eleven books")
    assert len(office.told()) == 1
    office.write("Eleven books", "Twelve books")
    office.write("Twelve books", "Thirteen books")
    assert office.told() == []
    office.clock[0] += 31
    (told,) = office.told()
    assert "“Eleven” → “Thirteen”" in words(told)
    office.write("Thirteen books", "Nine books")
    office.write("Nine books", "Thirteen books")
    office.clock[0] += 31
    assert office.told() == []


def test_a_checkout_of_five_hundred_entries_is_one_message(office: Office) -> None:
    """Eight lines of a kind and the number of the rest."""
    many = "".join(f"  - {{id: e{n}, question: What is item number {n}?, answer: It is {n}.}}\n" for n in range(500))
    (office.root / "more.yaml").write_text("faq:\n" + many)
    office.service.reload()
    (told,) = office.told()
    assert told.title == "The knowledge changed: 500 new"
    assert "… and 492 more" in words(told)
    assert len(words(told)) < 1_500


def test_files_with_errors_are_told_once_with_place_and_remedy(office: Office) -> None:
    """File, line, what is expected, and the version still in force; told again only after it was mended."""
    since = office.service.status().loaded_at
    for _ in range(2):
        with pytest.raises(KnowledgeError):
            office.write("question: How many", "qestion: How many") if not _ else office.service.reload()
    (told,) = office.told()
    assert told.title == "The knowledge files have errors, so nothing changed"
    assert f"{since:%Y-%m-%d %H:%M} UTC" in words(told)
    assert any("faq.yaml:" in line.text and "question" in line.text for line in told.parts[1].lines)
    assert office.told() == []
    office.clock[0] += 31
    office.write("qestion: How many", "question: How many")
    assert [one.title for one in office.told()] == ["The knowledge files are in order again; nothing else changed."]
    with pytest.raises(KnowledgeError):
        office.write("question: How many", "qestion: How many")
    assert len(office.told()) == 1


def test_a_channel_that_cannot_be_reached_hears_it_later(office: Office) -> None:
    """What could not be sent is due again, until it is sent or never can be."""
    office.write("Ten books", "Twelve books")
    (notice,) = office.deliver("later")
    assert office.deliver("later") == [notice]
    assert office.deliver() == [notice]
    assert office.deliver() == []


# --- the week ------------------------------------------------------------------------------------


def test_the_week_is_told_once_over_restarts_and_processes(office: Office, second: Office) -> None:
    """On Monday at nine, by whichever process comes first; a process that starts later does not repeat it."""
    for person in ("a", "b", "c"):
        office.ask_moderators(person)
    office.clock[0] += 7 * DAY
    (told,) = second.told()
    assert told.title == "The week in brief"
    assert "Groups of questions that wait: 1" in words(told)
    assert f"3 x {UNKNOWN}" in words(told)
    assert office.told() == []
    restarted = Outbox(office.moderation, "chat")
    assert restarted.take([ROOM]) == ()


def test_the_week_names_what_is_due_with_a_press(office: Office) -> None:
    """What is past its review date and what will be within two weeks can be confirmed; the press moves the date."""
    soon = (datetime.fromtimestamp(office.clock[0], UTC) + timedelta(days=16)).date()
    office.write("  - id: borrow\n", f"  - id: borrow\n    review_by: {soon}\n")
    office.clock[0] += 7 * DAY
    (told,) = [one for one in office.told() if one.title == "The week in brief"]
    due = {part.heading: [line.still_true for line in part.lines] for part in told.parts if part.heading}
    assert due == {
        "Past the review date": ["faq/opening-hours"],
        "To be reviewed within two weeks": ["faq/borrow"],
    }
    today = datetime.fromtimestamp(office.clock[0], UTC).date()
    office.moderator.make(office.moderator.still_true("faq/opening-hours"))
    assert office.service.snapshot.knowledge.by_id["faq/opening-hours"].as_of == today


def test_a_quiet_week_is_told_in_a_line(office: Office) -> None:
    """It shows that somebody looks."""
    office.write("    review_by: 2026-06-01\n", "")
    office.clock[0] += 7 * DAY
    told = office.told()[-1]
    assert "Nothing waits, nothing was voted down" in words(told)


def test_no_week_without_a_time_for_it(office: Office) -> None:
    """`never` is never."""
    office.moderation.weekly = None
    office.clock[0] += 14 * DAY
    assert office.told() == []


# --- answers -------------------------------------------------------------------------------------


def test_who_asked_gets_the_answer_however_it_was_settled(office: Office, second: Office) -> None:
    """Settled by one process, brought by another, once, in the person's language; nothing is kept of it."""
    keys = [office.ask_moderators("ana"), office.ask_moderators("ana", f"{UNKNOWN} please"), office.ask_moderators("b")]
    office.moderator.make(office.moderator.add_alternate("faq/borrow", UNKNOWN))
    waiting = office.moderator.settle(keys, "alternate", "faq/borrow")
    assert {one.person for one in waiting} == {"ana", "b"}
    second.service.reload()
    answers = [one for one in second.deliver() if isinstance(one, Answer)]
    assert {one.requests[0].person: len(one.requests) for one in answers} == {"ana": 2, "b": 1}
    assert all(one.entry_id == "faq/borrow" for one in answers)
    assert "Ten books at a time" in plain(answers[0].card.body)
    assert answers[0].lead.startswith("Du hast die Moderation gefragt: „what is the frobnication quota")
    assert [one for one in office.deliver() if isinstance(one, Answer)] == []
    assert office.store.desk.requests(keys) == ()


def test_an_answer_waits_until_the_files_are_read(office: Office, second: Office) -> None:
    """A process that does not know the new entry yet brings nothing, and brings it once it does."""
    key = office.ask_moderators("ana")
    fields = {"question": "What is the frobnication quota?", "answer": "Seven."}
    office.moderator.make(office.moderator.add_entry("faq/quota", fields))
    office.moderator.settle([key], "new_entry", "faq/quota")
    office.flush()
    assert [one for one in second.deliver() if isinstance(one, Answer)] == []
    second.service.reload()
    (answer,) = [one for one in second.deliver() if isinstance(one, Answer)]
    assert "Seven." in plain(answer.card.body)


def test_what_is_out_of_scope_is_told_in_its_own_words(office: Office) -> None:
    """The fixed reply, not a shrug."""
    key = office.ask_moderators("ana")
    office.moderator.make(office.moderator.add_alternate("out_of_scope/weather", UNKNOWN))
    office.moderator.settle([key], "out_of_scope", "out_of_scope/weather")
    (answer,) = [one for one in office.deliver() if isinstance(one, Answer)]
    assert (answer.entry_id, plain(answer.card.body)) == ("", "I only know the library, not the weather.")


def test_an_answer_that_was_not_taken_is_tried_again(office: Office) -> None:
    """After the time that one process has it to itself; whom nothing reaches is forgotten."""
    key = office.ask_moderators("ana")
    office.moderator.settle([key], "alternate", "faq/borrow")
    assert len(office.deliver("later")) == 1
    assert office.deliver() == []
    office.clock[0] += 301
    assert len(office.deliver("gone")) == 1
    office.clock[0] += 301
    assert office.deliver() == []


def test_dismissing_tells_nobody(office: Office) -> None:
    """Who asked is forgotten."""
    office.moderator.settle([office.ask_moderators("ana")], "dismissed")
    assert office.deliver() == []


# --- corrections ---------------------------------------------------------------------------------


def test_a_correction_reaches_recent_messages_of_the_entry(office: Office) -> None:
    """The new text with its date, for messages of the last days; once, and again when it is taken back."""
    office.post("1")
    office.post("2", "faq/noise")
    office.post("3", days_ago=8)
    assert office.deliver() == []
    made = office.moderator.make(office.moderator.edit("faq/borrow", {"answer": "Twelve books."}))
    (correction,) = [one for one in office.deliver() if isinstance(one, Correction)]
    assert correction.post.message == "1"
    assert plain(correction.card.body) == "Twelve books."
    today = datetime.fromtimestamp(office.clock[0], UTC)
    assert correction.note == f"Updated {today.day} {today:%B} {today.year}"
    assert [one for one in office.deliver() if isinstance(one, Correction)] == []
    office.moderator.make(office.moderator.undo(made.key))
    (back,) = [one for one in office.deliver() if isinstance(one, Correction)]
    assert plain(back.card.body).startswith("Ten books")


def test_a_correction_in_a_thread_has_its_channels_settings(office: Office, tmp_path: Path) -> None:
    """The channel's language goes for its threads, unless a thread has one of its own."""
    file = tmp_path / "settings.toml"
    file.write_text('chat.places.help.language = "de"\nchat.places.aside.language = "fr"\n')
    platform = Platform(name="chat", settings=Settings, place=Place, place_id=re.compile(r"\w+"), expects="a channel")
    office.service.reload_places(lambda: read_places((platform,), {}, file))
    for thread in ("thread", "aside"):
        post = Post(
            platform="chat", tenant="harbour", place=thread, parent="help", message=thread, entry_id="faq/borrow",
            posted_at=int(office.clock[0]), digest=reading(office.service.snapshot.knowledge.by_id["faq/borrow"]),
        )  # fmt: skip
        office.store.record_post(post)
    office.write("Ten books", "Twelve books")
    notes = {one.post.place: one.note.split()[0] for one in office.deliver() if isinstance(one, Correction)}
    assert notes == {"thread": "Aktualisiert", "aside": "Mis"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ten books at a time, for a month.", "Ten books  at a time,\\n      for a **month**."),
        ("alternates: [borrowing limit", "alternates: [lending ceiling, borrowing limit"),
        ("  - id: borrow\n", "  - id: borrow\n    review_by: 2030-01-01\n"),
    ],
)
def test_what_readers_would_not_notice_corrects_nothing(office: Office, old: str, new: str) -> None:
    """Spacing, emphasis, another phrasing or a date is no correction."""
    office.post("1")
    office.write(old, new.replace("\\n", " "))
    assert [one for one in office.deliver() if isinstance(one, Correction)] == []


def test_a_retired_entry_is_withdrawn_where_it_stands(office: Office) -> None:
    """Its messages say so, with what to read instead."""
    office.post("1")
    office.moderator.make(office.moderator.retire("faq/borrow", "section/history"))
    (correction,) = [one for one in office.deliver() if isinstance(one, Correction)]
    assert plain(correction.card.body).startswith("This answer was retired on")
    assert [one.entry_id for one in correction.card.suggestions] == ["section/history"]
    assert correction.digest == RETIRED
    assert [one for one in office.deliver() if isinstance(one, Correction)] == []


def test_a_change_made_while_the_bot_was_away_is_corrected_at_the_start(office: Office) -> None:
    """What messages say is compared with the knowledge, not with a memory of edits."""
    office.post("1")
    (office.root / "faq.yaml").write_text((office.root / "faq.yaml").read_text().replace("Ten books", "Two books"))
    office.service.reload()
    restarted = Outbox(office.moderation, "chat")
    (correction,) = restarted.take([])
    assert isinstance(correction, Correction)
    assert plain(correction.card.body).startswith("Two books")


def test_corrections_are_few_at_once_and_few_in_all(office: Office) -> None:
    """Ten in a round, fifty for an entry, the newest; a message that is gone is forgotten."""
    for number in range(60):
        office.post(str(number), days_ago=number / 24)
    office.write("Ten books", "Two books")
    done: list[str] = []
    while errands := [one for one in office.deliver("gone" if not done else "done") if isinstance(one, Correction)]:
        assert len(errands) <= 10
        done += [one.post.message for one in errands]
    assert done[:10] == [str(number) for number in range(10)]
    assert len(done) == 60  # the ten that were gone made room for the next ten


def test_a_section_is_corrected_with_the_passage_that_was_asked_for(office: Office) -> None:
    """The question is known by the reply's key, and gets the form that it got before."""
    asker = Asker(platform="chat", tenant="harbour", place="help", person="ana")
    question = "history of the library"
    reply = office.service.ask(question, asker)
    office.store.record_question("k1", reply, asker)
    office.post("1", "section/history", key="k1")
    sections = office.root / "sections.yaml"
    sections.write_text(sections.read_text().replace("How the library came about", "How the library began"))
    office.service.reload()
    (correction,) = [one for one in office.deliver() if isinstance(one, Correction)]
    assert correction.question == question
    assert correction.card.title == "How the library began"
    assert correction.card.body == office.service.ask(question, asker).card.body


def test_nothing_is_corrected_where_that_is_set(office: Office) -> None:
    """`0` days corrects nothing."""
    office.moderation.correct_days = 0
    office.post("1")
    office.write("Ten books", "Two books")
    assert [one for one in office.deliver() if isinstance(one, Correction)] == []


# --- without a database, and between threads -----------------------------------------------------


def test_without_a_database_news_are_told_all_the_same(tmp_path: Path, clock: list[float]) -> None:
    """What needs the past is left out; a change is told once."""
    office = Office(write_files(tmp_path / "library"), None, clock)
    office.write("Ten books", "Twelve books")
    assert len(office.told()) == 1
    office.clock[0] += 7 * DAY
    assert office.told() == []


def test_news_and_settled_questions_wake_the_courier(office: Office) -> None:
    """Nobody has to wait for the next look."""
    for act in (
        lambda: office.write("Ten books", "Twelve books"),
        lambda: office.moderator.settle(["k"], "dismissed"),
    ):
        woken = threading.Event()
        office.outbox.listen(woken.set)
        act()
        assert woken.wait(WAIT)


def test_a_channel_hears_of_its_own_collections(tmp_path: Path, clock: list[float]) -> None:
    """Where moderators keep some collections, changes and errors of the others are none of theirs."""
    for name in ("north", "south"):
        write_files(tmp_path / "knowledge" / name)
    office = Office(tmp_path / "knowledge", None, clock)
    file = tmp_path / "settings.toml"
    file.write_text('chat.places.mods.collections = "north"\n')
    platform = Platform(name="chat", settings=Settings, place=Place, place_id=re.compile(r"\w+"), expects="a channel")
    office.service.reload_places(lambda: read_places((platform,), {}, file))
    elsewhere = Channel(id="others", tenant="harbour")

    def told() -> dict[str, str]:
        office.clock[0] += 31
        errands = office.outbox.take([ROOM, elsewhere])
        for one in errands:
            office.outbox.report(one, "done")
        return {one.channel.id: words(one.bulletin) for one in errands if isinstance(one, Notice)}

    faq = {name: tmp_path / "knowledge" / name / "faq.yaml" for name in ("north", "south")}
    faq["south"].write_text(faq["south"].read_text().replace("Ten books", "Twelve books"))
    office.service.reload()
    assert told().keys() == {"others"}
    for one in faq.values():
        one.write_text(one.read_text().replace("for a month", "for a week"))
    office.service.reload()
    both = told()
    assert "south:faq/borrow" not in both["mods"]
    assert "north:faq/borrow" in both["mods"]
    assert "south:faq/borrow" in both["others"]
    faq["south"].write_text("faq: nothing\n")
    with pytest.raises(KnowledgeError):
        office.service.reload()
    assert told().keys() == {"others"}
