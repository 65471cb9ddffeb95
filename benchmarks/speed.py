"""How fast and how big the bot is on the shipped knowledge: `python benchmarks/speed.py`.

In process, after loading: milliseconds a question, for the article's questions each asked for the first time and then
again (words met before are remembered), by the clock and by the processor. Then `backchannel ask` from a cold start,
without the cache and with it. Memory is the resident size after that, and its peak, as Linux counts them.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.evaluate import read_cases
from bot.knowledge.load import load
from bot.search import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence


def ask_all(engine: Engine, questions: Sequence[str]) -> str:
    """Ask each question; say the median and the 99th percentile."""
    wall, processor = [], []
    for question in questions:
        start, start_processor = time.perf_counter(), time.process_time()
        engine.decide(question)
        wall.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - start_processor) * 1000)
    said = []
    for name, times in (("wall", wall), ("cpu", processor)):
        cuts = statistics.quantiles(times, n=100)
        said.append(f"{name} p50 {cuts[49]:.2f} p99 {cuts[98]:.2f} ms")
    return ", ".join(said)


def cold_start(question: str, times: int, cache: str) -> list[float]:
    """Seconds that `ask` takes from a cold start, for each of some times; `cache` is the setting."""
    command = [sys.executable, "-m", "bot", "ask", "--knowledge", str(ROOT / "knowledge"), question]
    found = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, "BACKCHANNEL_CACHE": cache}, check=True, stdout=subprocess.DEVNULL
        )
        found.append(time.perf_counter() - start)
    return found


def resident(field: str) -> float:
    """This process's VmRSS or VmHWM (its peak), in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    if found is None:
        raise SystemExit(f"/proc/self/status has no {field}: memory is measured on Linux only")
    return int(found.group(1)) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast and how big the bot is on the shipped knowledge.")
    parser.add_argument("--cold", type=int, default=5, help="cold starts to measure")
    options = parser.parse_args()
    print("$", " ".join(["python", *sys.argv]))
    questions = [case.query for case in read_cases(ROOT / "tests" / "data" / "article.jsonl")]
    start = time.perf_counter()
    knowledge = load(ROOT / "knowledge")
    loaded = time.perf_counter()
    engine = Engine.build(knowledge)
    built = time.perf_counter()
    print(f"{len(knowledge.by_id)} entries: loaded in {loaded - start:.2f} s, indexed in {built - loaded:.2f} s")
    print(f"{len(questions)} questions, first asked: {ask_all(engine, questions)}")
    print(f"{len(questions)} questions, asked again: {ask_all(engine, questions)}")
    print(f"memory: {resident('VmRSS'):.0f} MiB resident, {resident('VmHWM'):.0f} MiB at its peak")
    title = knowledge.collections[0].entries[0].title
    with tempfile.TemporaryDirectory() as folder:
        cold_start(title, 1, folder)  # fills the cache
        for name, cache in (("without the cache", "off"), ("from the cache", folder)):
            seconds = cold_start(title, options.cold, cache)
            median = statistics.median(seconds)
            print(f"backchannel ask, cold, {name}: median {median:.2f} s of {len(seconds)}, best {min(seconds):.2f} s")


if __name__ == "__main__":
    main()
