"""A year of a busy server in SQLite: how long statistics, the queue and housekeeping take with five million questions.

Run: python benchmarks/busy_year.py [questions] [folder]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import insert

from bot.learn import group
from bot.model import Action, Asker
from bot.store import Store
from bot.store.backend import Backend
from bot.store.schema import DAILY, QUESTION

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

YEAR = 365 * 86_400
NOW = 1_760_000_000
TOPICS = [
    f"what about {subject} and {other}" for subject in "abcdefghij" for other in ("trade", "water", "talks", "visas")
]
ANSWERED = 0.7  # share of the questions
SWEEPING = 20  # seconds of housekeeping to watch


def main(count: int, folder: Path) -> None:
    """Fill a store and measure."""
    url = f"sqlite:///{folder / 'year.db'}"
    Store.open(url, retention_days=400, now=lambda: NOW).close()
    started = time.perf_counter()
    fill(url, count)
    size = (folder / "year.db").stat().st_size / 2**20
    print(f"filled with {count:,} questions in {time.perf_counter() - started:.0f} s, {size:,.0f} MiB")
    with Store.open(url, retention_days=400, now=lambda: NOW) as store:
        timed("statistics of a year, by day", lambda: store.desk.day_counts(since="2020-01-01"))
        timed("statistics of a year, by entry", lambda: store.desk.answer_counts(since="2020-01-01"))
        waiting = timed("queue, read", store.desk.open_questions)
        groups = timed("queue, grouped", lambda: group(waiting, now=NOW))
        print(f"  {len(waiting):,} open questions, {len(groups)} groups")
        timed("the last 10,000 questions", store.desk.recent_questions)
        someone = Asker(platform="terminal", person="u7")
        timed(
            "one vote, durable", lambda: store.record_vote("k5", someone, Action.NOT_THIS, entry_id="faq/a").result(60)
        )
        timed("one person's data", lambda: store.own_data(someone))
    sweep(url)


def sweep(url: str) -> None:
    """Delete everything older than 300 days, voting meanwhile: a vote must never wait long."""
    someone = Asker(platform="terminal", person="u8")
    with Store.open(url, retention_days=300, now=lambda: NOW) as store:
        started = time.perf_counter()
        waits = []
        while time.perf_counter() - started < SWEEPING:
            before = time.perf_counter()
            store.record_vote("k9", someone, Action.HELPFUL, entry_id="faq/a").result(60)
            waits.append((time.perf_counter() - before) * 1000)
            time.sleep(0.02)
        waits.sort()
        median, slow, worst = waits[len(waits) // 2], waits[int(len(waits) * 0.99)], waits[-1]
        print(f"votes during housekeeping: median {median:.1f} ms, p99 {slow:.1f} ms, worst {worst:.1f} ms")


def timed(name: str, work: Callable[[], Result]) -> Result:
    """Print how long a piece of work takes."""
    started = time.perf_counter()
    found = work()
    print(f"{name}: {time.perf_counter() - started:.2f} s")
    return found


def fill(url: str, count: int) -> None:
    """Write the questions and their daily counts straight into the tables."""
    backend = Backend(url, keys=(), retention_days=400, limit=10, now=lambda: NOW)
    chance = random.Random(7)
    daily: dict[tuple[str, str, str], int] = {}
    for first in range(0, count, 50_000):
        rows = []
        for number in range(first, min(first + 50_000, count)):
            at = NOW - YEAR + number * YEAR // count
            answered = chance.random() < ANSWERED
            outcome = "answer" if answered else chance.choice(("suggest", "none"))
            entry = f"faq/e{chance.randrange(300)}"
            day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).date().isoformat()
            key = (day, outcome, entry if answered else "")
            daily[key] = daily.get(key, 0) + 1
            rows.append(
                {
                    "key": f"k{number}",
                    "asked_at": at,
                    "platform": "terminal",
                    "tenant": "t",
                    "place": "p",
                    "text": f"{chance.choice(TOPICS)} {chance.randrange(60)}",
                    "outcome": outcome,
                    "reason": "matched" if answered else "unknown",
                    "entry_id": entry,
                    "confidence": 0.5,
                    "language": "en",
                    "knowledge_version": "v",
                    "mark": None if answered else f"{chance.randrange(10**6):032x}",
                    "open": not answered,
                    "wanted": False,
                    "verdict": None,
                    "chosen_id": None,
                }
            )
        with backend.database.writing() as connection:
            connection.execute(insert(QUESTION), rows)
    counts = [
        {
            "day": day,
            "tenant": "t",
            "outcome": outcome,
            "reason": "matched" if entry else "unknown",
            "entry_id": entry,
            "count": times,
        }
        for (day, outcome, entry), times in daily.items()
    ]
    with backend.database.writing() as connection:
        connection.execute(insert(DAILY), counts)
    backend.close(5)


if __name__ == "__main__":
    _, *arguments = sys.argv
    questions = int(arguments[0]) if arguments else 5_000_000
    with tempfile.TemporaryDirectory() as temporary:
        main(questions, Path(arguments[1] if arguments[1:] else temporary))
