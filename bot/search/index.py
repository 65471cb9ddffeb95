"""A collection made searchable: its phrasings and sentences as term ids and vectors, and postings to find them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.markdown import paragraphs
from bot.model import Entry, StockReply
from bot.search.courtesy import matter
from bot.search.lexicon import Lexicon
from bot.search.postings import Postings
from bot.search.scope import cast, declined
from bot.search.synonyms import Synonyms
from bot.search.text import clean, sentences
from bot.search.texts import SCANNED, Gatherer, Surfaces, stored
from bot.search.word import Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.model import Collection
    from bot.progress import Progress
    from bot.search.background import Background
    from bot.search.encode import Encoder
    from bot.search.texts import Texts
    from bot.search.transformer import Transformer

    Vectors = NDArray[np.float32] | NDArray[np.float16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalikes:
    """The questions that an entry must not answer: matched like an entry, and held against it."""

    entry: int  # number of the entry


Target = Entry | StockReply | Lookalikes


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Everything about one collection that a search needs; immutable."""

    collection: Collection
    targets: tuple[Target, ...]  # what a question can be matched with, entries first
    synonyms: Synonyms
    lexicon: Lexicon
    words: Words
    background: Background
    encoder: Encoder | None
    transformer: Transformer | None
    phrasings: Texts
    bodies: Texts
    body_blocks: NDArray[np.int32]  # [bodies] top-level Markdown block of each sentence
    closeness: NDArray[np.float32]  # [targets] 1 / length of the sum of its phrasings' vectors: see `_closeness`
    bare: NDArray[np.float32]  # [targets] 1 where the body is all that an entry has to be matched by
    rarity: NDArray[np.float32]  # [terms + 1] within the collection, 0 (in every target) to 1
    term_weights: NDArray[np.float32]  # [terms + 1] information, more for terms that few targets use
    word_vectors: Vectors  # [terms + 1, dimensions] unit length, or zeros
    postings: Postings
    declined: float  # share of the questions outside the scope that the stock replies would catch, 0..1
    cast: float  # share of the names in questions that belong to a fixed cast, 0..1


def build(
    collection: Collection,
    background: Background,
    encoder: Encoder | None,
    transformer: Transformer | None = None,
    progress: Progress | None = None,
) -> Index:
    """Index a collection; with a transformer, its texts are compared by its vectors in place of the encoder's."""
    entries, targets = collection.entries, targets_of(collection)
    synonyms, surfaces = Synonyms(collection.synonyms), Surfaces()
    phrasings, bodies = Gatherer.pair(
        lambda text: matter(synonyms.canonical(clean(text)), tells=background.tells), surfaces
    )
    blocks: list[int] = []
    for number, target in enumerate(targets):
        for text in _asked(target, collection):
            phrasings.add(number, text)
        if isinstance(target, Entry):
            for block, paragraph in enumerate(paragraphs(target.body)):
                for sentence in sentences(paragraph):
                    bodies.add(number, sentence)
                    blocks.append(block)
        if progress and number % 1_000 == 0:
            progress("Indexing", number, len(targets))
    if encoder is not None and transformer is None and max(len(phrasings), len(bodies)) > SCANNED:
        encoder = encoder.narrow()
    counts = surfaces.counts()
    lexicon = Lexicon.of(counts, background)
    table = encoder.table([*counts]) if encoder else np.zeros((len(counts), 1), dtype=np.float32)
    asked, said = phrasings.uses(lexicon), bodies.uses(lexicon)
    if transformer is None:
        vectors = phrasings.summed(encoder, table), bodies.summed(encoder, table)
    else:
        read = transformer.texts((*phrasings.written, *bodies.written), collection.name, progress)
        vectors = stored(read[: len(phrasings)]), stored(read[len(phrasings) :])
    summed_by = encoder if transformer is None else None
    phrasing_rows = phrasings.texts(len(targets), asked, vectors[0], len(lexicon), summed_by)
    body_rows = bodies.texts(len(targets), said, vectors[1], len(lexicon), summed_by)
    postings = Postings.of(asked, said, len(targets), len(entries), len(lexicon))
    rarity = np.log((len(targets) + 1) / (postings.targets + 0.5)) / np.log((len(targets) + 1) / 0.5)
    rarity = np.append(np.clip(rarity, 0.0, 1.0), 0.0).astype(np.float32)
    information = np.array([*map(background.information, lexicon.surfaces), 0.0])
    return Index(
        collection=collection,
        targets=targets,
        synonyms=synonyms,
        lexicon=lexicon,
        words=Words(lexicon, postings, rarity),
        background=background,
        encoder=encoder,
        transformer=transformer,
        phrasings=phrasing_rows,
        bodies=body_rows,
        body_blocks=np.array(blocks, dtype=np.int32),
        closeness=_closeness(phrasing_rows),
        bare=np.array([isinstance(target, Entry) and _is_bare(target) for target in targets], dtype=np.float32),
        rarity=rarity,
        term_weights=(information * (0.25 + 0.75 * rarity)).astype(np.float32),
        word_vectors=_word_vectors(table[lexicon.word_of], encoder),
        postings=postings,
        declined=declined(
            phrasing_rows,
            stock=np.array([isinstance(target, StockReply) for target in targets], dtype=bool),
            entries=np.array([isinstance(target, Entry) for target in targets], dtype=bool),
        ),
        cast=cast(phrasing_rows, len(entries), postings.entries, lexicon),
    )


def targets_of(collection: Collection) -> tuple[Target, ...]:
    """What a question can be matched with, by number: entries, stock replies, and the look-alikes of entries."""
    lookalikes = (Lookalikes(entry=number) for number, entry in enumerate(collection.entries) if entry.rejects)
    return (*collection.entries, *collection.stock_replies, *lookalikes)


def _asked(target: Target, collection: Collection) -> list[str]:
    """Every text by which a target can be asked for, in every language, its keywords as one."""
    if isinstance(target, StockReply):
        return list(target.examples)
    if isinstance(target, Lookalikes):
        return list(collection.entries[target.entry].rejects)
    asked = list(target.phrasings)
    for translation in target.translations.values():
        asked += [text for text in (translation.title, *translation.alternates) if text]
    return [*asked, " ".join(target.keywords)] if target.keywords else asked


def _word_vectors(table: NDArray[np.float32], encoder: Encoder | None) -> Vectors:
    """The unit vector of each term, and zeros for the padding."""
    vectors = encoder.words(table) if encoder else table
    return stored(np.append(vectors, np.zeros((1, vectors.shape[1]), dtype=np.float32), axis=0))


def _is_bare(entry: Entry) -> bool:
    """Whether a section's text is all there is to match: nobody has written down how people ask for it."""
    return entry.kind == "section" and not entry.alternates


def _closeness(phrasings: Texts) -> NDArray[np.float32]:
    """What turns the sum of a target's cosines into the cosine with its centre, the phrasings' mean direction."""
    start = phrasings.start
    closeness = np.zeros(len(start) - 1, dtype=np.float32)
    for target in range(len(closeness)):
        total = phrasings.vectors[start[target] : start[target + 1]].sum(axis=0, dtype=np.float32)
        closeness[target] = 1.0 / max(float(np.linalg.norm(total)), 1e-6)
    return closeness
