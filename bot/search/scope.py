"""What a collection shows of its borders: how much of the outside it declines by name, whether its cast is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.search.lexicon import Lexicon
    from bot.search.texts import Texts

_FEW_NAMES: Final = 20  # mentions; fewer say nothing about a collection
_CAST_ENTRIES: Final = 3  # entries that mention a name which belongs to the collection's cast
_FIXED_CAST: Final = 0.9  # below that share, names fill places in questions rather than make up a cast


def declined(phrasings: Texts, *, stock: NDArray[np.bool_], entries: NDArray[np.bool_]) -> float:
    """How much of what lies outside the scope is known to lie there, 0..1; the masks tell what the targets are.

    Each example of a stock reply is asked with itself left out: it is caught where nothing that an entry answers is
    nearest, but another example or a `not` phrase.
    """
    examples = np.flatnonzero(stock[phrasings.owner])
    if not len(examples):
        return 0.0
    similar = phrasings.vectors[examples].astype(np.float32) @ phrasings.vectors.T.astype(np.float32)
    similar[np.arange(len(examples)), examples] = -1.0
    return float(1.0 - entries[phrasings.owner[similar.argmax(axis=1)]].mean())


def cast(phrasings: Texts, entries: int, users: NDArray[np.int64], lexicon: Lexicon) -> float:
    """The share of names in the entries' phrasings that belong to a fixed cast, 0 where there is none.

    Near 1 for a collection about two countries; 0 where names only fill a place (any restaurant). `users` counts the
    entries that use each term.
    """
    terms = phrasings.terms[phrasings.owner < entries].ravel()
    terms = terms[terms < len(lexicon)]
    names = np.array([lexicon.background.is_name(word) for word in lexicon.surfaces], dtype=bool)
    mentioned = terms[names[terms]] if len(names) else terms
    if len(mentioned) < _FEW_NAMES:
        return 0.0
    share = float((users[mentioned] >= _CAST_ENTRIES).mean())
    return share if share >= _FIXED_CAST else 0.0
