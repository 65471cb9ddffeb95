"""How long it takes to see what a change would do to 10,000 questions that were really asked.

    python benchmarks/weighing.py [QUESTIONS]

Prints when the first effects are shown, how many questions they count, and when all of them are known: for the first
change after a start, and for the next one, when the version in force has been asked before.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.impact import A_WHILE
from bot.knowledge.shipped import shipped_path
from bot.model import Asker
from bot.moderation import Moderation
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
from tests.replies import reply

CASES = Path(__file__).parents[1] / "tests" / "data" / "article.jsonl"
BEFORE = ("", "hello, ", "so ", "sorry, ", "hi all: ", "again: ", "quick one: ", "well, ")
AFTER = ("", " please", " now", " today", " exactly", " really")
CHANGES = (("faq/us-role", "is washington able to broker a ceasefire"), ("section/tips", "how do i spot fake news"))


def main() -> None:
    """Fill a database, propose two changes, and time both."""
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
        moderator = Moderation(Service(open_snapshot(root)), store).of(
            Asker(platform="terminal", is_moderator=True), "x"
        )
        for entry_id, phrasing in CHANGES:
            proposal = moderator.add_alternate(entry_id, phrasing)
            started = time.monotonic()
            found = moderator.weigh(proposal)
            print(f"shown after {time.monotonic() - started:.1f} s: {found.asked:,} asked, {found.skipped:,} left out")
            while found.skipped:
                found = moderator.weigh(proposal, seconds=A_WHILE)
            print(f"whole after {time.monotonic() - started:.1f} s: {len(found.questions)} get another answer")


if __name__ == "__main__":
    main()
