"""Changes end in a real Git repository, and whatever Git refuses loses no edit, is told, and is tried again."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sqlalchemy")

from bot.model import Asker
from bot.moderation import Moderation
from bot.repository import Repository
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.proposal import Made

MODERATOR = Asker(platform="terminal", is_moderator=True)


def run(folder: Path, *arguments: str) -> str:
    """Run Git as a person would."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


class Checkout:
    """A clone of a bare repository, with a moderator at work in it."""

    def __init__(self, folder: Path, mode: str = "push") -> None:
        self.folder, self.bare, self.root = folder, folder / "bare.git", folder / "clone"
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", self.bare], check=True)  # noqa: S607
        subprocess.run(["git", "clone", "--quiet", self.bare, self.root], check=True, capture_output=True)  # noqa: S607
        run(self.root, "checkout", "--quiet", "-B", "main")
        self.library = write_files(self.root / "library")
        run(self.root, "add", "--all")
        run(self.root, "commit", "--quiet", "--message=start")
        run(self.root, "push", "--quiet", "--set-upstream", "origin", "main")
        self.store = Store.open(f"sqlite:///{folder / 's.db'}")
        self.moderation = self.started(mode)

    def started(self, mode: str = "push") -> Moderation:
        """Begin anew, as a process does."""
        service = Service(open_snapshot(self.library))
        return Moderation(service, self.store, git=mode)  # type: ignore[arg-type]

    def edit(self, phrasing: str, reason: str = "", entry: str = "faq/borrow") -> Made:
        """Make a change."""
        moderator = self.moderation.of(MODERATOR, "Asha")
        return moderator.make(moderator.add_alternate(entry, phrasing), reason)

    def log(self, folder: Path | None = None) -> list[str]:
        """The subjects of the commits, the oldest first."""
        return run(folder or self.root, "log", "--reverse", "--format=%s", "main").splitlines()

    def hook(self, script: str) -> Path:
        """Set a hook that sees every commit."""
        hook = self.root / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)
        return hook


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """A checkout on a machine where nobody has told Git a name."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    one = Checkout(tmp_path)
    yield one
    one.store.close()


def test_a_change_is_committed_and_pushed_with_its_reason(here: Checkout) -> None:
    """Without any identity configured; the moderator is the author, the reason is the message's body."""
    (here.root / "draft.txt").write_text("unfinished")
    run(here.root, "add", "draft.txt")
    made = here.edit("lending ceiling", "they ask at the desk")
    assert made.trouble is None
    shown = run(here.bare, "log", "-1", "--format=%h|%an|%s|%b", "main")
    assert shown == f"{made.commit}|Asha|add phrasing faq/borrow|they ask at the desk"
    assert run(here.root, "show", "--name-only", "--format=").split() == ["library/faq.yaml"]
    assert run(here.root, "diff", "--cached", "--name-only") == "draft.txt"


def test_off_and_commit_go_no_further(here: Checkout) -> None:
    """By default Git is not touched; `commit` commits and pushes nothing."""
    here.moderation = here.started("off")
    assert here.edit("lending ceiling").commit is None
    assert here.log() == ["start"]
    here.moderation = here.started("commit")
    assert here.edit("lending ceiling two").commit is not None
    assert len(here.log()) == 2
    assert here.log(here.bare) == ["start"]


def test_a_diverged_remote_is_told_and_caught_up_with(here: Checkout) -> None:
    """The edit is in force and committed; once somebody has rebased, the next change pushes both."""
    other = here.folder / "other"
    subprocess.run(["git", "clone", "--quiet", here.bare, other], check=True, capture_output=True)  # noqa: S607
    (other / "readme.txt").write_text("x")
    run(other, "add", "--all")
    run(other, "commit", "--quiet", "--message=elsewhere")
    run(other, "push", "--quiet")
    made = here.edit("lending ceiling")
    assert made.commit is not None
    assert "committed but not pushed" in (made.trouble or "")
    assert "rejected" in (made.trouble or "")
    assert here.moderation.service.ask("lending ceiling", MODERATOR).entry is not None
    assert here.log(here.bare) == ["start", "elsewhere"]
    run(here.root, "pull", "--quiet", "--rebase")
    assert here.edit("second ceiling").trouble is None
    assert here.log(here.bare) == ["start", "elsewhere", "add phrasing faq/borrow", "add phrasing faq/borrow"]


def test_a_hook_that_refuses_delays_commits_in_their_order(here: Checkout) -> None:
    """What the hook says is told; after a restart the commits are made, each with its own author, message and lines."""
    hook = here.hook("echo 'the office is closed' >&2; exit 1")
    for phrasing, entry in (("lending ceiling", "faq/borrow"), ("who wrote the first page", "section/history")):
        made = here.edit(phrasing, f"because {phrasing}", entry)
        assert made.commit is None
        assert "the office is closed" in (made.trouble or "")
    assert here.log() == ["start"]
    assert "lending ceiling" in (here.library / "faq.yaml").read_text()
    hook.unlink()
    here.moderation = here.started()
    here.moderation.reconcile()
    assert here.log(here.bare) == ["start", "add phrasing faq/borrow", "add phrasing section/history"]
    assert run(here.root, "log", "-1", "--format=%b") == "because who wrote the first page"
    assert here.edit("third").trouble is None
    assert len(here.log(here.bare)) == 4


def test_what_waits_is_tried_again_by_itself(here: Checkout) -> None:
    """Nobody has to make another change or start anew."""
    hook, tried = here.hook("exit 1"), threading.Event()
    here.moderation.changes.repository = Repository(here.store, "push", patience=0.05)
    assert here.edit("lending ceiling").commit is None
    hook.write_text("#!/bin/sh\nexit 0\n")
    for _ in range(200):
        if len(here.log(here.bare)) == 2:
            break
        tried.wait(0.05)
    assert here.log(here.bare) == ["start", "add phrasing faq/borrow"]


def test_what_somebody_has_committed_by_hand_is_no_trouble(here: Checkout) -> None:
    """A change that waits for its commit and is committed by a person is done."""
    hook = here.hook("exit 1")
    here.edit("lending ceiling")
    hook.unlink()
    run(here.root, "commit", "--quiet", "--all", "--message=by hand")
    assert here.edit("second ceiling").trouble is None
    assert here.log(here.bare) == ["start", "by hand", "add phrasing faq/borrow"]


def test_no_password_is_told(here: Checkout) -> None:
    """An address with a password in it, which Git repeats, is shown without."""
    run(here.root, "remote", "set-url", "origin", "http://asha:hunter2@127.0.0.1:1/x.git")
    made = here.edit("lending ceiling")
    assert "127.0.0.1" in (made.trouble or "")
    assert "hunter2" not in (made.trouble or "")


def test_without_a_checkout_the_edit_stands(here: Checkout, tmp_path: Path) -> None:
    """Where commits are wanted and there is no checkout, the edit is in force and the moderator knows."""
    here.library = write_files(tmp_path / "bare-folder" / "library")
    here.moderation = here.started()
    made = here.edit("lending ceiling")
    assert "not in Git" in (made.trouble or "")
    assert here.moderation.service.ask("lending ceiling", MODERATOR).entry is not None
