"""Throw damaged files at the loader: `python benchmarks/fuzz_loader.py 1000000`.

Three kinds by turns: random bytes, heaps of YAML's own signs, and a good file with bytes changed. Each is loaded and
checked from disk; any exception but KnowledgeError ends the run with the bytes that caused it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.errors import KnowledgeError
from bot.knowledge.check import check_files
from bot.knowledge.load import load

_GOOD = b"""\
collection: {title: T, as_of: 2025-05-12}
faq:
  - id: a
    question: "Q?"
    alternates: [x, 'y']
    answer: |
      **b** [l](https://x.y)
    related: [section/s]
    positions: {India: x, Pakistan: y}
sections:
  - {id: s, title: T, text: t, sources: [{title: S, date: 2024-01-01}]}
synonyms:
  - [a, b]
"""
_LAYOUT = [
    b"\n",
    b"\n  ",
    b"  - ",
    b"- ",
    b": ",
    b"? ",
    b"#",
    b"[",
    b"]",
    b"{",
    b"}",
    b", ",
    b"|\n",
    b">-\n",
    b"\t",
    b"\r",
]
_MARKS = [b"&a ", b"*a", b"!t ", b'"', b"'", b"\\", b"%", b"@", b"---\n", b"...\n", b"<<", b"=", b"\xef\xbb\xbf"]
_WORDS = [b"faq", b"id", b"question", b"answer", b"collection", b"synonyms", b"a", b"~", b"no", b"1", b"2025-05-12"]
_SIGNS = [*_LAYOUT, *_MARKS, *_WORDS, b"\xff", b"\x00", b"\xe2\x80\xa8"]


def damaged(random: Random, number: int) -> bytes:
    """Make the content of one file."""
    if number % 3 == 0:
        return random.randbytes(random.randint(0, 60))
    if number % 3 == 1:
        return b"".join(random.choices(_SIGNS, k=random.randint(0, 25)))
    content = bytearray(_GOOD)
    for _ in range(random.randint(1, 6)):
        start = random.randrange(len(content))
        content[start : start + random.randint(0, 3)] = random.choice([random.randbytes(1), random.choice(_SIGNS)])
    return bytes(content)


def survives(folder: Path, content: bytes) -> bool:
    """Load and check one file; True if it loads. Raises whatever the loader should not."""
    (folder / "f.yaml").write_bytes(content)
    refused = any(problem.level == "error" for problem in check_files(folder, today=date(2025, 6, 1)))
    try:
        load(folder)
    except KnowledgeError:
        loads = False
    else:
        loads = True
    if loads == refused:
        raise AssertionError("the check and the loader disagree")
    return loads


def main() -> None:
    """Run as many cases as the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("$", " ".join(["python", *sys.argv]))
    random = Random(options.seed)
    loaded, slowest = 0, 0.0
    start = time.perf_counter()
    memory = Path("/dev/shm")  # noqa: S108 - only to spare the disk a million files
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        for number in range(options.cases):
            content = damaged(random, number)
            before = time.perf_counter()
            try:
                loaded += survives(Path(name), content)
            except Exception:
                print(f"case {number}: {content!r}", file=sys.stderr)
                raise
            slowest = max(slowest, time.perf_counter() - before)
    seconds = time.perf_counter() - start
    print(
        f"{options.cases:,} damaged files in {seconds:.0f} s: no exception but KnowledgeError; "
        f"{loaded:,} still loaded; slowest {slowest * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
