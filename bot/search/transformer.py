"""Sentence vectors from a transformer: what a whole text means, with its words in their order. An extra.

They take the place of the summed word vectors of encode.py where the setting names a model; words are still compared by
those. Nothing but numpy, safetensors and tokenizers is needed, which the bot has anyway.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bot.errors import EncoderError
from bot.search.network import Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.cache import Cache
    from bot.progress import Progress
    from bot.search.checkpoint import Checkpoint

    Floats = NDArray[np.float32]

_MOST_TOKENS: Final = 128  # of a text; what a question asks has been said by then
_KEY_SIZE: Final = 16  # bytes of a text's digest
_BATCH: Final = 32  # texts at once
_REPEATED: Final = 256  # questions whose vectors are at hand: every collection asks for them again
# Everyday sentences about nothing in particular. Some models put any two texts at a cosine of .7, some at .1; what is
# common to these is taken from every vector, so that texts that have nothing to do with each other are at about 0.
_EVERYDAY: Final = (
    "How do I change my password?", "Where can I park the car?", "What time does the museum open?",
    "Is there a discount for students?", "My order has not arrived yet.", "Who won the match yesterday?",
    "Can I bring my dog?", "How long should I boil the eggs?", "The screen stays black after the update.",
    "Why is the sky blue?", "What are the symptoms of the flu?", "Do I need a visa for Japan?",
    "How much does the ticket cost?", "She plays the violin very well.", "How can I delete my account?",
    "When was the bridge built?", "Which size should I take?", "The river floods every spring.",
    "Is it safe to eat this raw?", "How many people live in Brazil?", "I would like to speak to somebody.",
    "What is the capital of Canada?", "Can you recommend a good book?", "How do plants make sugar?",
    "The committee meets on Mondays.", "What does this error mean?", "Where do I send the form?",
    "How do I get a refund?", "Are you open on Sundays?", "Who wrote this song?", "The train was late again.",
    "How is cheese made?",
)  # fmt: skip


class Transformer:
    """Turns texts into vectors of unit length; every vector depends on its text alone."""

    def __init__(self, checkpoint: Checkpoint, *, cache: Cache | None = None) -> None:
        """Load a model; the cache is for the vectors of texts that come again at the next start.

        Raises EncoderError if the model is damaged or of an unknown kind.
        """
        try:
            self._tokenizer, self._network = _load(checkpoint)
            self._pooling = checkpoint.pooling
            self._centre = np.zeros(self._network.width, dtype=np.float32)
            self._centre = self._encode(_EVERYDAY).mean(axis=0, dtype=np.float32)
        except Exception as error:  # the libraries raise bare Exception for a damaged file
            raise EncoderError(f"{checkpoint.folder}: the transformer cannot be used ({error}).") from error
        self.fingerprint = _digest(checkpoint.fingerprint, *_EVERYDAY).hex()
        self._cache = cache
        self.question = lru_cache(maxsize=_REPEATED)(self._question)

    def texts(self, texts: Sequence[str], name: str, progress: Progress | None = None) -> Floats:
        """The vectors of texts, one a row, shape (texts, dimensions); those kept under the name are not made again."""
        keys = [_digest(text) for text in texts]
        place = _digest(self.fingerprint, name).hex()
        before = self._cached(place)
        kept = {key: before[key] for key in keys if key in before}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        # Texts of about one length waste the least on padding.
        order = sorted(missing, key=lambda key: len(missing[key]))
        for start in range(0, len(order), _BATCH):
            if progress is not None:
                progress("Encoding", start, len(order))
            batch = order[start : start + _BATCH]
            kept.update(zip(batch, self._encode([missing[key] for key in batch]), strict=True))
        if self._cache is not None and missing:
            digests = np.frombuffer(b"".join(kept), dtype=np.uint8).reshape(-1, _KEY_SIZE)
            self._cache.write(place, self.fingerprint, {"keys": digests, "vectors": np.array([*kept.values()])})
        vectors = np.empty((len(texts), self._network.width), dtype=np.float32)
        for row, key in enumerate(keys):
            vectors[row] = kept[key]
        return vectors

    def _cached(self, place: str) -> dict[bytes, NDArray[np.float16]]:
        found = self._cache.read(place, self.fingerprint) if self._cache is not None else None
        return {} if found is None else dict(zip(map(bytes, found["keys"]), found["vectors"], strict=True))

    def _question(self, text: str) -> Floats:
        """A question's vector."""
        vector: Floats = self._encode([text])[0].astype(np.float32)
        return vector

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Half precision whether kept or fresh, so that keeping changes no answer."""
        tokens = [one.ids or [0] for one in self._tokenizer.encode_batch(list(texts))]
        ids = np.zeros((len(texts), max(map(len, tokens))), dtype=np.int64)
        mask = np.zeros(ids.shape, dtype=bool)
        for row, one in enumerate(tokens):
            ids[row, : len(one)], mask[row, : len(one)] = one, True
        states = self._network(ids, mask)
        vectors = states[:, 0]
        if self._pooling == "mean":
            vectors = np.where(mask[:, :, None], states, np.float32(0.0)).sum(axis=1)
        if not np.isfinite(vectors).all():
            raise ValueError("its weights give no numbers")
        halves: NDArray[np.float16] = _unit(_unit(vectors) - self._centre).astype(np.float16)
        return halves


def _load(checkpoint: Checkpoint) -> tuple[Any, Network]:
    """The tokenizer and the network; raises whatever the libraries do."""
    from safetensors.numpy import load_file  # noqa: PLC0415 -- only where the setting asks for it
    from tokenizers import Tokenizer  # noqa: PLC0415 -- as above

    network = Network(checkpoint.config, load_file(checkpoint.weights))
    tokenizer = Tokenizer.from_file(str(checkpoint.tokenizer))
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(network.longest, _MOST_TOKENS))
    return tokenizer, network


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))
    return unit


def _digest(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=_KEY_SIZE).digest()
