"""The moderators' loop: asked in vain, grouped, settled, weighed, made, in force, taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sqlalchemy")

from bot.bulletin import of_week
from bot.errors import EditError, KnowledgeError, NotAllowedError, StoreError
from bot.model import Action, Asker
from bot.moderation import Moderation
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.statistics import Day, EntryFigures, Statistics, page
from bot.store import Edit, Store
from bot.wording import wording
from tests.samples import places, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT = 60
MODERATOR = Asker(platform="terminal", tenant="harbour", is_moderator=True)
TODAY, NOON = date(2026, 7, 1), time(12)


class Loop:
    """A service on real files with a real store."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.root = write_files(folder / "library")
        self.clock = [datetime.combine(TODAY, NOON, UTC).timestamp()]
        self.service = Service(open_snapshot(self.root, now=self.now), now=self.now)
        self.store = Store.open(f"sqlite:///{folder / 's.db'}", now=self.now)
        self.moderation = Moderation(self.service, self.store, **options)  # type: ignore[arg-type]
        self.moderator = self.moderation.of(MODERATOR, "Asha")

    def now(self) -> float:
        """Tell the time, which is set by hand."""
        return self.clock[0]

    def ask(self, question: str, *people: str) -> list[str]:
        """Ask as so many people; give the keys."""
        keys = []
        for person in people:
            asker = Asker(platform="terminal", tenant="harbour", place="help", person=person)
            keys.append(f"{question}/{person}")
            written = self.store.record_question(keys[-1], self.service.ask(question, asker), asker)
        assert written.result(WAIT)
        return keys


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    """The loop on the sample collection."""
    one = Loop(tmp_path)
    yield one
    one.store.close()


def test_the_whole_loop(loop: Loop) -> None:
    """A question that nobody could answer ends in the YAML, is answered from then on, and the change is undone."""
    before = (loop.root / "faq.yaml").read_bytes()
    question = "what is the frobnication quota"
    loop.ask(question, "a", "b", "c")
    (waiting,) = loop.moderator.queue()
    assert (waiting.text, waiting.people) == (question, 3)
    proposal = loop.moderator.add_alternate("faq/borrow", waiting.text)
    found = loop.moderator.weigh(proposal, seconds=None)
    assert [(flip.text, flip.times, str(flip.after)) for flip in found.questions] == [
        (question, 3, "answer faq/borrow")
    ]
    made = loop.moderator.make(proposal, "asked three times")
    loop.moderator.settle(waiting.keys, "alternate")
    assert made.entries.changed == ("faq/borrow",)
    assert made.trouble is None
    assert loop.service.ask(question, MODERATOR).entry.id == "faq/borrow"  # type: ignore[union-attr]
    assert loop.store.remember("flush", "1").result(WAIT)
    assert loop.moderator.queue() == ()
    back = loop.moderator.make(loop.moderator.undo(made.key))
    assert (loop.root / "faq.yaml").read_bytes() == before
    assert loop.service.ask(question, MODERATOR).entry is None
    assert loop.store.remember("flush", "2").result(WAIT)
    assert [(edit.key, edit.action, edit.author, edit.undoes, edit.state) for edit in loop.moderator.history()] == [
        (back.key, "undo", "Asha", made.key, "done"),
        (made.key, "add phrasing", "Asha", None, "done"),
    ]


def test_only_a_moderator_is_let_in(loop: Loop) -> None:
    """Whoever has no right sees nothing, whatever they call."""
    with pytest.raises(NotAllowedError, match="Only moderators"):
        loop.moderation.of(replace(MODERATOR, is_moderator=False), "Mallory")


def test_a_moderator_sees_their_own_server(loop: Loop) -> None:
    """Questions of another server stay there."""
    loop.ask("what is the frobnication quota", "a", "b", "c")
    elsewhere = loop.moderation.of(replace(MODERATOR, tenant="elsewhere"), "Bilal")
    assert elsewhere.queue() == ()
    assert len(loop.moderation.of(MODERATOR, "Bilal", everywhere=True).queue()) == 1


def test_a_change_that_would_break_the_knowledge_is_not_made(loop: Loop) -> None:
    """The files stay as they are, and nothing goes into the history."""
    before = (loop.root / "faq.yaml").read_bytes()
    proposal = loop.moderator.edit("faq/borrow", {"answer": "![picture](https://x.example/y.png)"})
    with pytest.raises(KnowledgeError, match=r"^faq\.yaml:\d+:\d+: error: .*(picture|image)"):
        loop.moderator.weigh(proposal, seconds=None)
    with pytest.raises(KnowledgeError):
        loop.moderator.make(proposal)
    assert (loop.root / "faq.yaml").read_bytes() == before
    assert loop.moderator.history() == ()


def test_a_new_entry_needs_no_id_and_is_true_as_of_today(tmp_path: Path) -> None:
    """The id comes from the question; the collection's date, which is older, is not the entry's."""
    loop = Loop(tmp_path)
    proposal = loop.moderator.add_entry("faq/", {"question": "Is there a café?", "answer": "On the roof."})
    assert proposal.entry_id == "faq/is-there-a-cafe"
    loop.moderator.make(proposal)
    assert loop.service.snapshot.knowledge.by_id["faq/is-there-a-cafe"].as_of == TODAY
    again = loop.moderator.add_entry("", {"question": "Is there a café?", "answer": "Two."})
    assert again.entry_id == "faq/is-there-a-cafe-2"
    loop.store.close()


def test_an_entry_is_named_by_its_words(loop: Loop) -> None:
    """Whoever does not know the id names the entry as they would look for it."""
    assert loop.moderator.named("faq/borrow") == "faq/borrow"
    assert loop.moderator.named("opening hours") == "faq/opening-hours"
    assert loop.moderator.search("may I take ten books home") == ()
    assert loop.moderator.named("may I take ten books home") == "faq/borrow"
    with pytest.raises(EditError, match="Try other words"):
        loop.moderator.named("zeppelin")


def test_weighing_goes_on_where_it_ended(loop: Loop) -> None:
    """What there was no time for is asked the next time alone, and what is known of a change stays known once made."""
    loop.ask("what is the frobnication quota", "a", "b", "c")
    proposal = loop.moderator.add_alternate("faq/borrow", "what is the frobnication quota")
    first = loop.moderator.weigh(proposal, seconds=0)
    assert first.asked == 0
    assert first.skipped > 0
    steps: list[str] = []
    assert loop.moderator.weigh(proposal, seconds=None, progress=lambda stage, *_: steps.append(stage)).skipped == 0
    assert set(steps) == {"Asking both versions"}, "nothing is read or indexed once more"
    weighed = loop.moderation.weighing.proposed(proposal.change)
    loop.moderator.make(proposal)
    assert loop.moderation.weighing.version().said == weighed.said
    assert loop.moderation.weighing.version().engine is loop.service.snapshot.engine


def test_a_group_is_split_for_good(loop: Loop) -> None:
    """What belongs elsewhere is settled by itself, in whichever process; all or nothing of a group is no split."""
    for question in ("what is the frobnication quota", "what is the frobnication quota today", "frobnication quota"):
        loop.ask(question, "a", "b", "c")
    (waiting,) = loop.moderator.queue()
    part = waiting.wordings[1]
    for wrong in ((), waiting.keys, ("unknown",)):
        with pytest.raises(EditError, match="leave some"):
            loop.moderator.split(waiting, wrong)
    loop.moderator.split(waiting, part.keys[:1])
    assert loop.store.remember("flush", "1").result(WAIT)
    other = Moderation(loop.service, loop.store).of(MODERATOR, "Ben")
    split_off = other.find(part.keys[0])
    assert split_off is not None
    assert sorted(split_off.keys) == sorted(part.keys)
    assert sorted(len(one.wordings) for one in other.queue()) == [1, 2]
    loop.moderator.settle(split_off.keys, "dismissed")
    assert loop.store.remember("flush", "2").result(WAIT)
    (rest,) = other.queue()
    assert sorted(rest.keys) == sorted(set(waiting.keys) - set(part.keys))


def test_a_retired_entry_sends_readers_on(loop: Loop) -> None:
    """An old button of an id that is gone offers what to read in its place, even if that was retired since."""
    before = (loop.root / "faq.yaml").read_bytes()
    made = loop.moderator.make(loop.moderator.retire("faq/borrow", "faq/noise"))
    assert made.entries.removed == ("faq/borrow",)
    assert "\n# retired: faq/borrow, see faq/noise\n" in (loop.root / "faq.yaml").read_text()
    assert [one.entry_id for one in loop.service.entry("faq/borrow", MODERATOR).suggestions] == ["faq/noise"]
    second = loop.moderator.make(loop.moderator.retire("faq/noise", "section/history"))
    card = loop.service.entry("faq/borrow", MODERATOR)
    assert [one.entry_id for one in card.suggestions] == ["section/history"]
    assert card.suggestions_title == "Read instead"
    with pytest.raises(EditError, match="faq/borrow was retired, see faq/noise"):
        loop.moderator.edit("faq/borrow", {"answer": "x"})
    with pytest.raises(EditError, match="choose another id"):
        loop.moderator.add_entry("faq/borrow", {"question": "x", "answer": "y"})
    for key in (second.key, made.key):
        loop.moderator.make(loop.moderator.undo(key))
    assert (loop.root / "faq.yaml").read_bytes() == before
    assert loop.service.entry("faq/borrow", MODERATOR).title == "How many books may I borrow?"


@pytest.mark.parametrize(
    ("entry", "successor", "why"),
    [
        ("faq/noise", "faq/nowhere", "no faq/nowhere"),
        ("faq/noise", "faq/noise", "itself"),
        ("out_of_scope/weather", None, "no entry that readers"),
    ],
)
def test_a_retirement_that_leads_nowhere_is_refused(loop: Loop, entry: str, successor: str | None, why: str) -> None:
    """Readers are sent to another entry that exists, or told that there is none."""
    with pytest.raises(EditError, match=why):
        loop.moderator.retire(entry, successor)


def test_one_press_confirms_an_answer(loop: Loop) -> None:
    """The date becomes today's, and the next look as far ahead as the one before."""
    assert [entry.id for entry in loop.moderator.digest().expired] == ["faq/opening-hours"]
    loop.moderator.make(loop.moderator.still_true("faq/opening-hours"))
    entry = loop.service.snapshot.knowledge.by_id["faq/opening-hours"]
    assert (entry.as_of, entry.review_by) == (TODAY, date(2026, 11, 15))
    assert loop.moderator.digest().expired == ()
    with pytest.raises(EditError, match="not due"):
        loop.moderator.still_true("faq/opening-hours")


def test_the_digest_says_what_needs_a_hand(loop: Loop) -> None:
    """What was asked in the week, the size of the queue, its top, and what was voted down."""
    loop.ask("what is the frobnication quota", "a", "b", "c")
    voter = Asker(platform="terminal", tenant="harbour", person="a")
    vote = loop.store.record_vote("k", voter, Action.NOT_THIS, entry_id="faq/noise", complaint="out_of_date")
    assert vote.result(WAIT)
    digest = loop.moderator.digest()
    assert (digest.asked, digest.answered) == (3, 0)
    assert (digest.waiting, [group.text for group in digest.top]) == (1, ["what is the frobnication quota"])
    assert [(count.entry_id, count.unhelpful) for count in digest.voted_down] == [("faq/noise", 1)]
    told = of_week(digest, loop.moderator.snapshot.knowledge, wording("en"))
    shown = [line.text for part in told.parts for line in part.lines]
    assert "Is the reading room too quiet? (faq/noise): 0 helpful, 1 not (1 x Out of date)" in shown


def test_statistics_tell_who_answered_and_who_never_did(loop: Loop) -> None:
    """Counts by day and by entry, and the entries that nobody reached."""
    loop.ask("opening hours", "a", "b")
    loop.ask("what is the frobnication quota", "a")
    loop.ask("will it rain tomorrow", "a")
    figures = loop.moderator.statistics(days=7)
    assert len(figures.days) == 7
    assert (figures.total, figures.answered, figures.days[-1].unanswered, figures.days[-1].declined) == (4, 2, 1, 1)
    assert (figures.entries[0].entry_id, figures.entries[0].answers) == ("faq/opening-hours", 2)
    assert set(figures.unreached) == {"faq/borrow", "faq/noise", "section/history"}


def test_one_clock_tells_every_date(loop: Loop) -> None:
    """Figures end today and a confirmed entry is true as of today, by the clock that stamps questions and edits."""
    loop.ask("opening hours", "a")
    loop.clock[0] += timedelta(days=40).total_seconds()
    loop.ask("opening hours", "b", "c")
    figures = loop.moderator.statistics()
    assert (figures.days[-1].day, figures.days[-1].total, figures.total) == (date(2026, 8, 10), 2, 2)
    made = loop.moderator.make(loop.moderator.still_true("faq/opening-hours"))
    assert loop.service.snapshot.knowledge.by_id["faq/opening-hours"].as_of == date(2026, 8, 10)
    (edit,) = loop.moderator.history()
    assert (edit.key, datetime.fromtimestamp(edit.made_at, UTC).date()) == (made.key, date(2026, 8, 10))
    assert loop.service.status().loaded_at.date() == date(2026, 8, 10)


def test_statistics_tell_what_people_found_wrong(loop: Loop) -> None:
    """Complaints stand beside the votes of their entry, the most frequent first, in the reader's language."""
    for person, complaint in (("a", "unclear"), ("b", "out_of_date"), ("c", "out_of_date"), ("d", None)):
        voter = Asker(platform="terminal", tenant="harbour", person=person)
        vote = loop.store.record_vote("k", voter, Action.NOT_THIS, entry_id="faq/noise", complaint=complaint)
    assert vote.result(WAIT)
    figures = loop.moderator.statistics()
    assert figures.by_entry(9, wording("en").room) == ["     0  faq/noise  +0 -4  2 x Out of date, 1 x Hard to follow"]
    assert figures.by_entry(9, wording("de").room) == [
        "     0  faq/noise  +0 -4  2 x Veraltet, 1 x Schwer verständlich"
    ]
    assert "<td>2 x Out of date, 1 x Hard to follow</td>" in page(figures, "Figures")


def test_the_statistics_page_shows_no_markup_of_others() -> None:
    """Titles are text on the page, whatever is in them."""
    day = Day(day=TODAY, answered=3, asked_back=1, unanswered=2, declined=0)
    entry = EntryFigures(entry_id="faq/a", title="<script>alert(1)</script>", answers=3, helpful=1, unhelpful=0)
    text = page(Statistics(days=(day,), entries=(entry,), unreached=("faq/b",)), "Figures")
    assert "<script" not in text
    assert "6 questions, 50% answered" in text
    assert "faq/b" in text


@pytest.mark.parametrize(("made", "state"), [(True, "done"), (False, "void")])
def test_a_crash_between_history_and_file_is_settled_at_the_start(loop: Loop, made: bool, state: str) -> None:
    """What the history left open is read off the files; an edit that was never made is no history."""
    proposal = loop.moderator.add_alternate("faq/borrow", "x y z")
    record = Edit(
        key="abc", made_at=1, author="Asha", reason="", action="add phrasing", entry_id="faq/borrow",
        collection="library", patch=proposal.change.patch, state="pending",
    )  # fmt: skip
    assert loop.store.desk.record_edit(record).result(WAIT)
    if made:
        from bot.knowledge.write import write

        write(proposal.change)
    loop.moderation.reconcile()
    assert loop.store.remember("flush", "1").result(WAIT)
    assert loop.store.desk.pending_edits() == ()
    assert [edit.state for edit in loop.moderator.history()] == ([state] if made else [])


def test_without_a_database_edits_are_made_and_the_lack_is_said(tmp_path: Path) -> None:
    """The files are the truth: an edit needs no history, but there is no undo and no queue."""
    root = write_files(tmp_path / "library")
    service = Service(open_snapshot(root))
    moderator = Moderation(service, Store.open(None)).of(MODERATOR, "Asha")
    made = moderator.make(moderator.add_alternate("faq/borrow", "lending ceiling"))
    assert "cannot be undone" in (made.trouble or "")
    assert "lending ceiling" in service.snapshot.knowledge.by_id["faq/borrow"].alternates
    assert moderator.weigh(moderator.add_alternate("faq/borrow", "one more")).asked == 0
    with pytest.raises(StoreError, match="no database"):
        moderator.queue()


def test_an_id_names_its_collection_where_there_are_several(tmp_path: Path) -> None:
    """With two collections loaded, an id without one is refused with their names; with one it is edited there."""
    for name in ("north", "south"):
        write_files(tmp_path / "knowledge" / name)
    service = Service(open_snapshot(tmp_path / "knowledge"))
    moderator = Moderation(service, Store.open(None)).of(MODERATOR, "Asha")
    with pytest.raises(EditError, match="north, south"):
        moderator.add_alternate("faq/borrow", "x y")
    moderator.make(moderator.add_alternate("south:faq/borrow", "lending ceiling"))
    assert "lending ceiling" in service.snapshot.knowledge.by_id["south:faq/borrow"].alternates
    assert "lending ceiling" not in (tmp_path / "knowledge" / "north" / "faq.yaml").read_text()


def test_many_moderators_at_once_lose_nothing(loop: Loop) -> None:
    """Twenty edits from four threads: each is made or refused, and the file holds exactly those made."""

    def work(number: int) -> str | None:
        try:
            loop.moderator.make(loop.moderator.add_alternate("faq/borrow", f"way number {number}"))
        except EditError:
            return None
        return f"way number {number}"

    with ThreadPoolExecutor(4) as pool:
        made = {done for done in pool.map(work, range(20)) if done}
    ways = {way for way in loop.service.snapshot.knowledge.by_id["faq/borrow"].alternates if way.startswith("way ")}
    assert made
    loop.service.reload()
    ways = {way for way in loop.service.snapshot.knowledge.by_id["faq/borrow"].alternates if way.startswith("way ")}
    assert ways == made


def test_the_words_of_few_people_are_withheld(loop: Loop) -> None:
    """What a change does to a question is told; its words only where the queue shows them, or many asked just so."""
    common = "what is the frobnication quota"
    loop.ask(common, "a", "b", "c")
    loop.ask("where did I put my frobnication quota paper", "d")
    flips = loop.moderator.weigh(loop.moderator.add_alternate("faq/borrow", common), seconds=None).questions
    assert common in {flip.text for flip in flips}
    loop.moderation.min_people = 9
    hidden = loop.moderator.weigh(loop.moderator.add_alternate("faq/borrow", common), seconds=None).questions
    assert {flip.text for flip in hidden} == {"…"}
    assert len(hidden) == len(flips)


def test_who_asks_again_and_again_is_one_person(loop: Loop) -> None:
    """Three times by one person are not three people, where people can be told apart."""
    often = "what is the frobnication quota"
    for number in range(3):
        asker = Asker(platform="terminal", tenant="harbour", place="help", person="a")
        written = loop.store.record_question(str(number), loop.service.ask(often, asker), asker)
    assert written.result(WAIT)
    (flip,) = loop.moderator.weigh(loop.moderator.add_alternate("faq/borrow", often)).questions
    assert (flip.text, flip.times) == ("…", 3)


@dataclass
class Town:
    """Two servers and two collections: what is known on each, and a moderator on each."""

    folder: Path
    store: Store

    def __post_init__(self) -> None:
        for name in ("north", "south"):
            write_files(self.folder / "both" / name)
        settings = '[discord.places.2]\ncollections = "south"\n'
        self.service = Service(open_snapshot(self.folder / "both"), places=places(self.folder, settings))
        moderation = Moderation(self.service, self.store, min_people=2)
        self.both, self.south = (
            moderation.of(Asker(platform="discord", tenant=tenant, is_moderator=True), "Asha") for tenant in "12"
        )

    def ask(self, question: str, tenant: str) -> None:
        """Have two people ask on a server."""
        for person in "ab":
            asker = Asker(platform="discord", tenant=tenant, place="9", person=person)
            key = f"{question}/{tenant}/{person}"
            written = self.store.record_question(key, self.service.ask(question, asker), asker)
        assert written.result(WAIT)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Two servers that share a collection."""
    with Store.open(f"sqlite:///{tmp_path / 's.db'}") as store:
        yield Town(tmp_path, store)


def test_a_change_is_tried_on_questions_from_where_its_collection_is_known(town: Town) -> None:
    """What was asked where it is not known cannot change by it, and is not counted."""
    town.ask("what is the frobnication quota", "1")
    town.ask("what is the defenestration quota", "2")
    proposal = town.both.add_alternate("north:faq/borrow", "what is the defenestration quota")
    found = town.both.weigh(proposal)
    assert found.asked == 1
    assert "what is the defenestration quota" not in {flip.text for flip in found.questions}
    assert town.both.weigh(town.both.add_alternate("south:faq/borrow", "quota of frobnication")).asked == 2


def test_the_words_of_another_server_are_withheld(town: Town) -> None:
    """Each moderator reads their own server's questions and entries; what happens elsewhere is told without words."""
    question = "what is the frobnication quota"
    town.ask(question, "1")
    found = town.south.weigh(town.south.add_alternate("south:faq/borrow", question))
    assert [(flip.text, str(flip.after)) for flip in found.questions] == [("…", "answer south:faq/borrow")]
    told = town.both.weigh(town.both.add_alternate("south:faq/borrow", question))
    assert [flip.text for flip in told.questions] == [question]


def test_a_place_sees_and_changes_its_own_collections_only(tmp_path: Path) -> None:
    """The queue, what is close, the history and edits of a place that knows one of two collections."""
    for name in ("north", "south"):
        write_files(tmp_path / "both" / name)
    settings = '[discord.places.1]\ncollections = "north"\n[discord.places.2]\ncollections = "south"\n'
    service = Service(open_snapshot(tmp_path / "both"), places=places(tmp_path, settings))
    with Store.open(f"sqlite:///{tmp_path / 's.db'}") as store:
        moderation = Moderation(service, store, min_people=1)
        north, south, everywhere = (
            moderation.of(Asker(platform="discord", tenant="0", place=place, is_moderator=True), "Asha")
            for place in ("1", "2", "3")
        )
        asker = Asker(platform="discord", tenant="0", place="1", person="p")
        assert store.record_question("k", service.ask("frobnication quota", asker), asker).result(WAIT)
        assert len(north.queue()) == len(everywhere.queue()) == 1
        assert south.queue() == ()
        assert {match.entry.id.partition(":")[0] for match in north.closest(north.queue()[0])} == {"north"}
        assert (south.prefix(None), everywhere.prefix(None)) == ("south:", "north:")
        assert everywhere.prefix(everywhere.queue()[0]) == "north:"
        with pytest.raises(
            EditError, match="no collection that is known here; write <collection>:faq/borrow, with one of south"
        ):
            south.add_alternate("north:faq/borrow", "lending ceiling")
        made = north.make(north.add_alternate("north:faq/borrow", "lending ceiling"))
        assert [edit.key for edit in north.history()] == [edit.key for edit in everywhere.history()] == [made.key]
        assert south.history() == ()
        with pytest.raises(EditError, match="not loaded"):
            south.undo(made.key)
