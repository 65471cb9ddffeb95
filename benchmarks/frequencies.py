"""Write bot/search/frequencies.txt.gz: how common words are in ordinary text, on the Zipf scale.

    pip install wordfreq; apt-get download wordnet-base && dpkg-deb -x wordnet-base_*.deb wordnet
    python benchmarks/frequencies.py wordnet/usr/share/wordnet

The figures come from wordfreq 3.1 (Robyn Speer, data CC BY-SA 4.0). English words carry ordinary usage and the spelling
of known words; the most frequent words of the other languages serve to tell which language a question is in. A word is
marked as a name where WordNet 3.0 (Princeton University, WordNet licence) writes it with a capital in every sense.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from wordfreq import get_frequency_dict, zipf_frequency

TARGET = Path(__file__).parent.parent / "bot" / "search" / "frequencies.txt.gz"
OTHER_LANGUAGES = ("hi", "ur", "es", "fr", "de")
OTHER_WORDS = 1_500  # the most frequent of each: enough for the function words that give a language away


def names(wordnet: Path) -> set[str]:
    """The single words that WordNet knows only with a capital: countries, peoples, towns, persons, months."""
    capital: set[str] = set()
    small: set[str] = set()
    for part in ("noun", "adj", "verb", "adv"):
        for line in (wordnet / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):  # the licence stands on top
                continue
            fields = line.split(" | ")[0].split()
            lemmas = [lemma.split("(")[0] for lemma in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
            for lemma in lemmas:
                if lemma.isalpha():
                    (capital if lemma[0].isupper() else small).add(lemma.lower())
    return capital - small


def lines(wordnet: Path) -> list[str]:
    """One line a word: language, word, Zipf frequency times ten, "n" for a name; by language, most frequent first."""
    rows: list[str] = []
    named = names(wordnet)
    for language, limit in (("en", 40_000), *((other, OTHER_WORDS) for other in OTHER_LANGUAGES)):
        words = get_frequency_dict(language, "small")
        spelled = (word for word in words if word.isalpha() or not word.isascii())
        for _, word in sorted((-words[word], word) for word in spelled)[:limit]:
            mark = "n" if language == "en" and word in named else ""
            rows.append(f"{language}\t{word}\t{zipf_frequency(word, language, 'small') * 10:.0f}\t{mark}")
    return rows


if __name__ == "__main__":
    text = "\n".join(lines(Path(sys.argv[1]))) + "\n"
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{TARGET.name}: {text.count(chr(10))} words, {TARGET.stat().st_size // 1024} KiB")
