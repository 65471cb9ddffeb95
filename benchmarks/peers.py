"""Other ways to search the same collections, to stand beside ours (judge.py --peers; needs the `benchmarks` extra).

Each gives every text of a collection a likeness to the question; an entry's is that of its best text. The texts are the
entries' phrasings, or each phrasing followed by the answer; the better of the two counts. BM25 alone takes all of an
entry's phrasings as one text, which suits it better.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import bm25s
import numpy as np
import Stemmer
import wordllama
from labelled import ROOT
from rapidfuzz import fuzz, process, utils
from sklearn.feature_extraction.text import TfidfVectorizer

sys.path.insert(0, str(ROOT))

from bot.evaluate import Result, figures
from bot.markdown import paragraphs
from bot.model import Evidence, Match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from labelled import LabelledSet
    from numpy.typing import NDArray

    from bot.evaluate import Case, Figures
    from bot.model import Entry

    Floats = NDArray[np.float64]
    Search = Callable[[str], Floats]  # a question in, the likeness of each text out

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG

_NO_EVIDENCE: Final = Evidence(phrasing="", words=(), features={})


def wratio(texts: Sequence[str]) -> Search:
    """Weighted ratio, rapidfuzz's."""
    return _fuzzy(texts, fuzz.WRatio)


def token_set(texts: Sequence[str]) -> Search:
    """Token set ratio, rapidfuzz's."""
    return _fuzzy(texts, fuzz.token_set_ratio)


def _fuzzy(texts: Sequence[str], scorer: Callable[..., float]) -> Search:
    prepared = [utils.default_process(text) for text in texts]

    def search(question: str) -> Floats:
        asked = [utils.default_process(question)]
        return np.asarray(process.cdist(asked, prepared, scorer=scorer, dtype=np.float32)[0] / 100, dtype=np.float64)

    return search


def bm25(texts: Sequence[str]) -> Search:
    """BM25 as bm25s does it, on stems and without stop words."""
    stem = Stemmer.Stemmer("english").stemWords

    def cut(batch: list[str]) -> list[list[str]]:
        found: list[list[str]] = bm25s.tokenize(
            batch, stopwords="en", stemmer=stem, return_ids=False, show_progress=False
        )
        return found

    retriever = bm25s.BM25()
    retriever.index(cut(list(texts)), show_progress=False)
    known = retriever.vocab_dict

    def search(question: str) -> Floats:
        words = [word for word in cut([question])[0] if word in known]
        return np.asarray(retriever.get_scores(words), dtype=np.float64) if words else np.zeros(len(texts))

    return search


def char_ngrams(texts: Sequence[str]) -> Search:
    """TF-IDF of runs of 3 to 5 letters within words."""
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)

    def search(question: str) -> Floats:
        return np.asarray((matrix @ vectorizer.transform([question]).T).toarray()[:, 0], dtype=np.float64)

    return search


def static_vectors(texts: Sequence[str]) -> Search:
    """Cosine of wordllama's vectors."""
    folder = Path(wordllama.__file__).parent
    encoder = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

    def encode(batch: list[str]) -> NDArray[np.float32]:  # a text of no known token comes out as NaN
        return np.nan_to_num(np.asarray(encoder.embed(batch, norm=True), dtype=np.float32))

    vectors = encode(list(texts))

    def search(question: str) -> Floats:
        return np.asarray(vectors @ encode([question])[0], dtype=np.float64)

    return search


PEERS: Final[dict[str, Callable[[Sequence[str]], Search]]] = {
    "rapidfuzz WRatio": wratio,
    "rapidfuzz token_set_ratio": token_set,
    "BM25": bm25,
    "char n-grams": char_ngrams,
    "wordllama": static_vectors,
}


def judge_peers(labelled: LabelledSet) -> Iterator[tuple[str, Figures, float]]:
    """Yield each peer's name, its figures on a set, and milliseconds a question; indexing not counted."""
    entries = labelled.collection.entries
    bodies = [" ".join(paragraphs(entry.body)) for entry in entries]
    for name, make in PEERS.items():
        asked = [[" ".join(_asked(entry))] if make is bm25 else _asked(entry) for entry in entries]
        answered = [[f"{text} {body}" for text in own] for own, body in zip(asked, bodies, strict=True)]
        tried = [_judge(make, entries, texts, labelled.cases) for texts in (asked, answered)]
        found, milliseconds = max(tried, key=lambda one: (one[0].get("top1", 0.0), one[0].get("right@5%", 0.0)))
        yield name, found, milliseconds


def _asked(entry: Entry) -> list[str]:
    """Every way that the knowledge itself asks an entry, in every language."""
    own = list(entry.phrasings)
    for translation in entry.translations.values():
        own += [text for text in (translation.title, *translation.alternates) if text]
    return own


def _judge(
    make: Callable[[Sequence[str]], Search],
    entries: Sequence[Entry],
    texts: Sequence[Sequence[str]],
    cases: Sequence[Case],
) -> tuple[Figures, float]:
    search = make([text for own in texts for text in own])
    start = np.concatenate([[0], np.cumsum([len(own) for own in texts])[:-1]])
    results = []
    begun = time.perf_counter()
    for case in cases:
        likeness = np.maximum.reduceat(search(case.query), start)
        best = int(likeness.argmax())
        match = Match(entry=entries[best], confidence=float(likeness[best]), evidence=_NO_EVIDENCE)
        results.append(Result(case=case, outcome="answer", matches=(match,)))
    milliseconds = (time.perf_counter() - begun) / len(cases) * 1000
    return figures(results), milliseconds
