"""The service: one snapshot, replaced whole; a conversation remembered; an asker's language kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.config import Settings
from bot.errors import KnowledgeError
from bot.knowledge.shipped import shipped_path
from bot.markdown import plain
from bot.memory import Memory
from bot.model import Asker
from bot.service import Service
from bot.snapshot import knowledge_path, open_snapshot
from bot.wording import wording
from tests.samples import FILES, write_files

if TYPE_CHECKING:
    from pathlib import Path

ANA = Asker(platform="terminal", person="ana")
NOBODY = Asker(platform="terminal")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the small collection."""
    return write_files(tmp_path / "library")


@pytest.fixture
def service(folder: Path) -> Service:
    """Open the small collection."""
    return Service.open(Settings(knowledge=folder))


def test_a_question_gets_its_answer(service: Service) -> None:
    """The stored question and its text, with the version that answered."""
    reply = service.ask("when is the library open?", ANA)
    assert (reply.outcome, reply.reason) == ("answer", "matched")
    assert reply.entry is not None
    assert reply.entry.id == "faq/opening-hours"
    assert "nine to five" in plain(reply.card.body)
    assert reply.knowledge_version == service.status().version


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "?!", "🙂", "a" * 100_000, "<@123>", "ज" * 5000])
def test_nothing_typed_makes_it_fail(service: Service, text: str) -> None:
    """Every text gets a reply with something to read."""
    assert plain(service.ask(text, ANA).card.body)


@pytest.mark.parametrize(("said", "language"), [("good evening", "en"), ("muchas gracias", "es")])
def test_a_courtesy_is_returned_where_nobody_wrote_a_reply(folder: Path, said: str, language: str) -> None:
    """A greeting or thanks is no question without an answer: it is invited to ask, and told what about."""
    (folder / "others.yaml").unlink()
    reply = Service.open(Settings(knowledge=folder)).ask(said, ANA)
    assert (reply.outcome, reply.reason, reply.card.title) == ("none", "small_talk", "")
    assert plain(reply.card.body).startswith(wording(language).courtesy)
    assert not reply.card.actions


def test_a_question_that_comes_again_is_answered_once(service: Service) -> None:
    """Whoever asks it, after whatever: the earlier question matters to a follow-up alone."""
    service.ask("How many books may I borrow?", ANA)
    first, again = (service.ask("when is the library open?", asker) for asker in (ANA, NOBODY))
    assert first is again


def test_a_follow_up_that_comes_again_is_about_its_own_question(service: Service) -> None:
    """The same words after another question, or after none, get their own reply."""
    ben = Asker(platform="terminal", person="ben")
    assert service.ask("and why?", NOBODY).reason == "unclear"
    service.ask("How many books may I borrow?", ANA)
    service.ask("When is the library open?", ben)
    replies = [service.ask("and why?", asker) for asker in (ANA, ben, NOBODY)]
    assert [reply.entry and reply.entry.id for reply in replies] == ["faq/borrow", "faq/opening-hours", None]


def test_the_askers_language_is_used(folder: Path) -> None:
    """The platform's locale goes before the setting, and either before the knowledge's language."""
    service = Service.open(Settings(knowledge=folder, locale="de"))
    words = {
        asker.locale: service.ask("???", asker).card.language
        for asker in (Asker(platform="terminal", locale="fr-FR"), NOBODY)
    }
    assert words == {"fr-FR": "fr", None: "de"}
    assert service.topics(NOBODY)[0].questions[0].label == "Wann hat die Bibliothek offen?"
    assert service.wording(NOBODY).language == "de"


def test_a_picked_entry_is_shown_in_full_and_remembered(folder: Path) -> None:
    """The whole entry by its id; what was picked is what a follow-up is about."""
    memory = Memory()
    service = Service(open_snapshot(folder), memory=memory)
    assert "Ten books" in plain(service.entry("faq/borrow", ANA).body)
    assert memory.recall(ANA) == "How many books may I borrow?"


def test_an_id_that_is_gone_gets_a_line(service: Service) -> None:
    """Old buttons never fail."""
    assert plain(service.entry("faq/gone", ANA).body) == wording("en").gone


def test_only_what_was_understood_is_remembered(folder: Path) -> None:
    """Thanks, nonsense and the unknown leave the topic as it was."""
    memory = Memory()
    service = Service(open_snapshot(folder), memory=memory)
    service.ask("When is the library open?", ANA)
    topic = memory.recall(ANA)
    assert topic is not None
    for text in ("thanks", "???", "what is the weather today", "zxqv wvut"):
        assert service.ask(text, ANA).outcome == "none"
        assert memory.recall(ANA) == topic


def test_refusing_gives_the_honest_line(service: Service) -> None:
    """What the asker refused is not offered again."""
    reply = service.ask("When is the library open?", ANA)
    refused = service.refuse(reply, {match.entry.id for match in reply.matches}, ANA)
    assert (refused.outcome, refused.reason, refused.card.suggestions) == ("none", "unknown", ())


def test_today_decides_what_is_past_its_review(folder: Path) -> None:
    """The clock is the service's, not the card's."""
    snapshot = open_snapshot(folder)
    early = Service(snapshot, now=datetime(2026, 5, 1, tzinfo=UTC).timestamp)
    late = Service(snapshot, now=datetime(2026, 7, 1, tzinfo=UTC).timestamp)
    assert early.entry("faq/opening-hours", ANA).notice is None
    assert "15 January 2026" in (late.entry("faq/opening-hours", ANA).notice or "")


def test_a_reply_that_was_given_before_grows_old(folder: Path) -> None:
    """The same question on another day is told that its answer is past its review."""
    clock = [datetime(2026, 5, 1, tzinfo=UTC).timestamp()]
    service = Service(open_snapshot(folder), now=lambda: clock[-1])
    early = service.ask("When is the library open?", ANA).card
    clock.append(datetime(2026, 7, 1, tzinfo=UTC).timestamp())
    late = service.ask("When is the library open?", ANA).card
    assert early.notice is None
    assert "15 January 2026" in (late.notice or "")


def test_topics_list_every_entry(service: Service) -> None:
    """By collection, questions before sections, in the files' order."""
    (topics,) = service.topics(ANA)
    assert topics.title == "The harbour library"
    assert [one.entry_id for one in topics.questions] == ["faq/opening-hours", "faq/borrow", "faq/noise"]
    assert [one.entry_id for one in topics.sections] == ["section/history"]


def test_several_collections_answer_as_one(tmp_path: Path) -> None:
    """Ids carry their collection, and each says what it covers."""
    write_files(tmp_path / "harbour")
    garden = (
        "collection: {title: The garden}\nfaq: [{id: roses, question: When do the roses bloom?, answer: In June.}]\n"
    )
    write_files(tmp_path / "garden", {"all.yaml": garden})
    service = Service.open(Settings(knowledge=tmp_path))
    reply = service.ask("When do the roses bloom?", ANA)
    assert reply.entry is not None
    assert reply.entry.id == "garden:faq/roses"
    assert plain(service.entry("garden:faq/roses", ANA).body) == "In June."
    covered = plain(service.scope(ANA))
    assert "I answer questions about: The garden" in covered
    assert "I can answer questions about the harbour library." in covered
    assert [topics.title for topics in service.topics(ANA)] == ["The garden", "The harbour library"]
    assert service.status().entries == {"garden": 1, "harbour": 4}


def test_typing_is_completed(service: Service) -> None:
    """Pinned entries before anything is typed, then what fits."""
    assert service.complete("", ANA)[0].entry_id == "faq/opening-hours"
    assert service.complete("how many bo", ANA)[0].entry_id == "faq/borrow"
    assert len(service.complete("the", ANA, limit=1)) == 1


def test_a_good_edit_goes_live(service: Service, folder: Path) -> None:
    """A reload replaces the snapshot; whoever holds the old one keeps it whole."""
    old = service.snapshot
    assert service.reload() is False
    write_files(folder, {"faq.yaml": FILES["faq.yaml"].replace("Ten books", "Twelve books")})
    assert service.reload() is True
    assert "Twelve books" in plain(service.entry("faq/borrow", ANA).body)
    assert "Ten books" in old.knowledge.by_id["faq/borrow"].body
    assert service.status().version != old.knowledge.version


def test_a_bad_edit_changes_nothing(service: Service, folder: Path) -> None:
    """The version in force goes on answering, and the status says why."""
    version = service.status().version
    write_files(folder, {"faq.yaml": "faq: [{id: x}]\n"})
    with pytest.raises(KnowledgeError):
        service.reload()
    status = service.status()
    assert status.version == version
    assert status.refused is not None
    assert "faq.yaml:1" in str(status.refused)
    assert service.ask("When is the library open?", ANA).outcome == "answer"
    write_files(folder)
    service.reload()
    assert service.status().refused is None


def test_the_status_says_what_is_in_force(service: Service, folder: Path) -> None:
    """Where from, how much, and since when."""
    status = service.status()
    assert (status.path, status.entries) == (folder, {"library": 4})
    assert status.loaded_at.tzinfo is not None


def test_where_the_knowledge_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As set, else ./knowledge, else what is shipped."""
    monkeypatch.chdir(tmp_path)
    assert knowledge_path(Settings()) == shipped_path()
    (tmp_path / "knowledge").mkdir()
    assert knowledge_path(Settings()).resolve() == tmp_path / "knowledge"
    assert knowledge_path(Settings(knowledge=tmp_path / "mine")) == tmp_path / "mine"


def test_the_log_has_no_words_of_people(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Outcome, entry and score are logged; the question and the person are not."""
    with caplog.at_level("INFO", logger="bot"):
        service.ask("when is the LIBRARY open", ANA)
    assert "faq/opening-hours" in caplog.text
    assert "LIBRARY" not in caplog.text
    assert "ana" not in caplog.text
