"""The part of an entry's body that answers a question best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bot.model import Passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.search.index import Index
    from bot.search.question import Question

_MEANING: Final = 0.5  # a sentence's likeness beside its words
MAX_PASSAGE: Final = 600  # characters: what a reader takes in at a glance


def passage(index: Index, question: Question, entry: int) -> Passage | None:
    """The sentences in a row that answer best, at most MAX_PASSAGE characters; None for an entry without a body."""
    first, last = int(index.bodies.start[entry]), int(index.bodies.start[entry + 1])
    if first == last:
        return None
    texts, blocks = index.bodies.written[first:last], index.body_blocks[first:last]
    start, end = 0, len(texts) - 1
    if sum(map(len, texts)) + end > MAX_PASSAGE:
        start, end = _window(texts, _worth(index, question, slice(first, last)))
    return Passage(
        text=_joined(texts[start : end + 1], blocks[start : end + 1])[:MAX_PASSAGE],
        first_block=int(blocks[start]),
        last_block=int(blocks[end]),
    )


def _worth(index: Index, question: Question, rows: slice) -> NDArray[np.float32]:
    """How much each sentence says about the question: the informative words that it has, and its meaning as a whole."""
    terms = index.bodies.terms[rows]
    has = np.zeros((len(terms), len(question.words)), dtype=np.float32)  # [sentences, words]
    meant = [(word, term, strength) for word, found in enumerate(question.terms) for term, strength in found]
    if meant:
        uses = (terms[:, :, None] == np.array([term for _, term, _ in meant], dtype=np.int32)).any(axis=1)
        for column, (word, _, strength) in enumerate(meant):
            np.maximum(has[:, word], np.float32(strength) * uses[:, column], out=has[:, word])
    rare = 1.0 / np.sqrt(1.0 + has.sum(axis=0))  # a word that every sentence has points to none of them
    worth: NDArray[np.float32] = has @ (question.weights * rare) + _MEANING * index.bodies.cosines(
        rows, question.vector
    )
    return worth


def _window(texts: Sequence[str], worth: NDArray[np.float32]) -> tuple[int, int]:
    """The best sentence with as many neighbours as there is room for, the better side first."""
    start = end = int(worth.argmax())
    room = MAX_PASSAGE - len(texts[start])
    while True:
        sides = [side for side in (start - 1, end + 1) if 0 <= side < len(texts) and len(texts[side]) < room]
        if not sides:
            return start, end
        side = max(sides, key=lambda number: float(worth[number]))
        start, end, room = min(start, side), max(end, side), room - len(texts[side]) - 1


def _joined(texts: Sequence[str], blocks: NDArray[np.int32]) -> str:
    """Sentences of one block on one line, blocks below each other."""
    joined = texts[0]
    for number in range(1, len(texts)):
        joined += (" " if blocks[number] == blocks[number - 1] else "\n") + texts[number]
    return joined
