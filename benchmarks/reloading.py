"""How long a question waits while the knowledge is reloaded: `python benchmarks/reloading.py`.

A made collection of 10,000 entries is opened. Questions are asked one after the other with a pause between, first in
quiet, then while one file of the collection is edited and read again in another thread, as `serve` does it; each
question's time is taken by the clock, waiting included.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import scale

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from adapters.serve import HAND_OVER
from bot.cache import Cache
from bot.model import Asker
from bot.service import Service
from bot.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PAUSE: Final = 0.005  # seconds between two questions
_QUIET: Final = 500  # questions
_NUMBERS: Final = count()


def ask(service: Service, questions: Sequence[str], go_on: Callable[[int], bool]) -> list[float]:
    """Ask until it is enough; how long each question took, in milliseconds."""
    asker = Asker(platform="benchmark", person="somebody")
    took: list[float] = []
    while go_on(len(took)):
        # The number makes each a new one, so that none is answered from memory.
        question = f"{questions[len(took) % len(questions)]} {next(_NUMBERS)}"
        start = time.perf_counter()
        service.ask(question, asker)
        took.append((time.perf_counter() - start) * 1000)
        time.sleep(_PAUSE)
    return took


def say(name: str, took: Sequence[float]) -> None:
    """Print what the questions took."""
    cuts = statistics.quantiles(took, n=100)
    print(f"{name}: {len(took)} questions, p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, longest {max(took):.1f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long a question waits while the knowledge is reloaded.")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=3, help="reloads")
    options = parser.parse_args()
    print("$", " ".join(["python", *sys.argv]))
    sys.setswitchinterval(HAND_OVER)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        path = Path(folder)
        scale.write(path, options.entries, 500)
        lines = (path / "asked.jsonl").read_text(encoding="utf-8").splitlines()
        questions = [json.loads(line)["query"] for line in lines]
        service = Service(open_snapshot(path, cache=Cache(Path(cache))))
        say("in quiet", ask(service, questions, lambda asked: asked < _QUIET))
        for _ in range(options.times):
            _reload_meanwhile(service, questions, path / "part-0000.yaml")


def _reload_meanwhile(service: Service, questions: Sequence[str], file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("answer: ", "answer: Yes, "), encoding="utf-8")
    seconds: list[float] = []

    def reload() -> None:
        start = time.perf_counter()
        service.reload()
        seconds.append(time.perf_counter() - start)

    thread = threading.Thread(target=reload)
    thread.start()
    took = ask(service, questions, lambda _: thread.is_alive())
    thread.join()
    say(f"during a reload of {seconds[0]:.2f} s", took)


if __name__ == "__main__":
    main()
