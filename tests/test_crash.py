"""kill -9 at any moment: no file is half-written, and nothing that was acknowledged is lost."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bot.knowledge import edit
from bot.knowledge.patch import undone
from bot.knowledge.write import write
from tests.crashing import acknowledged_until_killed, moments
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

# A deep run: BACKCHANNEL_KILLS=300 pytest tests/test_crash.py
KILLS = int(os.environ.get("BACKCHANNEL_KILLS", "8"))

EDITING = """
import sys
from pathlib import Path
from bot.knowledge import edit
from bot.knowledge.write import write
root, start = Path(sys.argv[1]), int(sys.argv[2])
for number in range(start, start + 10_000):
    write(edit.add_alternate(root, "faq/borrow", f"way {number}"))
    print(number, flush=True)
"""

VOTING = """
import sys
from bot.model import Action, Asker
from bot.store import Store
store, start = Store.open(sys.argv[1]), int(sys.argv[2])
for number in range(start, start + 10_000):
    person = Asker(platform="terminal", person=f"p{number}")
    if store.record_vote("k", person, Action.HELPFUL, entry_id="faq/a").result(120):
        print(number, flush=True)
"""


def test_a_killed_editor_leaves_whole_files_and_every_acknowledged_edit(tmp_path: Path) -> None:
    """However often the process dies, the file holds every edit it confirmed, at most one more, and nothing torn."""
    root = write_files(tmp_path / "library")
    confirmed = 0
    for after in moments(KILLS, 12, seed=1):
        lines = acknowledged_until_killed(EDITING, str(root), str(confirmed), after=after)
        confirmed = int(lines[-1]) + 1
        ways = [way for way in edit.present(root, "faq/borrow")["alternates"] if way.startswith("way ")]
        assert ways[:confirmed] == [f"way {number}" for number in range(confirmed)]
        assert len(ways) <= confirmed + 1
        confirmed = len(ways)
    write(edit.add_alternate(root, "faq/borrow", "the next edit needs no repair"))
    assert sorted(path.name for path in root.iterdir()) == sorted(
        ["collection.yaml", "faq.yaml", "others.yaml", "sections.yaml"]
    )


def test_a_killed_bot_keeps_every_acknowledged_vote(tmp_path: Path) -> None:
    """Whatever vote was confirmed is in the database, which opens again without repair."""
    pytest.importorskip("sqlalchemy")
    from bot.store import Store

    url = f"sqlite:///{tmp_path / 's.db'}"
    confirmed = 0
    for after in moments(KILLS, 40, seed=2):
        lines = acknowledged_until_killed(VOTING, url, str(confirmed), after=after)
        confirmed = int(lines[-1]) + 1
        with Store.open(url) as store:
            (count,) = store.desk.vote_counts(since=0)
            assert confirmed <= count.helpful <= confirmed + 1


MODERATING = """
import sys
from pathlib import Path
from bot.model import Asker
from bot.moderation import Moderation
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
moderation = Moderation(Service(open_snapshot(Path(sys.argv[1]))), Store.open(sys.argv[2]))
moderation.reconcile()
moderator, start = moderation.of(Asker(platform="terminal", is_moderator=True), "Asha"), int(sys.argv[3])
for number in range(start, start + 10_000):
    made = moderator.make(moderator.add_alternate("faq/borrow", f"way {number}"), f"reason {number}")
    print(made.key, flush=True)
"""


def test_a_killed_bot_keeps_every_confirmed_change_with_its_history(tmp_path: Path) -> None:
    """As moderators make changes: what was confirmed is in the file, in the history with its reason, and undoable.

    A change that was under way is in both or in neither once the bot is back.
    """
    pytest.importorskip("sqlalchemy")
    from bot.model import Asker
    from bot.moderation import Moderation
    from bot.service import Service
    from bot.snapshot import open_snapshot
    from bot.store import Store

    root, url = write_files(tmp_path / "library"), f"sqlite:///{tmp_path / 's.db'}"
    keys: list[str] = []
    ways: list[str] = []
    for after in moments(max(3, KILLS // 2), 5, seed=3):
        keys += acknowledged_until_killed(MODERATING, str(root), url, str(len(ways)), after=after)
        with Store.open(url) as store:
            moderation = Moderation(Service(open_snapshot(root)), store)
            moderation.reconcile()
            assert store.remember("flush", str(after)).result(120)
            history = store.desk.edits(limit=1_000)
            ways = [one for one in edit.present(root, "faq/borrow")["alternates"] if one.startswith("way ")]
            done = [one for one in reversed(history) if one.state == "done"]
            assert ways == [f"way {number}" for number in range(len(ways))]
            assert [one.reason for one in done] == [f"reason {number}" for number in range(len(ways))]
            assert set(keys) <= {one.key for one in done}
            assert {one.state for one in history} <= {"done", "void"}
            keys = [one.key for one in done]
    with Store.open(url) as store:
        moderator = Moderation(Service(open_snapshot(root)), store).of(
            Asker(platform="terminal", is_moderator=True), "Asha"
        )
        moderator.make(moderator.undo(keys[-1]))
    assert edit.present(root, "faq/borrow")["alternates"][-1] == f"way {len(ways) - 2}"


RACING = """
import sys
from pathlib import Path
from bot.errors import EditConflict
from bot.knowledge import edit
from bot.knowledge.write import write
root, name = Path(sys.argv[1]), sys.argv[2]
sys.stdin.readline()
won = 0
while won < 20:
    change = edit.add_alternate(root, "faq/borrow", f"{name} {won}")
    try:
        write(change)
    except EditConflict as conflict:
        assert conflict.present
        print("told", flush=True)
    else:
        won += 1
        print("won", flush=True)
"""


def test_of_two_moderators_in_two_processes_nobody_loses_an_edit(tmp_path: Path) -> None:
    """Both edit the same entry at once: whoever comes second is told, tries again, and all 40 edits are there."""
    import subprocess
    import sys

    from tests.crashing import ROOT

    root = write_files(tmp_path / "library")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACING, str(root), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for name in ("asha", "bilal")
    ]
    said = ""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said += process.communicate(timeout=300)[0]
        assert process.returncode == 0
    ways = edit.present(root, "faq/borrow")["alternates"]
    assert {f"{name} {number}" for name in ("asha", "bilal") for number in range(20)} <= set(ways)
    assert said.count("won") == 40


def test_a_stale_proposal_is_refused_with_what_is_there_now(tmp_path: Path) -> None:
    """A change that was worked out on an older file is not written over a newer one."""
    from bot.errors import EditConflict

    root = write_files(tmp_path / "library")
    first = edit.add_alternate(root, "faq/borrow", "the first")
    second = edit.add_alternate(root, "faq/borrow", "the second")
    write(first)
    with pytest.raises(EditConflict, match="changed by somebody else") as refused:
        write(second)
    assert "the first" in refused.value.present
    assert "the second" not in (root / "faq.yaml").read_text()
    write(undone(root, first.patch))
