"""How the search grows with the knowledge: `python benchmarks/scale.py 1000 10000 80000`.

Each size is a made collection: entries with one question and a short answer, written as YAML and opened as `serve`
opens it, first without a cache and then from the cache. People's questions are made of the entries': shortened to some
of the words, with one or two slips of the keys. Times are the processor's. Beside ours, other ways to search the
questions' texts are timed in the same run; those that are not installed (`pip install -e '.[benchmarks]'`) are skipped
with a word. Each part runs in a process of its own, so that the memory is that of one.

How it differs from real text: the words are English and as frequent in relation to each other as in ordinary English
(words drawn from the shipped frequency list, so that a few stand in thousands of entries and most in a few), but they
are put together at random. So there are no themes, no names, no phrases, and no two entries that mean the same in other
words; what a question is about is spread evenly over its words. Meaning helps nobody here: what is measured is finding
by words, misspelt ones included, and cost.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from rapidfuzz import fuzz, process, utils

from bot.cache import Cache
from bot.search.background import background
from bot.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Find = Callable[[str], int | None]  # a question in, the number of the entry found out

_ENTRIES_A_FILE: Final = 1_000
_SIZES: Final = (1_000, 10_000, 80_000)
_OPENERS: Final = (
    "how do i", "how can i", "what is the", "where can i find", "why is the", "when does the", "who can change the",
    "is there a", "can i still", "what happens to",
)  # fmt: skip
_LINKS: Final = ("of the", "for", "with my", "and the", "in a", "to the", "from")
_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SLOWEST: Final = 200  # questions put to a way to search that may take seconds for each


class Writer:
    """Makes entries and questions about them; the same seed makes the same ones."""

    def __init__(self, seed: int = 7) -> None:
        self._random = Random(seed)
        english = background().english
        # Words that carry a subject: neither the commonest (the, not, time) nor shorter than a slip can be told in.
        words = [word for word in sorted(english) if len(word) >= 4 and word.isalpha() and english[word] < 5.5]  # noqa: PLR2004
        self._words = words
        self._totals: list[float] = []
        total = 0.0
        for word in words:
            total += 10 ** english[word]
            self._totals.append(total)

    def _draw(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._totals, k=count)

    def _linked(self, words: Sequence[str]) -> str:
        said = words[0]
        for word in words[1:]:
            link = f" {self._random.choice(_LINKS)}" if self._random.random() < 0.5 else ""  # noqa: PLR2004 -- half of them
            said += f"{link} {word}"
        return said

    def entry(self) -> tuple[list[str], str, str]:
        """One entry: the words it is about, its question and its answer."""
        words = list(dict.fromkeys(self._draw(self._random.randint(4, 7))))
        asked = f"{self._random.choice(_OPENERS)} {self._linked(words)}?".capitalize()
        again = self._random.sample(words, k=min(2, len(words)))
        sentences = [self._linked([again[0], *self._draw(6)]), self._linked([again[-1], *self._draw(8)])]
        return words, asked, " ".join(f"{one}.".capitalize() for one in sentences)

    def question(self, words: Sequence[str]) -> str:
        """What somebody types who looks for the entry about these words: two thirds of them, one or two misspelt."""
        keep = max(min(3, len(words)), round(len(words) * 2 / 3))
        kept = [words[place] for place in sorted(self._random.sample(range(len(words)), k=keep))]
        for place in self._random.sample(range(len(kept)), k=1 if len(kept) < 4 else 2):  # noqa: PLR2004 -- two in a longer one
            kept[place] = self._misspelt(kept[place])
        opener = f"{self._random.choice(_OPENERS)} " if self._random.random() < 0.5 else ""  # noqa: PLR2004 -- half of them
        return opener + " ".join(kept)

    def _misspelt(self, word: str) -> str:
        place = self._random.randrange(1, len(word) - 1)
        before, letter, after = word[:place], word[place], word[place + 1 :]
        slip = self._random.randrange(4)
        if slip == 0:
            return before + after[0] + letter + after[1:]
        if slip == 1:
            return before + letter * 2 + after
        if slip == 2:  # noqa: PLR2004 -- the third of four
            return before + after
        row = next(row for row in _KEYS if letter in row) if letter.isascii() else letter
        return before + row[max(0, row.index(letter) - 1)] + after


def write(folder: Path, entries: int, questions: int) -> None:
    """Write a collection of a size, and beside it (in `asked.jsonl`) questions with the number of their entry."""
    writer = Writer()
    about, asked = [], []
    for start in range(0, entries, _ENTRIES_A_FILE):
        text = "collection:\n  title: A made collection\n\n" if start == 0 else ""
        text += "faq:\n"
        for number in range(start, min(start + _ENTRIES_A_FILE, entries)):
            words, question, answer = writer.entry()
            about.append(words)
            asked.append(question)
            text += f"  - id: e{number}\n    question: {question}\n    answer: {answer}\n"
        (folder / f"part-{start // _ENTRIES_A_FILE:04}.yaml").write_text(text, encoding="utf-8")
    chosen = Random(11).sample(range(entries), k=min(questions, entries))
    lines = [json.dumps({"query": writer.question(about[number]), "entry": number}) for number in chosen]
    (folder / "asked.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "texts.json").write_text(json.dumps(asked), encoding="utf-8")


def ask(name: str, find: Find, cases: Sequence[tuple[str, int]]) -> None:
    """Put questions to a way to search; print how long each took and how many found their entry first."""
    took, right = [], 0
    for question, entry in cases:
        start = time.process_time()
        found = find(question)
        took.append((time.process_time() - start) * 1000)
        right += found == entry
    cuts = statistics.quantiles(took, n=100)
    first = right / len(cases)
    print(f"  {name:26} p50 {cuts[49]:8.2f} ms  p99 {cuts[98]:8.2f} ms  top1 {first:.3f}  ({len(cases)})", flush=True)


def ours(folder: Path, cases: Sequence[tuple[str, int]], *, timed: bool) -> None:
    """Open the collection in this process, and ask; what a process before this one kept in the cache is used."""
    cache = Cache(Path(os.environ["BACKCHANNEL_CACHE"]))
    before, start, processor = _resident("VmRSS"), time.perf_counter(), time.process_time()
    snapshot = open_snapshot(folder, cache=cache)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    entries = len(snapshot.knowledge.by_id)
    each = (_resident("VmRSS") - before) / entries
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  opened in {seconds:.2f} s ({processor:.2f} s of processor), {each:.1f} KiB an entry, "
        f"{_resident('VmRSS') / 1024:,.0f} MiB resident, {peak:,.0f} MiB at its peak",
        flush=True,
    )
    if timed:
        ids = [entry.id for entry in snapshot.knowledge.collections[0].entries]
        number = {entry_id: int(entry_id.rpartition("e")[2]) for entry_id in ids}

        def find(question: str) -> int | None:
            matches = snapshot.engine.decide(question).matches
            return number[matches[0].entry.id] if matches else None

        for question, _ in cases[:20]:  # what is read once for all questions, such as the calibration
            find(question)
        ask("backchannel", find, cases[20:])


def _resident(field: str) -> float:
    """This process's VmRSS in KiB; measured on Linux only."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return float(line.split()[1])
    raise SystemExit(f"/proc/self/status has no {field}: memory is measured on Linux only")


def _fuzzy(scorer: Callable[..., float]) -> Callable[[Sequence[str]], Find]:
    def make(texts: Sequence[str]) -> Find:
        prepared = [utils.default_process(text) for text in texts]

        def find(question: str) -> int | None:
            return int(process.extract(utils.default_process(question), prepared, scorer=scorer, limit=1)[0][2])

        return find

    return make


def _trigrams(texts: Sequence[str]) -> Find:
    """SQLite's FTS5 with its trigram tokenizer; any trigram of the question may match, BM25 ranks."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='trigram', detail='none')")
    database.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(texts))

    def find(question: str) -> int | None:
        text = utils.default_process(question)
        grams = dict.fromkeys(text[at : at + 3] for at in range(len(text) - 2))
        query = " OR ".join(f'"{gram}"' for gram in grams)
        row = database.execute("SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 1", (query,)).fetchone()
        return None if row is None else int(row[0])

    return find


def _tantivy(texts: Sequence[str]) -> Find:
    """Tantivy, each word of the question within one edit."""
    import tantivy  # noqa: PLC0415 -- it may not be installed

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem")
    builder.add_unsigned_field("number", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for number, text in enumerate(texts):
        writer.add_document(tantivy.Document(text=text, number=number))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(question: str) -> int | None:
        query = index.parse_query(utils.default_process(question), ["text"], fuzzy_fields={"text": (False, 1, True)})
        hits = searcher.search(query, 1).hits
        return int(searcher.doc(hits[0][1])["number"][0]) if hits else None

    return find


def _bm25s(texts: Sequence[str]) -> Find:
    """bm25s on stems, without stop words."""
    from peers import bm25  # noqa: PLC0415 -- as above

    search = bm25(texts)
    return lambda question: int(search(question).argmax())


PEERS: Final[dict[str, Callable[[Sequence[str]], Find]]] = {
    "rapidfuzz WRatio": _fuzzy(fuzz.WRatio),
    "rapidfuzz token_set_ratio": _fuzzy(fuzz.token_set_ratio),
    "SQLite FTS5, trigrams": _trigrams,
    "tantivy, fuzzy": _tantivy,
    "bm25s": _bm25s,
}


def peers(folder: Path, cases: Sequence[tuple[str, int]]) -> None:
    """Time other ways to search on the same texts and questions."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    for name, make in PEERS.items():
        try:
            find = make(texts)
        except ImportError as error:
            print(f"  {name:26} skipped: {error}")
            continue
        ask(name, find, cases[20 : 20 + _SLOWEST])


def main() -> None:
    """Measure each size given on the command line."""
    parser = argparse.ArgumentParser(description="How the search grows with the knowledge.")
    parser.add_argument("entries", type=int, nargs="*", default=_SIZES)
    parser.add_argument("--questions", type=int, default=1_020, help="asked of each collection; the first 20 not timed")
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--part", choices=("open", "ask", "peers"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        lines = (options.folder / "asked.jsonl").read_text(encoding="utf-8").splitlines()
        cases = [(case["query"], case["entry"]) for case in map(json.loads, lines)]
        if options.part == "peers":
            peers(options.folder, cases)
        else:
            ours(options.folder, cases, timed=options.part == "ask")
        return
    print("$", " ".join(["python", *sys.argv]))
    for entries in options.entries:
        print(f"{entries:,} entries", flush=True)
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
            write(Path(folder), entries, options.questions)
            environ = {**os.environ, "BACKCHANNEL_CACHE": cache, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            for part in ("open", "ask") if options.no_peers else ("open", "ask", "peers"):
                command = [sys.executable, __file__, "--part", part, "--folder", folder]
                subprocess.run(command, env=environ, check=True)


if __name__ == "__main__":
    main()
