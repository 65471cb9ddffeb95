"""Edits to the files go live by themselves; a bad one changes nothing."""

from __future__ import annotations

import asyncio
import queue
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("watchfiles")

from bot.reload import Refused, Reloaded
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.watch import Watcher
from tests.fakes.stopwatch import Stopwatch
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIVE = 2.0  # seconds until an edit is in force
PATIENCE = 60.0  # seconds until an announcement counts as missing


class Watched:
    """A service that is being watched, and what was announced."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.service = Service(open_snapshot(root))
        self.news: queue.Queue[Reloaded | Refused] = queue.Queue()
        self.service.listen(self.news.put)
        self.watcher = Watcher(self.service)
        self.watcher.start()

    def next(self) -> Reloaded | Refused:
        """Wait for the next announcement."""
        return self.news.get(timeout=PATIENCE)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """The sample collection, watched."""
    one = Watched(write_files(tmp_path / "library"))
    yield one
    one.watcher.stop()


def edit(root: Path, old: str, new: str) -> None:
    """Change a file as a simple editor does: in place."""
    text = (root / "faq.yaml").read_text()
    assert old in text
    (root / "faq.yaml").write_text(text.replace(old, new))


def test_an_edit_is_in_force_and_announced_by_entries(watched: Watched) -> None:
    """What changed is named, and what people get is the new text."""
    edit(watched.root, "Ten books", "Twelve books")
    news = watched.next()
    assert isinstance(news, Reloaded)
    assert news.entries.changed == ("faq/borrow",)
    assert watched.service.snapshot.knowledge.by_id["faq/borrow"].body.startswith("Twelve")


def test_an_editor_that_replaces_the_file_is_noticed(watched: Watched) -> None:
    """Many editors write a new file and rename it over the old one."""
    fresh = watched.root / ".faq.yaml.swp"
    fresh.write_text((watched.root / "faq.yaml").read_text().replace("Ten books", "Nine books"))
    fresh.replace(watched.root / "faq.yaml")
    assert isinstance(watched.next(), Reloaded)


def test_a_bad_edit_changes_nothing_and_is_told_once(watched: Watched) -> None:
    """The refusal names file and line; the old version answers on; mending it goes live again."""
    before = watched.service.snapshot
    edit(watched.root, "question: How many", "qestion: How many")
    news = watched.next()
    assert isinstance(news, Refused)
    assert any("faq.yaml:" in str(problem) and "qestion" in str(problem) for problem in news.error.problems)
    assert news.in_force_since == before.loaded_at
    assert watched.service.snapshot is before
    assert watched.service.status().refused is news.error
    (watched.root / "faq.yaml").touch()
    edit(watched.root, "qestion: How many", "question: How many")
    edit(watched.root, "Ten books", "Eight books")
    assert isinstance(watched.next(), Reloaded)
    assert watched.news.empty()


def test_a_change_without_content_is_not_announced(watched: Watched) -> None:
    """A remark or a touch is no news; the edit after it is."""
    edit(watched.root, "faq:\n", "# a remark\nfaq:\n")
    edit(watched.root, "Ten books", "Seven books")
    news = watched.next()
    assert isinstance(news, Reloaded)
    assert news.entries.changed == ("faq/borrow",)


def test_a_swapped_link_to_the_folder_is_noticed(tmp_path: Path) -> None:
    """Config maps and release folders change by pointing a link elsewhere."""
    one, two = write_files(tmp_path / "v1" / "library"), write_files(tmp_path / "v2" / "library")
    edit(two, "Ten books", "Six books")
    link = tmp_path / "current"
    link.symlink_to(one.parent)
    watched = Watched(link / "library")
    try:
        fresh = tmp_path / "fresh"
        fresh.symlink_to(two.parent)
        fresh.replace(link)
        assert isinstance(watched.next(), Reloaded)
        assert "Six" in watched.service.snapshot.knowledge.by_id["faq/borrow"].body
    finally:
        watched.watcher.stop()


def test_a_git_checkout_is_one_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files at once: one announcement, of the state after."""
    monkeypatch.setattr("bot.watch._SETTLE", 1.0)  # Git may be kept waiting for the processor between two files
    root = write_files(tmp_path / "library")

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)  # noqa: S607

    git("init", "--quiet")
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    git("add", "--all")
    git(*identity, "commit", "--quiet", "--message=one")
    for name in ("a", "b", "c"):
        (root / f"{name}.yaml").write_text(f"faq:\n  - {{id: {name}, question: What is {name} here?, answer: Text.}}\n")
    git("add", "--all")
    git(*identity, "commit", "--quiet", "--message=two")
    git("checkout", "--quiet", "HEAD~1")
    watched = Watched(root)
    try:
        git("checkout", "--quiet", "-")
        news = watched.next()
        assert isinstance(news, Reloaded)
        assert set(news.entries.added) == {"faq/a", "faq/b", "faq/c"}
    finally:
        watched.watcher.stop()


def test_a_folder_that_vanishes_and_returns(watched: Watched, tmp_path: Path) -> None:
    """Without its files the old version answers on; with them back, edits go live again."""
    shutil.move(watched.root, tmp_path / "aside")
    assert isinstance(watched.next(), Refused)
    assert "faq/borrow" in watched.service.snapshot.knowledge.by_id
    edit(tmp_path / "aside", "Ten books", "Five books")
    shutil.move(tmp_path / "aside", watched.root)
    assert isinstance(watched.next(), Reloaded)


def test_an_edit_is_live_within_two_seconds(watched: Watched) -> None:
    """The median of several edits, from the write to the announcement."""

    async def measure() -> list[float]:
        took = []
        for number in range(5):
            edit(watched.root, "books at a time", f"books at a time {number}") if number == 0 else edit(
                watched.root, f"a time {number - 1}", f"a time {number}"
            )
            with Stopwatch() as watch:
                await asyncio.to_thread(watched.next)
            took.append(watch.seconds)
        return took

    assert sorted(asyncio.run(measure()))[2] < LIVE
