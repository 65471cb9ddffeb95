"""The search engine: all collections indexed, asked as one; immutable and pure."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from bot.errors import EncoderError
from bot.model import Decision
from bot.search.background import background
from bot.search.calibration import shipped_calibration
from bot.search.complete import complete
from bot.search.courtesy import is_courtesy
from bot.search.decide import decide
from bot.search.encode import shipped_encoder
from bot.search.follow_up import is_fragment, is_verbatim, leans, may_lean
from bot.search.index import build
from bot.search.language import language_of
from bot.search.question import heard
from bot.search.rank import rank
from bot.search.stored import arrays, index_of
from bot.search.text import clean, sentences, words

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from bot.model import Entry, Knowledge
    from bot.progress import Progress
    from bot.search.calibration import Calibration
    from bot.search.encode import Encoder
    from bot.search.index import Index
    from bot.search.rank import Ranking
    from bot.search.stored import Arrays
    from bot.search.transformer import Transformer

logger = logging.getLogger(__name__)

# A text as it is, or its language and the words heard in it and in its sentences.
Reading: TypeAlias = str | tuple[tuple[str, ...], ...]

_MOST_SENTENCES: Final = 4  # of a long message that are asked by themselves
_SENTENCE_TRUST: Final = 0.8  # a sentence by itself may have lost what the others say about it
MAX_QUESTION: Final = 2_000  # characters: a chat message's length; longer is a document, not a question


def _encoder() -> Encoder | None:
    """What is shipped; without word vectors, if they cannot be read, the words alone have to do."""
    try:
        return shipped_encoder()
    except EncoderError as error:
        logger.warning("searching without word vectors: %s", error)
        return None


class Engine:
    """Finds what answers a question in a snapshot of the knowledge."""

    def __init__(
        self,
        indexes: Sequence[Index],
        calibration: Calibration,
        transformer: Transformer | None = None,
        *,
        repeated: int = 0,
    ) -> None:
        self._indexes = tuple(indexes)
        self._calibration = calibration
        self.transformer = transformer  # for whoever builds another engine that is to judge alike
        # By text, not by question: the same words after another question are judged once.
        self._judge = lru_cache(maxsize=repeated)(partial(_judge, self._indexes, calibration))

    @classmethod
    def build(
        cls, knowledge: Knowledge, *, transformer: Transformer | None = None, progress: Progress | None = None
    ) -> Self:
        """Index every collection; without word vectors, if they cannot be read, on the words alone."""
        encoder = _encoder()

        indexes = [build(one, background(), encoder, transformer, progress) for one in knowledge.collections]
        return cls(indexes, shipped_calibration(transformer=transformer is not None), transformer)

    def within(self, collections: Container[str]) -> Engine:
        """Give the engine that knows these collections alone, by their names."""
        known = [one for one in self._indexes if one.collection.name in collections]
        return Engine(known, self._calibration, self.transformer)

    @classmethod
    def restore(cls, knowledge: Knowledge, kept: Sequence[Arrays], transformer: Transformer | None = None) -> Self:
        """The engine on this knowledge whose `arrays` were kept."""
        encoder = _encoder()
        indexes = [
            index_of(one, collection, background(), encoder, transformer)
            for one, collection in zip(kept, knowledge.collections, strict=True)
        ]
        return cls(indexes, shipped_calibration(transformer=transformer is not None), transformer)

    def arrays(self) -> list[Arrays]:
        """What took time to make, for each collection, to be kept on disk."""
        return [arrays(index) for index in self._indexes]

    @staticmethod
    def dimensions() -> int:
        """How many dimensions the word vectors have that can be read here, 0 for none."""
        encoder = _encoder()
        return encoder.dimensions if encoder else 0

    def remembering(self, repeated: int) -> Engine:
        """Give the same engine, which keeps so many judgements for texts that come again, at about 5 KB each."""
        return Engine(self._indexes, self._calibration, self.transformer, repeated=repeated)

    def decide(self, question: str, *, context: str | None = None) -> Decision:
        """Judge a question as typed; never raises for any text. `context` is what a follow-up refers to."""
        if len(question) > MAX_QUESTION:
            rule = f"It is longer than {MAX_QUESTION} characters."
            return Decision(question=question[:MAX_QUESTION], outcome="none", reason="too_long", rule=rule)
        text = _cleaned(question)
        said = words(text)
        if not _has_word(said):
            return Decision(question=text, outcome="none", reason="empty", rule="It has no word to go by.")
        alone = self._judge(text, language_of(said))
        if alone.outcome != "answer" and alone.stock_reply is None and is_courtesy(said):
            rule = "It is a courtesy and nothing else, and no small talk of the knowledge resembles it."
            return replace(alone, outcome="none", reason="small_talk", rule=rule)
        said = self._indexes[0].synonyms.canonical(text) if self._indexes else said
        if alone.stock_reply is not None or (
            alone.outcome == "answer" and (not is_fragment(said) or is_verbatim(alone))
        ):
            return alone
        if context is not None and may_lean(self._indexes, said):
            before = clean(context)
            together = self._judge(f"{before} {text}", alone.language)
            if leans(said, alone, together) and self._judge(before, alone.language).outcome != "none":
                return replace(together, question=text, context=context)
        if is_fragment(said):
            rule = "None of its words says what it is about, and there is no earlier question that it could refer to."
            alone = replace(alone, outcome="none", reason="unclear", rule=rule)
        return alone

    def reading(self, question: str) -> Reading:
        """What of a question decides its outcome and its entry: whatever else differs, they are the same.

        "Hi, when do you open?" is read as "when do you open" is. One that asks for nothing is read as ().
        """
        if self.transformer is not None or len(question) > MAX_QUESTION:
            return question
        text = _cleaned(question)
        said = words(text)
        if not _has_word(said):
            return ()
        asked = [text, *_pieces(text)]
        return ((language_of(said) or "",), *(tuple(heard(index, one)) for index in self._indexes for one in asked))

    def complete(self, text: str, *, limit: int = 25) -> tuple[Entry, ...]:
        """Entries to offer while a question is typed: pinned before anything is, then exact, phrasing, title, body."""
        return complete([index.collection for index in self._indexes], text, limit)


def _cleaned(question: str) -> str:
    return clean(question)[:MAX_QUESTION]  # one sign can stand for a whole sentence


def _has_word(said: Sequence[str]) -> bool:
    return any(any(char.isalpha() for char in word) for word in said)


def _pieces(text: str) -> list[str]:
    """The sentences of a text that are asked by themselves as well; none of a text that is a single one."""
    pieces = sentences(text)
    return pieces[:_MOST_SENTENCES] if len(pieces) > 1 else []


def _judge(indexes: Sequence[Index], calibration: Calibration, text: str, language: str | None) -> Decision:
    rankings = [ranking for index in indexes if (ranking := _rank(index, calibration, text)) is not None]
    if rankings:
        return decide(text, rankings, calibration, language=language)
    rule = "There is no knowledge to search."
    return Decision(question=text, outcome="none", reason="unknown", rule=rule, language=language)


def _rank(index: Index, calibration: Calibration, text: str) -> Ranking | None:
    """Rank a collection's entries for the text, or for the one sentence of it that asks more clearly."""
    whole = rank(index, calibration, text)
    if whole is None or whole.confidences[0] >= calibration.answer_from:
        return whole
    found = [ranking for piece in _pieces(text) if (ranking := rank(index, calibration, piece)) is not None]
    best = max(found, key=lambda ranking: float(ranking.confidences[0]), default=whole)
    return best if best.confidences[0] * _SENTENCE_TRUST > whole.confidences[0] else whole
