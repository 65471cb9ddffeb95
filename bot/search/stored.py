"""An index as plain arrays, to be kept on disk, and made whole again from them and its collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.search.index import Index, targets_of
from bot.search.lexicon import Lexicon
from bot.search.postings import Postings
from bot.search.strings import Strings
from bot.search.synonyms import Synonyms
from bot.search.texts import Texts
from bot.search.word import Words

if TYPE_CHECKING:
    from bot.model import Collection
    from bot.search.background import Background
    from bot.search.encode import Encoder
    from bot.search.transformer import Transformer

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
T = TypeVar("T", Texts, Postings)

_REMADE: Final = (
    "collection",
    "targets",
    "synonyms",
    "words",
    "background",
    "encoder",
    "transformer",
)  # from the collection, or what is shipped


def arrays(index: Index) -> dict[str, NDArray[Any]]:
    """Everything that took time to make, by name."""
    found: dict[str, NDArray[Any]] = {}
    for name in (field.name for field in fields(Index) if field.name not in _REMADE):
        value = getattr(index, name)
        if isinstance(value, Texts | Postings):
            for field in fields(value):
                _keep(found, f"{name}.{field.name}", getattr(value, field.name))
        elif isinstance(value, Lexicon):
            for part, kept in value.parts().items():
                _keep(found, f"{name}.{part}", kept)
        else:
            _keep(found, name, value)
    return found


def _keep(found: dict[str, NDArray[Any]], name: str, value: NDArray[Any] | Strings | float) -> None:
    if isinstance(value, Strings):
        found[f"{name}:data"], found[f"{name}:ends"] = value.data, value.ends
    else:
        found[name] = np.asarray(value)


def index_of(
    found: Arrays,
    collection: Collection,
    background: Background,
    encoder: Encoder | None,
    transformer: Transformer | None = None,
) -> Index:
    """The index that gave the arrays; the rest must be what it was built from. Raises KeyError for an array missing."""
    made: dict[str, Any] = {}
    for name in (field.name for field in fields(Index) if field.name not in _REMADE):
        if name in ("phrasings", "bodies"):
            made[name] = _whole(Texts, found, name)
        elif name == "postings":
            made[name] = _whole(Postings, found, name)
        elif name == "lexicon":
            made[name] = Lexicon(background, *(_value(found, f"{name}.{part}") for part in Lexicon.PARTS))
        else:
            made[name] = _value(found, name)
    if encoder is not None and transformer is None and encoder.dimensions != made["phrasings"].vectors.shape[1]:
        encoder = encoder.narrow()
    return Index(
        collection=collection,
        targets=targets_of(collection),
        synonyms=Synonyms(collection.synonyms),
        words=Words(made["lexicon"], made["postings"], made["rarity"]),
        background=background,
        encoder=encoder,
        transformer=transformer,
        **made,
    )


def _whole(kind: type[T], found: Arrays, name: str) -> T:
    return kind(**{field.name: _value(found, f"{name}.{field.name}") for field in fields(kind)})


def _value(found: Arrays, name: str) -> Any:  # noqa: ANN401 -- what the field was
    if f"{name}:ends" in found:
        return Strings(found[f"{name}:data"].tobytes(), found[f"{name}:ends"])
    value = found[name]
    return value if value.ndim else value.item()
