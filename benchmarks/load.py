"""What the load on a platform's bot is made of, and what is judged of it: the same for every platform.

What people ask repeats: most questions are one of the shipped phrasings or something that nobody can answer, the n-th
most popular asked 1/n as often as the first (Zipf's law, which what people ask follows). A share (`--fresh`) is new to
the bot: a labelled question with a misspelling of its own. The processor time is judged with the search, beside a bot
on the same library that sends one prepared answer, which is the least that any bot spends on such messages.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.knowledge.load import load as load_knowledge
from bot.knowledge.shipped import shipped_path
from bot.model import Asker
from bot.service import Service
from bot.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]
UNKNOWN = ("how do I bake bread", "what is the weather like", "zeppelin moorings in Lakehurst", "who won the match")
RATIO = 1.3  # of the prepared answer's processor time, at the most
GROWTH = 0.10  # of the memory once everything is warm, at the most
FRESH = 0.1  # the share of questions new to the bot where none is named
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is asked."""

    rate: int  # questions a second
    seconds: int
    fresh: float  # share of questions that the bot has not seen

    @classmethod
    def chosen(cls, documentation: str | None, *, rate: int) -> Load:
        """Read the options of the command line; `rate` where none is named."""
        parser = argparse.ArgumentParser(
            description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        parser.add_argument("--rate", type=int, default=rate, help=f"questions a second (default {rate})")
        parser.add_argument("--seconds", type=int, default=60, help="how long to ask (default 60)")
        parser.add_argument(
            "--fresh", type=float, default=FRESH, help=f"share of questions new to the bot (default {FRESH})"
        )
        return cls(**vars(parser.parse_args()))

    @property
    def total(self) -> int:
        """How many questions are asked."""
        return self.rate * self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one bot came to; times in seconds, memory in bytes."""

    asked: int
    waits: Mapping[str, Sequence[float]]  # what people waited for, by its name
    processor: float
    memory: tuple[int, int]  # once warm, and at the end

    @property
    def lost(self) -> int:
        """How many questions had no answer."""
        return self.asked - min(len(one) for one in self.waits.values())

    def told(self, name: str) -> str:
        """One line for one bot."""
        waits = "; ".join(
            f"{what} p50 {1000 * percentile(found, 0.5):.1f} ms, p99 {1000 * percentile(found, 0.99):.1f} ms"
            for what, found in self.waits.items()
        )
        before, after = (one / 2**20 for one in self.memory)
        return (
            f"{name:<16} {self.asked} asked, {self.lost} lost; {waits}; processor {self.processor:.2f} s; "
            f"memory {before:.0f} -> {after:.0f} MiB"
        )


def questions(fresh: float) -> Iterator[str]:
    """What people ask, without end and the same in every run."""
    chance = random.Random(7)
    known = [*UNKNOWN, *(one for entry in load_knowledge(shipped_path()).by_id.values() for one in entry.phrasings)]
    chance.shuffle(known)
    shares = list(itertools.accumulate(1 / rank for rank in range(1, len(known) + 1)))
    lines = (ROOT / "tests" / "data" / "article.jsonl").read_text(encoding="utf-8").splitlines()
    labelled = [json.loads(line)["query"] for line in lines]
    while True:
        if chance.random() >= fresh:
            yield chance.choices(known, cum_weights=shares)[0]
            continue
        text = chance.choice(labelled)
        at = chance.randrange(max(len(text) - 1, 1))
        yield f"{text[:at]}{text[at + 1 : at + 2]}{text[at : at + 1]}{text[at + 2 :]}"


def search_alone(load: Load, warm_up: int) -> float:
    """Measure the processor seconds that the core takes for the same questions, with no platform around it."""
    service, nobody = Service(open_snapshot(shipped_path())), Asker(platform="none", locale="en-US")
    for text in itertools.islice(questions(0), warm_up):
        service.ask(text, nobody)
    started = time.process_time()
    for text in itertools.islice(questions(load.fresh), load.total):
        service.ask(text, nobody)
    return time.process_time() - started


def verdict(ours: Figures, prepared: Figures, search: float, *, wait: str, p99: float) -> int:
    """Print how we compare with a prepared answer; 1 for the shell where anything is beyond its limit, else 0."""
    ratio, without = ours.processor / prepared.processor, (ours.processor - search) / prepared.processor
    growth = ours.memory[1] / ours.memory[0] - 1
    print(
        f"processor time {ratio:.2f} times the prepared answer's (at most {RATIO}), "
        f"{without:.2f} without the search ({search:.2f} s)"
    )
    print(f"memory {growth:+.1%} (at most {GROWTH:.0%})")
    slow = percentile(ours.waits[wait], 0.99) > p99
    kept = not (ours.lost or slow or ratio > RATIO or growth > GROWTH)
    print("within the limits" if kept else "NOT within the limits")
    return 0 if kept else 1


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values is below."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else float("nan")


def processor(pid: int) -> float:
    """A process's processor seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory(pid: int) -> int:
    """A process's memory in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) * 1024
