"""Groups questions that ask the same, by the words they share and by what their words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bot.errors import EncoderError
from bot.search.background import background
from bot.search.encode import shipped_encoder
from bot.search.text import clean, stem, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bot.search.encode import Encoder

_ALIKE: Final = (
    0.55  # likeness from which two questions ask the same: 9 in 10 shipped phrasings then stand among their own
)
_MEANING: Final = 0.6  # share of the meaning in the likeness, the rest is shared words


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Group texts by meaning: numbers of texts, the most important text first, if they come in that order.

    Each text joins the group that it is most like on the average, if that is enough; else it begins one.
    """
    if not texts:
        return []
    like = likeness(texts)
    found: list[list[int]] = []
    sums = np.zeros((len(texts), len(texts)), dtype=np.float32)  # of each text's likeness to each group's texts
    sizes = np.zeros(len(texts), dtype=np.float32)
    for number in range(len(texts)):
        averages = sums[number, : len(found)] / sizes[: len(found)]
        best = int(averages.argmax()) if found else 0
        if found and averages[best] >= _ALIKE:
            found[best].append(number)
        else:
            best = len(found)
            found.append([number])
        sums[:, best] += like[:, number]
        sizes[best] += 1
    return found


def likeness(texts: Sequence[str], others: Sequence[str] | None = None) -> NDArray[np.float32]:
    """How much each text asks what each of the others asks, from 0 to 1; the others are the texts if not given."""
    said = [words(clean(text)) for text in texts]
    others_said = said if others is None else [words(clean(text)) for text in others]
    shared = _shared_words(said, others_said)
    try:
        encoder = shipped_encoder()
    except EncoderError:
        return shared
    vectors = _vectors(said, encoder)
    others_vectors = vectors if others is None else _vectors(others_said, encoder)
    meaning = np.clip(vectors @ others_vectors.T, 0.0, 1.0)
    # A text whose words have no vectors is compared by its words alone.
    known = np.outer(vectors.any(axis=1), others_vectors.any(axis=1))
    share = np.where(known, _MEANING, 0.0)
    return np.asarray(share * meaning + (1.0 - share) * shared, dtype=np.float32)


def _vectors(said: Sequence[Sequence[str]], encoder: Encoder) -> NDArray[np.float32]:
    vectors = np.zeros((len(said), encoder.dimensions), dtype=np.float32)
    for vector, one in zip(vectors, said, strict=True):
        for word in one:
            np.add(vector, encoder.asked(word)[0], out=vector)
    return encoder.unit(vectors)


def _shared_words(said: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """Measure the weight of the words that two texts share, as a part of all of theirs; rare words weigh more."""
    number = {one: place for place, one in enumerate({stem(word) for row in others for word in row})}
    (weights, total), (others_weights, others_total) = (_weights(one, number) for one in (said, others))
    both = np.sqrt(weights) @ np.sqrt(others_weights).T  # a shared word's weight is the same on both sides
    either = total[:, None] + others_total[None, :] - both
    return np.asarray(np.divide(both, either, out=np.zeros_like(both), where=either > 0), dtype=np.float32)


def _weights(
    said: Sequence[Sequence[str]], number: Mapping[str, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give how much each numbered word says in each text, and how much all words of a text say."""
    background_list = background()
    weights = np.zeros((len(said), len(number)), dtype=np.float32)
    total = np.zeros(len(said), dtype=np.float32)
    for row, one in enumerate(said):
        found = {stem(word): background_list.information(word) for word in one}
        total[row] = sum(found.values())
        for word, weight in found.items():
            if word in number:
                weights[row, number[word]] = weight
    return weights, total
