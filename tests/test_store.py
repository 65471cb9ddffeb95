"""The store on a real SQLite file and on a real PostgreSQL server: the same behaviour on both."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sqlalchemy")

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, table, text

from bot.errors import ConfigError, StoreError
from bot.model import Action, Asker
from bot.privacy import Marker
from bot.store import Edit, Post, Store, new_key
from bot.store.database import Database
from bot.store.keys import kept
from bot.store.schema import METADATA, QUESTION
from bot.store.writer import Writer
from bot.store.writes import ChoiceMade
from tests.fakes.stopwatch import Stopwatch
from tests.postgres_server import PostgresServer
from tests.replies import reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOMEONE = Asker(platform="terminal", tenant="harbour", place="help", person="someone")
ANOTHER = Asker(platform="terminal", tenant="harbour", place="help", person="another")
WAIT = 60  # seconds that a write may take on a machine that others keep busy


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for this file."""
    started = PostgresServer()
    yield started
    started.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'store.db'}"
    pytest.importorskip("psycopg")
    server: PostgresServer = request.getfixturevalue("server")
    return server.new_database()


@pytest.fixture
def clock() -> SimpleNamespace:
    """A clock that stands still until it is set."""
    return SimpleNamespace(now=1_750_000_000.0)


@pytest.fixture
def store(url: str, clock: SimpleNamespace) -> Iterator[Store]:
    """An open store."""
    with Store.open(url, now=lambda: clock.now) as opened:
        yield opened


def rows(url: str, statement: object) -> list[tuple[object, ...]]:
    """Look into the database behind the store's back."""
    database = Database(url)
    with database.reading() as connection:
        found = [tuple(row) for row in connection.execute(statement)]  # type: ignore[call-overload]
    database.dispose()
    return found


def test_an_unanswered_question_waits_for_the_moderators(store: Store) -> None:
    """What was not answered is in the queue, with the nearest entry; what was answered is only remembered."""
    store.record_question("k1", reply("when do ships leave"), SOMEONE)
    assert store.record_question("k2", reply("opening hours?", "answer"), SOMEONE).result(WAIT)
    (waiting,) = store.desk.open_questions()
    assert (waiting.key, waiting.text, waiting.outcome, waiting.entry_id) == (
        "k1",
        "when do ships leave",
        "none",
        "faq/a",
    )
    assert [question.key for question in store.desk.recent_questions()] == ["k2", "k1"]


def test_greetings_and_blanks_are_no_questions(store: Store) -> None:
    """Small talk is answered politely and never counted."""
    assert not store.record_question("k1", reply("thanks", "none", "small_talk"), SOMEONE).result(WAIT)
    assert not store.record_question("k2", reply("", "none", "empty"), SOMEONE).result(WAIT)
    assert store.desk.recent_questions() == ()


def test_no_name_and_no_number_reaches_the_database(store: Store, url: str) -> None:
    """Words are scrubbed, the asker is a mark, and an answered question has not even that."""
    store.record_question("k1", reply("I am at a@b.example, call 0300-1234567"), SOMEONE)
    store.record_question("k2", reply("fine", "answer"), SOMEONE)
    assert store.record_vote("k2", SOMEONE, Action.HELPFUL, entry_id="faq/a").result(WAIT)
    everything = [value for table in METADATA.sorted_tables for row in rows(url, select(table)) for value in row]
    assert "someone" not in everything
    assert "I am at [email], call [phone]" in everything
    marks = dict(rows(url, select(QUESTION.c.key, QUESTION.c.mark)))
    assert marks["k1"]
    assert marks["k2"] is None


def test_a_direct_message_leaves_no_place(store: Store, url: str) -> None:
    """Where the place is the person, neither is kept."""
    alone = Asker(platform="terminal", tenant="someone", place="their channel", person="someone")
    assert store.record_question("k1", reply("hello?"), alone).result(WAIT)
    assert rows(url, select(QUESTION.c.tenant, QUESTION.c.place)) == [("", "")]


def test_a_persons_last_vote_counts(store: Store) -> None:
    """Changing one's mind replaces the vote; two people are two votes."""
    store.record_vote("k1", SOMEONE, Action.HELPFUL, entry_id="faq/a")
    store.record_vote("k1", ANOTHER, Action.HELPFUL, entry_id="faq/a")
    assert store.record_vote("k1", SOMEONE, Action.NOT_THIS, entry_id="faq/a", complaint="out_of_date").result(WAIT)
    (count,) = store.desk.vote_counts(since=0)
    assert (count.helpful, count.unhelpful, count.complaints) == (1, 1, (("out_of_date", 1),))


def test_a_bad_vote_brings_an_answered_question_into_the_queue(store: Store) -> None:
    """An answer that somebody calls wrong is looked at; one that somebody calls right is not."""
    store.record_question("good", reply("one", "answer"), SOMEONE)
    store.record_question("bad", reply("two", "answer"), SOMEONE)
    store.record_vote("good", SOMEONE, Action.HELPFUL, entry_id="faq/a")
    assert store.record_vote("bad", SOMEONE, Action.NOT_THIS, entry_id="faq/a").result(WAIT)
    assert [question.key for question in store.desk.open_questions()] == ["bad"]


def test_a_removed_reply_comes_into_the_queue(store: Store) -> None:
    """Taking a public answer away is a vote against it."""
    store.record_question("k1", reply("one", "answer"), SOMEONE)
    assert store.record_removal("k1", SOMEONE, entry_id="faq/a").result(WAIT)
    assert [question.key for question in store.desk.open_questions()] == ["k1"]


def test_who_asked_the_moderators_can_be_reached_until_answered(store: Store) -> None:
    """The button keeps an address, for bringing the answer and for nothing after it."""
    store.record_question("k1", reply("what now"), SOMEONE)
    assert store.ask_moderators("k1", "what now", SOMEONE).result(WAIT)
    assert store.ask_moderators("gone", "an older one", ANOTHER).result(WAIT)
    assert store.remember("flush", "1").result(WAIT)
    assert {question.key: question.wanted for question in store.desk.open_questions()} == {"k1": True, "gone": True}
    assert [request.person for request in store.desk.requests(["k1"])] == ["someone"]
    assert store.desk.owed("terminal") == ()
    assert store.desk.settle(["k1"], "alternate", "faq/a").result(WAIT)
    (owed,) = store.desk.owed("terminal")
    assert (owed.request.person, owed.question, owed.entry_id) == ("someone", "what now", "faq/a")
    assert store.desk.owed("another") == ()
    assert store.desk.brought(owed.request).result(WAIT)
    assert store.desk.owed("terminal") == ()
    assert store.desk.requests(["k1"]) == ()
    assert [question.key for question in store.desk.open_questions()] == ["gone"]
    assert store.desk.settle(["gone"], "dismissed").result(WAIT)
    assert store.desk.requests(["gone"]) == ()


def test_settled_stays_settled(store: Store) -> None:
    """A later vote does not reopen what a moderator has dealt with, and the mark of who asked is gone."""
    store.record_question("k1", reply("one"), SOMEONE)
    store.desk.settle(["k1"], "dismissed")
    assert store.record_vote("k1", SOMEONE, Action.NONE_OF_THESE).result(WAIT)
    assert store.desk.open_questions() == ()
    assert store.desk.recent_questions()[0].mark is None


def test_days_are_counted_once_even_when_a_batch_is_repeated(store: Store, clock: SimpleNamespace) -> None:
    """Counts by day and entry; the same record again, as after a lost acknowledgement, adds nothing."""
    for _ in range(3):
        store.record_question("k1", reply("one", "answer"), SOMEONE)
    clock.now += 86_400
    store.record_question("k2", reply("two", "answer"), SOMEONE)
    assert store.record_question("k3", reply("three"), SOMEONE).result(WAIT)
    counts = store.desk.day_counts(since="2025-01-01")
    assert [(count.day, count.outcome, count.count) for count in counts] == [
        ("2025-06-15", "answer", 1),
        ("2025-06-16", "answer", 1),
        ("2025-06-16", "none", 1),
    ]
    assert [(count.entry_id, count.count) for count in store.desk.answer_counts(since="2025-01-01")] == [("faq/a", 2)]


def test_moderators_see_their_own_server(store: Store) -> None:
    """A tenant narrows the queue, the questions and the counts."""
    elsewhere = Asker(platform="terminal", tenant="elsewhere", place="x", person="p")
    store.record_question("k1", reply("one"), SOMEONE)
    assert store.record_question("k2", reply("two"), elsewhere).result(WAIT)
    assert [question.key for question in store.desk.open_questions(tenant="harbour")] == ["k1"]
    assert [question.key for question in store.desk.recent_questions(tenant="elsewhere")] == ["k2"]
    assert sum(count.count for count in store.desk.day_counts(since="2025-01-01", tenant="elsewhere")) == 1


def test_records_share_transactions_and_the_urgent_wait_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordinary records gather until there is somebody who waits for one; then all are written, in their order."""
    monkeypatch.setattr("bot.store.writer._GATHERING", 3600.0)
    batches: list[list[str]] = []
    writer = Writer(lambda batch: batches.append([one.key for one in batch]), lambda: 3600.0, limit=100)  # type: ignore[union-attr]
    gathered = [writer.put(ChoiceMade(key=str(number), entry_id="faq/a"), precious=False) for number in range(20)]
    assert not any(one.done() for one in gathered)
    assert writer.put(ChoiceMade(key="vote", entry_id="faq/a"), precious=True).result(WAIT)
    assert all(one.result(WAIT) for one in gathered)
    assert batches == [[*map(str, range(20)), "vote"]]
    writer.put(ChoiceMade(key="last", entry_id="faq/a"), precious=False)
    assert writer.close(WAIT) == 0
    assert batches[1:] == [["last"]]


def test_one_process_gets_a_claim(url: str, clock: SimpleNamespace) -> None:
    """Of many that claim a key at once, over two processes' stores, one gets it; after its time it is free again."""
    with Store.open(url, now=lambda: clock.now) as one, Store.open(url, now=lambda: clock.now) as two:
        gate = threading.Barrier(8)

        def claim(number: int) -> bool:
            gate.wait()
            return (one, two)[number % 2].claim("event", 60)

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(claim, range(8))) == 1
        assert not two.claim("event", 60)
        clock.now += 61
        assert two.claim("event", 60)
        assert not one.claim("event", 60)


def test_facts_are_remembered_over_a_restart_and_forgotten_on_demand(url: str) -> None:
    """What is remembered is there at once, after a restart, and gone when forgotten."""
    with Store.open(url) as store:
        store.remember("digest", "yesterday")
        assert store.recall("digest") == "yesterday"
    with Store.open(url) as store:
        assert store.recall("digest") == "yesterday"
        store.remember("digest", None)
        assert store.recall("digest") is None
    with Store.open(url) as store:
        assert store.recall("digest") is None


def test_posts_are_found_until_they_are_gone(store: Store) -> None:
    """A correction finds our messages on its platform, the newest first, and only the recent ones."""
    for number, posted_at in enumerate((100, 200, 300)):
        post = Post(platform="t", tenant="h", place="p", message=str(number), entry_id="faq/a", posted_at=posted_at)
        written = store.record_post(post)
    assert written.result(WAIT)
    newest, older = store.desk.posts("t", 150)
    assert (newest.message, older.message) == ("2", "1")
    assert store.desk.posts("another", 0) == ()
    store.record_post(replace(newest, digest="other", parent="channel"))
    assert store.desk.forget_post(older).result(WAIT)
    (left,) = store.desk.posts("t", 150)
    assert (left.message, left.digest, left.parent) == ("2", "other", "channel")


def test_a_state_changes_once_among_all_processes(url: str) -> None:
    """Of two that swap the same value in, one is told that it changed; back and forth counts again."""
    with Store.open(url) as one, Store.open(url) as two:
        assert [store.swap("state", "a") for store in (one, two)] == [True, False]
        assert [store.swap("state", "b") for store in (two, one)] == [True, False]
        assert [store.swap("state", "a") for store in (one, two)] == [True, False]
        assert two.recall("state") == "a"
    with Store.open(url) as again:
        assert not again.swap("state", "a")


def test_who_settles_wakes_those_who_deliver(url: str) -> None:
    """Settling is heard in the same process at once, and in others where PostgreSQL carries the word."""
    with Store.open(url) as here, Store.open(url) as there:
        heard_here, heard_there = threading.Event(), threading.Event()
        here.listen(heard_here.set)
        there.listen(heard_there.set)
        assert here.status().kind == "sqlite" or listening(url)
        assert here.desk.settle(["k"], "dismissed").result(WAIT)
        assert heard_here.wait(WAIT)
        assert here.status().kind == "sqlite" or heard_there.wait(WAIT)


def listening(url: str) -> bool:
    """Wait until two connections listen."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        if rows(url, text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")) >= [(2,)]:
            return True
    return False


def test_own_data_is_shown_and_erased(store: Store) -> None:
    """A person sees what is kept about them, has it deleted, and nobody else's goes with it."""
    for person in (SOMEONE, ANOTHER):
        store.record_question(f"q-{person.person}", reply("mine"), person)
        store.record_vote("v", person, Action.HELPFUL, entry_id="faq/a")
        store.ask_moderators(f"q-{person.person}", "mine", person)
    assert store.remember("flush", "1").result(WAIT)
    mine = store.own_data(SOMEONE)
    assert [question.key for question in mine.questions] == ["q-someone"]
    assert [vote[:2] for vote in mine.votes] == [("faq/a", "helpful")]
    assert [request.place for request in mine.requests] == ["help"]
    assert store.erase(SOMEONE).result(WAIT)
    gone, kept = store.own_data(SOMEONE), store.own_data(ANOTHER)
    assert (gone.questions, gone.votes, gone.requests) == ((), (), ())
    assert len(kept.questions) == len(kept.votes) == len(kept.requests) == 1


def everything(url: str) -> str:
    """All that a database holds: every row of every table, and SQLite's files byte by byte."""
    database = Database(url)
    names = inspect(database.engine).get_table_names()
    with database.reading() as connection:
        tables = {name: connection.execute(select(text("*")).select_from(table(name))).all() for name in names}
    database.dispose()
    folder = database.file.parent if database.file else None
    files = [path.read_bytes() for path in folder.iterdir()] if folder else []
    return f"{tables}{files}"


def test_nothing_of_a_person_is_left_anywhere(store: Store, url: str) -> None:
    """After deletion no table and no byte of SQLite's files holds their id, a mark of theirs or their words."""
    person = Asker(
        platform="discord", tenant="harbour", place="help", thread="t", person="4711081547110815", locale="en"
    )
    for number in range(40):  # more than one page, so that pages are freed and used again
        store.record_question(
            f"k{number}", reply(f"my peculiar wording {number}", outcome="none", reason="unknown"), person
        )
    store.record_vote("k1", person, Action.NOT_THIS, entry_id="faq/a", complaint="unclear")
    store.ask_moderators("k2", "my peculiar question", person)
    store.record_removal("k3", person)
    assert store.remember("flush", "1").result(WAIT)
    assert store.claim(f"slack:asked:k2:{person.person}", 3600)
    marks = {question.mark for question in store.own_data(person).questions}
    before = everything(url)
    assert person.person in before  # they wait for an answer
    assert "peculiar" in before
    assert all(mark in before for mark in marks if mark)
    assert store.erase(person).result(WAIT)
    wait_until(lambda: not found_in(everything(url), person.person, "peculiar", *(mark for mark in marks if mark)))


def found_in(haystack: str, *needles: str) -> list[str]:
    """Those that are still there."""
    return [needle for needle in needles if needle in haystack]


def test_a_claim_names_nobody(store: Store, url: str) -> None:
    """The name of a claim may hold a person's id; it is not what is written."""
    assert store.claim("share:4711081547110815", 60)
    assert not store.claim("share:4711081547110815", 60)
    assert "4711081547110815" not in everything(url)


def test_a_new_key_loses_sight_of_nobody(url: str, clock: SimpleNamespace) -> None:
    """What an older key marked is still shown, counted once and deleted, also by a process that knew only that key."""
    with Store.open(url, now=lambda: clock.now) as one, Store.open(url, now=lambda: clock.now) as other:
        one.record_question("q1", reply("before"), SOMEONE)
        one.record_vote("v", SOMEONE, Action.HELPFUL, entry_id="faq/a")
        assert other.claim("ready", 1)
        assert one.remember("flush", "1").result(WAIT)
        one.renew_key()
        one.record_question("q2", reply("after"), SOMEONE)
        assert one.record_vote("v", SOMEONE, Action.NOT_THIS, entry_id="faq/a").result(WAIT)
        marks = [question.mark for question in one.own_data(SOMEONE).questions]
        assert len(set(marks)) == 2
        assert [vote[1] for vote in other.own_data(SOMEONE).votes] == ["not_this"]
        assert len(other.own_data(SOMEONE).questions) == 2
        assert other.erase(SOMEONE).result(WAIT)
        gone = one.own_data(SOMEONE)
        assert (gone.questions, gone.votes) == ((), ())


def test_an_old_key_goes_when_nothing_can_be_marked_with_it(url: str, clock: SimpleNamespace) -> None:
    """Keys do not pile up: past the keeping time the one before is forgotten."""
    with Store.open(url, retention_days=30, now=lambda: clock.now) as store:
        database = Database(url)
        for days, count in ((0, 2), (20, 3), (31, 3), (90, 2)):
            clock.now = 1_750_000_000.0 + days * 86_400
            store.renew_key()
            assert len(kept(database)) == count, days
        database.dispose()


def test_a_damaged_key_is_told(tmp_path: Path) -> None:
    """Nothing is written under a key that nobody has; one of an older version is taken."""
    (tmp_path / "s.db.key").write_text("no key\n")
    with pytest.raises(ConfigError, match="key beside the database is damaged"):
        Store.open(f"sqlite:///{tmp_path / 's.db'}")
    (tmp_path / "s.db.key").write_text("00" * 32)
    with Store.open(f"sqlite:///{tmp_path / 's.db'}") as store:
        store.record_question("q1", reply("x"), SOMEONE)
        assert store.remember("flush", "1").result(WAIT)
        (mine,) = store.own_data(SOMEONE).questions
        assert mine.mark == Marker(bytes(32)).asker(SOMEONE, mine.asked_at)


def test_the_operators_keys(url: str) -> None:
    """A key from the settings marks people the same in every process, and the old one is found beside the new."""
    with Store.open(url, keys=(b"one",)) as store:
        store.record_question("q1", reply("before"), SOMEONE)
        assert store.remember("flush", "1").result(WAIT)
        with pytest.raises(ConfigError, match="BACKCHANNEL_PRIVACY_KEY"):
            store.renew_key()
    with Store.open(url, keys=(b"two",)) as store:
        assert store.own_data(SOMEONE).questions == ()
    with Store.open(url, keys=(b"two", b"one")) as store:
        assert [question.key for question in store.own_data(SOMEONE).questions] == ["q1"]
        assert store.erase(SOMEONE).result(WAIT)
        assert store.own_data(SOMEONE).questions == ()


def test_old_things_are_deleted_by_themselves(url: str, clock: SimpleNamespace) -> None:
    """Past the keeping time questions, votes, removals, requests and posts go; counts and edits stay."""
    with Store.open(url, retention_days=30, now=lambda: clock.now) as store:
        for number in range(2_500):
            store.record_question(f"k{number}", reply("old"), SOMEONE)
        store.record_vote("k1", SOMEONE, Action.HELPFUL, entry_id="faq/a")
        store.record_removal("k1", SOMEONE)
        store.ask_moderators("k1", "old", SOMEONE)
        store.record_post(
            Post(platform="t", tenant="h", place="p", message="1", entry_id="faq/a", posted_at=int(clock.now))
        )
        store.desk.record_edit(edit("e1"))
        assert store.claim("c", 60)
    clock.now += 31 * 86_400
    with Store.open(url, retention_days=30, now=lambda: clock.now) as store:
        wait_until(lambda: store.desk.recent_questions() == ())
        wait_until(lambda: [rows(url, select(METADATA.tables[name])) for name in KEPT_FOR_A_TIME] == [[]] * 6)
        assert sum(count.count for count in store.desk.day_counts(since="2025-01-01")) == 2_500
        assert [found.key for found in store.desk.edits()] == ["e1"]


KEPT_FOR_A_TIME = ("question", "vote", "removal", "request", "post", "claim")


def wait_until(true: object) -> None:
    """Wait for another thread's work, on a deadline."""
    deadline = time.monotonic() + WAIT
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came true"
        threading.Event().wait(0.02)


def edit(key: str, **changes: str) -> Edit:
    """An edit to record."""
    return Edit(
        key=key,
        made_at=1,
        author="m",
        reason="r",
        action="edit",
        entry_id="faq/a",
        collection="c",
        patch="[]",
        **changes,
    )  # type: ignore[arg-type]


def test_history_is_kept_in_order_and_confirmed(store: Store) -> None:
    """Edits come newest first; pending ones are found; void ones are not history; a key's start is enough."""
    store.desk.record_edit(edit("aaa", state="pending"))
    store.desk.record_edit(edit("bbb", state="pending"))
    store.desk.record_edit(edit("ccc", state="pending"))
    store.desk.record_edit(edit("bbb"))
    assert store.desk.record_edit(edit("aaa", state="void")).result(WAIT)
    assert [found.key for found in store.desk.edits(entry_id="faq/a")] == ["ccc", "bbb"]
    assert [found.key for found in store.desk.pending_edits()] == ["ccc"]
    assert store.desk.edit("b") == edit("bbb")
    assert store.desk.edit("x") is None


@pytest.mark.usefixtures("store")
def test_the_migrations_make_the_schema(url: str) -> None:
    """The tables that the migrations make are those that the code declares, column by column and index by index."""
    database = Database(url)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    database.dispose()


def test_a_record_that_cannot_be_stored_holds_nothing_up(store: Store) -> None:
    """One impossible record is given up; those around it are written."""
    store.record_question("k1", reply("before"), SOMEONE)
    poison = store.remember("key", "half a pair: \ud800")
    after = store.record_question("k2", reply("after"), SOMEONE)
    assert after.result(WAIT)
    assert not poison.result(WAIT)
    assert [question.key for question in store.desk.recent_questions()] == ["k2", "k1"]
    assert store.status().dropped == 1


def test_words_that_no_database_takes_are_made_fit(store: Store) -> None:
    """A question with a NUL or half a surrogate pair is kept without it."""
    assert store.record_question("k1", reply("a\0b\ud800c"), SOMEONE).result(WAIT)
    assert store.desk.recent_questions()[0].text == "a�b�c"


def test_a_newer_schema_stops_the_start(url: str) -> None:
    """A database that a newer version has changed is not touched; the sentence names the setting."""
    Store.open(url).close()
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.dispose()
    with pytest.raises(ConfigError, match="BACKCHANNEL_DATABASE_URL: the database was changed by a newer"):
        Store.open(url)


def test_several_processes_may_start_at_once(url: str) -> None:
    """Of many that open an empty database together, all find it ready."""
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: Store.open(url), range(6)))
    for number, store in enumerate(stores):
        assert store.record_question(f"k{number}", reply("x"), SOMEONE).result(WAIT)
    assert len(stores[0].desk.recent_questions()) == 6
    # One key for all: the same person has the same mark.
    assert len({question.mark for question in stores[0].desk.recent_questions()}) == 1
    for store in stores:
        store.close()


def test_without_a_database_everything_still_works() -> None:
    """Nothing lasts and nothing fails; what needs the past says that there is none."""
    with Store.open(None) as store:
        assert not store.record_question(new_key(), reply("x"), SOMEONE).result(0)
        assert not store.ask_moderators("k", "x", SOMEONE).result(WAIT)
        assert store.claim("c", 60)
        assert not store.claim("c", 60)
        store.remember("a", "1")
        assert store.recall("a") == "1"
        assert store.swap("state", "1")
        assert not store.swap("state", "1")
        assert store.status().kind == "none"
        with pytest.raises(StoreError, match="no database is set"):
            _ = store.desk


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "postgresql://u:secret@host:port/x", ""])
def test_a_url_that_can_never_work_stops_the_start(url: str) -> None:
    """The sentence names the setting and never the password."""
    with pytest.raises(ConfigError, match="BACKCHANNEL_DATABASE_URL") as raised:
        Store.open(url)
    assert "secret" not in str(raised.value)


def test_sqlite_keeps_its_key_for_its_owner_alone(tmp_path: Path) -> None:
    """The key file beside the database can be read by nobody else, and is not in the database."""
    Store.open(f"sqlite:///{tmp_path / 's.db'}").close()
    key = tmp_path / "s.db.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().encode() not in (tmp_path / "s.db").read_bytes()


def test_a_place_that_cannot_be_written_at_all_stops_nothing(tmp_path: Path) -> None:
    """Where the file can never be, the bot starts all the same and the status says what is wrong."""
    (tmp_path / "a file").write_text("")
    with Store.open(f"sqlite:///{tmp_path / 'a file' / 's.db'}") as store:
        store.record_question("k", reply("x"), SOMEONE)
        wait_until(lambda: store.status().trouble is not None)
        assert store.claim("c", 60)
        store.close(timeout=0.1)


def test_deleted_words_are_gone_from_sqlites_file(tmp_path: Path) -> None:
    """What is erased is overwritten on disk."""
    with Store.open(f"sqlite:///{tmp_path / 's.db'}") as store:
        store.record_question("k1", reply("a very particular wording"), SOMEONE)
        assert store.erase(SOMEONE).result(WAIT)
    with closing(sqlite3.connect(tmp_path / "s.db")) as database:
        assert database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert b"particular" not in (tmp_path / "s.db").read_bytes()


def test_a_locked_database_is_waited_for(tmp_path: Path) -> None:
    """While another process holds the lock records wait, the status says so, and later all are written."""
    path = tmp_path / "s.db"
    with Store.open(f"sqlite:///{path}") as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        waiting = [store.record_question(f"k{number}", reply("x"), SOMEONE) for number in range(50)]
        wait_until(lambda: store.status().trouble is not None)
        assert store.status().backlog == 50
        assert "records wait" in (store.status().trouble or "")
        other.execute("ROLLBACK")
        other.close()
        assert all(written.result(WAIT) for written in waiting)
        assert store.status().trouble is None


def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    """A database that cannot grow loses nothing: records wait until there is room."""
    path = tmp_path / "s.db"
    with Store.open(f"sqlite:///{path}") as store:
        backend = store._backend
        assert backend is not None
        assert store.remember("a", "1").result(WAIT)
        set_page_limit(backend.database, 1)
        stuck = [store.record_question(f"k{number}", reply("x" * 1_500), SOMEONE) for number in range(300)]
        wait_until(lambda: store.status().trouble is not None)
        set_page_limit(backend.database, 1_000_000)
        assert all(written.result(WAIT) for written in stuck)


def set_page_limit(database: Database, pages: int) -> None:
    """Let SQLite's file grow to so many pages at most, on every connection; SQLite says then what a full disk says."""
    from sqlalchemy import event

    def limit(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    event.listen(database._engine, "connect", limit)
    database.dispose()


def test_the_backlog_is_bounded_and_keeps_what_is_precious(tmp_path: Path) -> None:
    """Past the limit questions are given up first; votes still find room; the status counts the losses."""
    path = tmp_path / "s.db"
    with Store.open(f"sqlite:///{path}", backlog=100) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        questions = [store.record_question(f"k{number}", reply("x"), SOMEONE) for number in range(150)]
        votes = [store.record_vote(f"k{number}", SOMEONE, Action.HELPFUL) for number in range(150)]
        assert store.status().backlog == 200
        assert store.status().dropped == 100
        other.execute("ROLLBACK")
        other.close()
        assert sum(written.result(WAIT) for written in questions) == 100
        assert sum(written.result(WAIT) for written in votes) == 100


def test_closing_keeps_to_its_time(tmp_path: Path) -> None:
    """With the database locked, closing gives up after its time and says how much was lost."""
    path = tmp_path / "s.db"
    store = Store.open(f"sqlite:///{path}")
    assert store.remember("a", "1").result(WAIT)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    lost = store.record_question("k", reply("x"), SOMEONE)

    async def close() -> float:
        with Stopwatch() as watch:
            assert await asyncio.to_thread(store.close, 0.5) == 1
        return watch.seconds

    assert asyncio.run(close()) < 4
    assert not lost.result(0)
    other.close()


def test_what_is_no_database_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the file and SQLite's own code, so that an operator knows a damaged file from a full disk."""
    file = tmp_path / "store.db"
    file.write_text("this is no database", encoding="utf-8")
    with Store.open(f"sqlite:///{file}") as store:
        with pytest.raises(StoreError, match="SQLITE_NOTADB"):
            store.desk.open_questions()
        assert "SQLITE_NOTADB" in caplog.text
        assert str(file) in caplog.text


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    """Records after somebody took the file away end in a new one, not in nowhere."""
    path = tmp_path / "s.db"
    with Store.open(f"sqlite:///{path}") as store:
        assert store.record_question("k1", reply("x"), SOMEONE).result(WAIT)
        for name in ("s.db", "s.db-wal", "s.db-shm"):
            if (tmp_path / name).exists():
                (tmp_path / name).rename(tmp_path / f"moved-{name}")
        assert store.record_question("k2", reply("x"), SOMEONE).result(WAIT)
    with Store.open(f"sqlite:///{path}") as store:
        assert [question.key for question in store.desk.recent_questions()] == ["k2"]


def test_postgresql_that_goes_away_and_comes_back(server: PostgresServer) -> None:
    """Records wait while the server is down, claims go on in memory, reads say so, and all is caught up."""
    url = server.new_database()
    with Store.open(url) as store:
        assert store.record_question("k0", reply("x"), SOMEONE).result(WAIT)
        server.stop()
        waiting = [store.record_question(f"k{number}", reply("x"), SOMEONE) for number in range(1, 20)]
        wait_until(lambda: store.status().trouble is not None)
        assert store.claim("event", 60)
        assert not store.claim("event", 60)
        with pytest.raises(StoreError, match="away"):
            store.desk.open_questions()
        server.start()
        assert all(written.result(WAIT) for written in waiting)
        assert store.status().trouble is None
        assert len(store.desk.recent_questions()) == 20


def test_postgresql_that_is_away_at_the_start(server: PostgresServer) -> None:
    """The bot starts, keeps records, and writes them once the server is there."""
    url = server.new_database()
    server.stop()
    with Store.open(url) as store:
        kept = store.record_question("k0", reply("x"), SOMEONE)
        server.start()
        assert kept.result(WAIT)


def test_recording_never_waits_for_a_frozen_server(server: PostgresServer) -> None:
    """With the server hanging, a thousand records are taken and none of them is waited for."""
    with Store.open(server.new_database()) as store:
        assert store.remember("a", "1").result(WAIT)
        server.freeze()
        try:
            for number in range(1_000):
                written = store.record_question(f"k{number}", reply("x"), SOMEONE)
            assert not written.done()
        finally:
            server.thaw()
        assert written.result(WAIT)
