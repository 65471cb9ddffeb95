"""What the knowledge in force says is known by the time that somebody proposes a change to it."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sqlalchemy")

from bot.foresight import Foresight
from bot.model import Asker
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
from bot.weighing import Weighing
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT = 60
QUESTION = "which ships bring the books"
SOMEBODY = Asker(platform="terminal", tenant="harbour", person="p")


class Seen(Weighing):
    """The weighing, which tells whenever it has looked ahead."""

    def __init__(self, service: Service, store: Store) -> None:
        super().__init__(service, store)
        self.service = service
        self.looked: queue.SimpleQueue[str] = queue.SimpleQueue()

    def look_ahead(self, stopped: Callable[[], bool]) -> None:
        """Look, and tell at which version."""
        super().look_ahead(stopped)
        self.looked.put(self.version().knowledge.version)


@pytest.fixture
def weighing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """The sample collection and a question that was asked; one text more is worth a process."""
    monkeypatch.setattr("bot.impact.WORTH", 1)
    service = Service(open_snapshot(write_files(tmp_path / "library")))
    with Store.open(f"sqlite:///{tmp_path / 's.db'}") as store:
        assert store.record_question("k", service.ask(QUESTION, SOMEBODY), SOMEBODY).result(WAIT)
        yield Seen(service, store)


def test_a_version_is_asked_before_anybody_changes_it(weighing: Seen) -> None:
    """Its own phrasings and what people asked; then once more when another is in force, and never again the same."""
    foresight = Foresight(weighing, pause=0.01)
    foresight.start()
    try:
        assert weighing.looked.get(timeout=WAIT) == weighing.service.snapshot.knowledge.version
        version = weighing.version()
        assert version.knows(QUESTION)
        assert all(version.knows(text) for entry in version.knowledge.by_id.values() for text in entry.phrasings)
        path = weighing.service.snapshot.path / "faq.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("Ten books", "Twelve books"), encoding="utf-8")
        weighing.service.reload()
        assert weighing.looked.get(timeout=WAIT) == weighing.service.snapshot.knowledge.version
        assert weighing.version() is not version
        assert weighing.version().knows(QUESTION)
    finally:
        foresight.stop()
    assert weighing.looked.empty()


def test_it_ends_when_it_is_told_to(weighing: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the questions, which come last, are not asked."""
    monkeypatch.setattr("bot.impact._AT_ONCE", 1)
    weighing.look_ahead(lambda: True)
    assert 0 < len(weighing.version().said) < 5
    assert not weighing.version().knows(QUESTION)
