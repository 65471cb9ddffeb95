"""Answers that nobody asked for: when they may be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sqlalchemy")

from bot.autoanswer import Budget, Politeness
from bot.memory import Memory
from bot.model import Asker
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
from bot.unasked import Unasked
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

SURE, ANOTHER, UNKNOWN = "when is the library open?", "How many books may I borrow?", "zebra quantum guitar"
ANA = Asker(platform="slack", tenant="T1", place="C1", person="U1")
ELSEWHERE = Asker(platform="slack", tenant="T1", place="C2", person="U1")


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Open the small collection, with what is remembered of people in reach."""
    return Service(open_snapshot(write_files(tmp_path / "library")), memory=Memory())


def test_only_what_is_sure_is_said(service: Service) -> None:
    """The reply with its key, or silence; and no follow-up refers to what was overheard."""
    with Store.open(None) as store:
        unasked = Unasked(service, store)
        heard = unasked.overheard(SURE, ANA)
        assert heard is not None
        key, reply = heard
        assert key
        assert reply.entry is not None
        assert reply.entry.id == "faq/opening-hours"
        assert unasked.overheard(UNKNOWN, ANA) is None
    assert len(service._memory) == 0


def test_the_same_is_not_said_twice(service: Service) -> None:
    """The budget of a place is its own."""
    with Store.open(None) as store:
        unasked = Unasked(service, store)
        assert unasked.overheard(SURE, ANA)
        assert unasked.overheard(SURE, ANA) is None
        assert unasked.overheard(ANOTHER, ANA)
        assert unasked.overheard(SURE, ELSEWHERE)


def test_a_mute_outlives_the_process(service: Service, tmp_path: Path) -> None:
    """What people took away once too often keeps the bot quiet there, also after a restart; elsewhere it speaks."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as store:
        unasked = Unasked(service, store, Budget(Politeness(removals_to_mute=2)))
        assert [unasked.removed(ANA), unasked.removed(ANA)] == [False, True]
        assert unasked.overheard(SURE, ANA) is None
    with Store.open(url) as store:
        unasked = Unasked(service, store)
        for asker in (ANA, ELSEWHERE):
            assert unasked.is_new(asker)
            unasked.restore(asker)
            assert not unasked.is_new(asker)
        assert unasked.overheard(SURE, ANA) is None
        assert unasked.overheard(SURE, ELSEWHERE)
