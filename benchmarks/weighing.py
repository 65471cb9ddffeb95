"""How long it takes to see what a change would do to 10,000 questions that were really asked.

    python benchmarks/weighing.py [QUESTIONS]

Prints when effects are shown, how many questions they count, when all of them are known, and how much of two cores that
took: for a change right after a start, and for two once the bot has looked ahead, as it does 15 seconds after a start.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.impact import A_WHILE
from bot.knowledge.shipped import shipped_path
from bot.model import Asker
from bot.moderation import Moderation
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
from tests.replies import reply

if TYPE_CHECKING:
    from collections.abc import Sequence

CASES = Path(__file__).parents[1] / "tests" / "data" / "article.jsonl"
BEFORE = ("", "hello, ", "so ", "sorry, ", "hi all: ", "again: ", "quick one: ", "well, ")
AFTER = ("", " please", " now", " today", " exactly", " really")
CHANGES = (("faq/us-role", "is washington able to broker a ceasefire"), ("section/tips", "how do i spot fake news"))


def main() -> None:
    """Fill a database, propose changes, and time them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    asked = [json.loads(line)["query"] for line in CASES.read_text(encoding="utf-8").splitlines()]
    texts = [f"{before}{text}{after}" for before, after, text in product(BEFORE, AFTER, asked)][:count]
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/store.db") as store:
        root = Path(folder) / "collection"
        shutil.copytree(shipped_path(), root)
        somebody = Asker(platform="terminal", tenant="t", person="p")
        for number, text in enumerate(texts):
            store.record_question(f"k{number}", reply(text), somebody)
        store.remember("flush", "x").result(60)
        print("right after a start:")
        weigh(Moderation(Service(open_snapshot(root)), store), CHANGES[:1])
        moderation = Moderation(Service(open_snapshot(root)), store)
        started = time.monotonic()
        moderation.weighing.look_ahead(lambda: False)
        print(f"looked ahead, in one process: {time.monotonic() - started:.1f} s")
        weigh(moderation, CHANGES)


def weigh(moderation: Moderation, changes: Sequence[tuple[str, str]]) -> None:
    """Weigh changes one after the other, as Discord does: shown soon, and completed where something was left out."""
    moderator = moderation.of(Asker(platform="terminal", is_moderator=True), "x")
    for entry_id, phrasing in changes:
        proposal = moderator.add_alternate(entry_id, phrasing)
        started, spent = time.monotonic(), processor_time()
        found = moderator.weigh(proposal)
        print(f"  shown after {time.monotonic() - started:.1f} s: {found.asked:,} asked, {found.skipped:,} left out")
        while found.skipped:
            found = moderator.weigh(proposal, seconds=A_WHILE)
        ours, theirs = (after - before for after, before in zip(processor_time(), spent, strict=True))
        print(
            f"  whole after {time.monotonic() - started:.1f} s ({ours:.1f} s of processor time in the bot,"
            f" {theirs:.1f} s beside it): {len(found.questions)} get another answer"
        )


def processor_time() -> tuple[float, float]:
    """Seconds spent so far by this process, and by those that it has begun and that have ended."""
    spent = os.times()
    return spent.user + spent.system, spent.children_user + spent.children_system


if __name__ == "__main__":
    main()
