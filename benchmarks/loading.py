"""How long and how much memory loading takes: `python benchmarks/loading.py 10000 100000`.

Each size runs in a process of its own, on a collection made for it, so that peak memory is that of one load.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.knowledge.load import load

_ENTRIES_A_FILE = 1_000
_WORDS = ["border", "treaty", "river", "water", "trade", "council", "minister", "talks", "summit", "visa", "region"]


def write(folder: Path, entries: int, seed: int = 7) -> None:
    """Write a collection like a large real one: 1-3 alternates, 2-3 sentences, a little Markdown, some references."""
    random = Random(seed)
    for start in range(0, entries, _ENTRIES_A_FILE):
        numbers = range(start, min(start + _ENTRIES_A_FILE, entries))
        header = "collection:\n  title: A made collection\n  as_of: 2025-05-12\n\n" if start == 0 else ""
        text = header + "faq:\n" + "".join(_entry(number, entries, random) for number in numbers)
        (folder / f"part-{start // _ENTRIES_A_FILE:04}.yaml").write_text(text, encoding="utf-8")


def _entry(number: int, entries: int, random: Random) -> str:
    def words(count: int) -> str:
        return " ".join(random.choices(_WORDS, k=count))

    alternates = "".join(f"      - how is the {words(4)} {number}\n" for _ in range(random.randint(1, 3)))
    answer = "".join(f"      The {words(9)} is part of the {words(6)}.\n" for _ in range(random.randint(2, 3)))
    if number % 5 == 0:
        answer += f"\n      **Note:** see the [{words(2)}](https://example.org/{number}).\n"
    related = f"    related: [faq/e{random.randrange(entries)}]\n" if number % 3 == 0 else ""
    return (
        f"  - id: e{number}\n    question: What about the {words(5)} number {number}?\n    alternates:\n{alternates}"
        f"    keywords: [{words(1)}, {words(1)}]\n    answer: |\n{answer}{related}"
    )


def main() -> None:
    """Measure each size given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        _measure(options.load)
        return
    print("$", " ".join(["python", *sys.argv]))
    for entries in options.entries:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), entries)
            subprocess.run([sys.executable, __file__, "--load", folder], check=True)


def _measure(folder: Path) -> None:
    before = _peak_mib()
    start, start_cpu = time.perf_counter(), time.process_time()
    knowledge = load(folder)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    size = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
    print(
        f"{len(knowledge.by_id):,} entries, {size:.1f} MiB: loaded in {seconds:.2f} s ({cpu_seconds:.2f} s of CPU), "
        f"peak {_peak_mib():,.0f} MiB resident ({before:,.0f} MiB before)"
    )


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB


if __name__ == "__main__":
    main()
