"""Thousands of questions are asked in processes: the same verdicts as here, and nothing that stays behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking import MOST, Askers
from bot.impact import impact, proposed
from bot.knowledge import edit
from bot.version import open_version
from tests.cycling import club_engine, shipped_engine
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.version import Version

SUBJECTS = (
    "the library",
    "a book",
    "books",
    "the reading room",
    "ships",
    "rain",
    "the history",
    "borrowing",
    "silence",
)
OPENERS = ("when is", "how many", "who founded", "where is", "is", "may I take", "why", "what is", "hello, when is")
CLOSERS = (
    "open",
    "home",
    "today",
    "on sunday",
    "so quiet",
    "closed please",
    "now",
    "too loud",
    "for ships",
    "free",
    "",
)
ENDS = ("", "?", " then", " thanks", " really", " at all", ". Tell me", " again", " in summer", " in winter", " ever")
TEXTS = tuple(
    f"{opener} {subject} {closer}{end}" for opener, subject, closer, end in product(OPENERS, SUBJECTS, CLOSERS, ENDS)
)
QUESTIONS = TEXTS[:: len(TEXTS) // 300]
CLUB_AND_SHIPPED = (club_engine, shipped_engine)
POLITE = ("", "hi, ", "Hello there ", "good morning! ", "hey all - ")
THANKS = ("", " please", ", thanks!", " Thank you in advance.", " pls ")
WORDS = (
    "how",
    "much",
    "is",
    "the",
    "fee",
    "US",
    "us",
    "helmet",
    "peace",
    "helmett",
    "it",
    "42",
    "why",
    "?",
    ".",
    "\n",
    "é",
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are begun in a test."""
    found: list[subprocess.Popen[bytes]] = []

    class Kept(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[call-overload]
            found.append(self)

    monkeypatch.setattr("bot.asking.subprocess.Popen", Kept)
    return found


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Version, Version]:
    """The sample collection before and after a change."""
    root = write_files(tmp_path / "library")
    change = edit.add_alternate(root, "faq/borrow", "what may I take home in summer")
    return open_version(root), proposed(root, change)


def jobs(size: int = 25) -> list[tuple[str, ...]]:
    """Questions in parts."""
    return [QUESTIONS[start : start + size] for start in range(0, 300, size)]


def asked_here(version: Version, texts: Sequence[str]) -> list[tuple[str, str | None]]:
    """What a version says without any help, one text after the other."""
    decisions = [version.engine.decide(text) for text in texts]
    return [(one.outcome, one.matches[0].entry.id if one.outcome != "none" else None) for one in decisions]


def test_processes_say_what_is_said_here(
    versions: tuple[Version, Version], started: list[subprocess.Popen[bytes]]
) -> None:
    """The jobs come in order, with the verdict on every text known, and it is what asking one by one gives."""
    with Askers(*versions) as askers:
        given_back = list(askers.ahead(jobs()))
        assert 0 < len(started) <= MOST
    assert given_back == jobs()
    texts = QUESTIONS[:300]
    for version in versions:
        assert all(map(version.knows, texts))
        assert [(one.outcome, one.entry_id) for one in map(version.verdict, texts)] == asked_here(version, texts)


def test_the_impact_is_the_same_with_processes_and_without(
    tmp_path: Path, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For changes of every kind, all that is told of them is the same."""
    root = write_files(tmp_path / "library")
    fields = {"question": "May I take ships home?", "alternates": ["ships in winter"], "answer": "No."}
    changes = (
        edit.add_alternate(root, "faq/borrow", "what may I take home in summer"),
        edit.add_entry(root, "faq/ships", fields),
        edit.retire(root, "faq/noise"),
    )
    found = []
    for worth, processes in ((sys.maxsize, 0), (1, MOST)):
        monkeypatch.setattr("bot.impact.WORTH", worth)
        asked = [impact(open_version(root), proposed(root, one), questions=QUESTIONS, seconds=None) for one in changes]
        assert len(started) == min(processes, os.cpu_count() or 1) * len(changes)
        found.append([(one.questions, one.stolen, one.asked, one.skipped) for one in asked])
    assert found[0] == found[1]
    assert all(questions for questions, *_ in found[0])


def test_no_process_stays_behind(versions: tuple[Version, Version], started: list[subprocess.Popen[bytes]]) -> None:
    """They end with the asking, even in the middle of it."""
    with Askers(*versions) as askers:
        next(iter(askers.ahead(jobs())))
        assert [process.poll() for process in started] == [None] * len(started)
    assert started
    assert all(process.returncode is not None for process in started)


def test_processes_that_die_cost_time_only(
    versions: tuple[Version, Version], started: list[subprocess.Popen[bytes]]
) -> None:
    """What they have not said is asked here."""
    with Askers(*versions) as askers:
        for number, job in enumerate(askers.ahead(jobs())):
            if number == 2:
                for process in started:
                    process.kill()
            for version in versions:
                assert [(one.outcome, one.entry_id) for one in map(version.verdict, job)] == asked_here(version, job)


def test_without_processes_everything_is_asked_here(
    versions: tuple[Version, Version], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that lets none be started gets its verdicts all the same."""
    monkeypatch.setattr("bot.asking.sys.executable", "/nowhere/python")
    with Askers(*versions) as askers:
        assert list(askers.ahead(jobs())) == jobs()
        assert not any(version.said for version in versions), "nobody has asked yet"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits for a stranger's process, which Linux can")
def test_processes_end_with_the_bot(tmp_path: Path) -> None:
    """Where the bot is killed, they see that nobody is there any more."""
    root = write_files(tmp_path / "library")
    script = (
        "import sys, pathlib\n"
        "from bot.asking import Askers\n"
        "from bot.version import open_version\n"
        "version = open_version(pathlib.Path(sys.argv[1]))\n"
        "with Askers(version, processes=1) as askers:\n"
        "    list(askers.ahead([['when do you open']]))\n"
        "    print(askers._processes[0]._running.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as bot:
        assert bot.stdout is not None
        asking_process = os.pidfd_open(int(bot.stdout.readline()))
        bot.send_signal(signal.SIGKILL)
    ended = select.poll()
    ended.register(asking_process, select.POLLIN)
    assert ended.poll(30_000), "the process outlives the bot"


@given(
    which=st.sampled_from(CLUB_AND_SHIPPED),
    said=st.lists(st.sampled_from(WORDS), max_size=7),
    manners=st.tuples(
        st.sampled_from(POLITE), st.sampled_from(THANKS), st.sampled_from(POLITE), st.sampled_from(THANKS)
    ),
    shouted=st.booleans(),
)
def test_what_is_read_alike_gets_the_same(
    which: object, said: list[str], manners: tuple[str, str, str, str], *, shouted: bool
) -> None:
    """Two texts with one reading have one outcome and one entry: asking one of them is enough."""
    assert callable(which)
    engine, text = which(), " ".join(said)
    one, other = f"{manners[0]}{text}{manners[1]}", f"{manners[2]}{text.upper() if shouted else text}{manners[3]}"
    if engine.reading(one) == engine.reading(other):
        first, second = engine.decide(one), engine.decide(other)
        assert first.outcome == second.outcome
        assert [match.entry.id for match in first.matches[:1]] == [match.entry.id for match in second.matches[:1]]


def test_courtesies_make_no_other_reading() -> None:
    """What is around a question is not read; what it asks is."""
    engine = club_engine()
    assert engine.reading("Hi! how much is the fee, please") != engine.reading("how much is the helmet")
    assert engine.reading("Hello, how much is the fee?") == engine.reading("how much is the fee please")
    assert engine.reading("...") == engine.reading("42") == ()
