"""Ask the engine what nobody would: `python benchmarks/fuzz_ask.py --count 1000000`.

By turns: random bytes read as UTF-8 with what is wrong replaced, the same with lone surrogates in its place, random
code points of all Unicode, and words of the shipped knowledge damaged and mixed with signs that have tripped programs.
Any exception ends the run with the text that caused it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.knowledge.load import load
from bot.search import MAX_QUESTION, Engine

_BYTES = 120
_CODE_POINTS = 60
_WORDS = 12
_LONG = 0.01  # share of texts that are repeated beyond what a question may be long
_SIGNS = (
    *("\0", "\n", "\r\n", "\t", "\x1b[2J", "\x7f", "\ufeff", "\u200b", "\u200d", "\u202e", "\u2028", "\ufffd"),
    *("\ud800", "\udfff", "\ue000", "\U0010ffff", "\u0301" * 40, "\u0e47" * 20, "\u1100\u1161\u11a8", "\u0130"),
    *(
        "\u00df",
        "\ufb03",
        "\uff21\uff22",
        "\u0660\u0661",
        "\u0915\u094d\u0937",
        "\u06a9\u06cc",
        "\U0001f468\u200d\U0001f469",
    ),
    *("'", "''''", "n't", "...", "?!", "<@1>", "<!channel>", "@everyone", ":a:", "</", "https://", "www.", "a@b.c"),
    *("%s", "{}", "\\", "$(", "`", "|", "../", "--", "NaN", "1e999", "A B C D", "a" * 300),
)


def question(random: Random, number: int, words: list[str]) -> str:
    """Make one text; the kinds take turns."""
    kind = number % 4
    if kind == 0:
        text = random.randbytes(random.randint(0, _BYTES)).decode(errors="replace")
    elif kind == 1:
        text = random.randbytes(random.randint(0, _BYTES)).decode(errors="surrogateescape")
    elif kind == 2:  # noqa: PLR2004 - the third kind
        text = "".join(chr(random.randrange(sys.maxunicode + 1)) for _ in range(random.randint(0, _CODE_POINTS)))
    else:
        parts = [_damaged(random, words) for _ in range(random.randint(0, _WORDS))]
        text = random.choice((" ", " ", "", "\n")).join(parts)
    if text and random.random() < _LONG:
        text = (text * (MAX_QUESTION // len(text) + 1))[: MAX_QUESTION + random.randint(-5, 1)]
    return text


def _damaged(random: Random, words: list[str]) -> str:
    chance = random.random()
    if chance < 0.3:  # noqa: PLR2004 - the rest are words
        return random.choice(_SIGNS)
    word = random.choice(words)
    if chance < 0.6:  # noqa: PLR2004 - and half of those whole
        return word
    place = random.randrange(len(word) + 1)
    return word[:place] + random.choice(("", random.choice(_SIGNS), chr(random.randrange(0x3000)))) + word[place + 1 :]


def main() -> None:
    """Ask as many texts as the command line says."""
    parser = argparse.ArgumentParser(description="Ask the engine what nobody would.")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("$", " ".join(["python", *sys.argv]), flush=True)
    knowledge = load(ROOT / "knowledge")
    engine = Engine.build(knowledge)
    words = sorted({word for entry in knowledge.by_id.values() for text in entry.phrasings for word in text.split()})
    random = Random(options.seed)
    outcomes: Counter[str] = Counter()
    slowest, slowest_text = 0.0, ""
    start = time.perf_counter()
    for number in range(options.count):
        text = question(random, number, words)
        before = time.process_time()
        try:
            decision = engine.decide(text)
        except Exception:
            print(f"text {number}: {text!r}", file=sys.stderr)
            raise
        took = time.process_time() - before
        outcomes[decision.reason] += 1
        if took > slowest:
            slowest, slowest_text = took, text
    seconds = time.perf_counter() - start
    print(f"{options.count:,} texts in {seconds:.0f} s: no exception")
    print(", ".join(f"{reason} {count:,}" for reason, count in outcomes.most_common()))
    print(f"slowest: {slowest * 1000:.0f} ms of CPU, for {slowest_text[:60]!r} ({len(slowest_text)} characters)")


if __name__ == "__main__":
    main()
