"""A transformer network's forward pass in numpy: BERT, RoBERTa and MPNet, which the common sentence encoders are.

Devlin et al. 2019 (BERT), Liu et al. 2019 (RoBERTa: positions count from beyond the padding's number), Song et al. 2020
(MPNet: heads also weigh how far apart two tokens are, in T5's buckets, Raffel et al. 2020). Weights go by the names of
Hugging Face's transformers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]

_FROM_PADDING: Final = {"roberta", "xlm-roberta", "camembert", "mpnet"}  # where positions count from
KINDS: Final = ("bert", *sorted(_FROM_PADDING))
_NEVER: Final = np.float32(-1e9)  # attention to padding, before the softmax
_FARTHEST: Final = 128  # tokens, beyond which MPNet tells distances no further apart
# Abramowitz & Stegun 7.1.26: erf to within 1.5e-7, about what a float32 holds.
_ERF: Final = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
_ERF_SLOPE: Final = 0.3275911


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linear:
    """A matrix and what is added."""

    weight: Floats  # [in, out]
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        flat = x.reshape(-1, x.shape[-1]) @ self.weight  # one product of two matrices is faster than many
        flat += self.bias
        return flat.reshape(*x.shape[:-1], -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Norm:
    """Layer normalisation."""

    weight: Floats
    bias: Floats
    epsilon: np.float32

    def __call__(self, x: Floats) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = np.einsum("...i,...i->...", centred, centred)[..., None] / np.float32(x.shape[-1])
        normed: Floats = centred / np.sqrt(variance + self.epsilon) * self.weight + self.bias
        return normed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """Attention and a feed-forward network, each added to its input and normalised."""

    heads: int
    attend: _Linear  # queries, keys and values side by side, the queries scaled
    attended: _Linear
    attended_norm: _Norm
    widen: _Linear
    narrow: _Linear
    norm: _Norm

    def __call__(self, x: Floats, bias: Floats) -> Floats:
        texts, tokens, width = x.shape
        split = self.attend(x).reshape(texts, tokens, 3, self.heads, width // self.heads)
        queries, keys, values = split.transpose(2, 0, 3, 1, 4)
        weights = queries @ keys.swapaxes(-1, -2) + bias
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed = (weights @ values).transpose(0, 2, 1, 3).reshape(texts, tokens, width)
        x = self.attended_norm(x + self.attended(mixed))
        return self.norm(x + self.narrow(_gelu(self.widen(x))))


class Network:
    """Token ids in, a vector for each token out."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Floats]) -> None:
        """Take the weights apart. Raises ValueError or KeyError if they are not of a known kind."""
        kind = config["model_type"]
        if kind not in KINDS:
            raise ValueError(f"it is of the kind {kind}; known are {', '.join(KINDS)}")
        if (
            config.get("hidden_act", "gelu") != "gelu"
            or config.get("position_embedding_type", "absolute") != "absolute"
        ):
            raise ValueError("its activation or its positions are of an unknown kind")
        read = _Weights(config, weights)
        self._words = read("embeddings.word_embeddings.weight")
        self._positions = read("embeddings.position_embeddings.weight")
        if kind in _FROM_PADDING:
            self._positions = self._positions[int(config["pad_token_id"]) + 1 :]
        if kind != "mpnet":  # a single text has tokens of one type
            self._positions = self._positions + read("embeddings.token_type_embeddings.weight")[0]
        self._norm = read.norm("embeddings.LayerNorm")
        self._layers = [read.layer(number, mpnet=kind == "mpnet") for number in range(config["num_hidden_layers"])]
        self._distances = read("encoder.relative_attention_bias.weight") if kind == "mpnet" else None
        self.longest = len(self._positions)
        self.width = int(self._words.shape[1])

    def __call__(self, ids: Integers, mask: NDArray[np.bool_]) -> Floats:
        """Run the network on token ids [texts, tokens], where the mask is False for padding, which comes last."""
        x = self._norm(self._words[ids] + self._positions[: ids.shape[1]])
        bias = np.where(mask, np.float32(0.0), _NEVER)[:, None, None, :]
        if self._distances is not None:
            bias = bias + self._distances[_buckets(ids.shape[1], len(self._distances))].transpose(2, 0, 1)
        for layer in self._layers:
            x = layer(x, bias)
        return x


class _Weights:
    """A network's weights by their names, whatever stands before these."""

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Floats]) -> None:
        self._heads = int(config["num_attention_heads"])
        self._epsilon = np.float32(config.get("layer_norm_eps", 1e-12))
        anchor = "embeddings.word_embeddings.weight"
        before = next((name.removesuffix(anchor) for name in weights if name.endswith(anchor)), "")
        self._weights = {name.removeprefix(before): array for name, array in weights.items()}

    def __call__(self, name: str) -> Floats:
        return self._weights[name].astype(np.float32)

    def linear(self, *names: str, scale: float = 1.0) -> _Linear:
        """Read one layer, or several side by side, the first of them scaled."""
        scales = [scale, *[1.0] * (len(names) - 1)]
        weights = [self(f"{name}.weight").T * np.float32(by) for name, by in zip(names, scales, strict=True)]
        biases = [self(f"{name}.bias") * np.float32(by) for name, by in zip(names, scales, strict=True)]
        return _Linear(weight=np.ascontiguousarray(np.hstack(weights)), bias=np.concatenate(biases))

    def norm(self, name: str) -> _Norm:
        """Read a layer normalisation."""
        return _Norm(weight=self(f"{name}.weight"), bias=self(f"{name}.bias"), epsilon=self._epsilon)

    def layer(self, number: int, *, mpnet: bool) -> _Layer:
        """Read one of the layers, from 0."""
        at = f"encoder.layer.{number}"
        attention = f"{at}.attention"
        parts = [f"{attention}.attn.{part}" for part in "qkv"]
        if not mpnet:
            parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
        width = self(f"{parts[0]}.weight").shape[0]
        return _Layer(
            heads=self._heads,
            attend=self.linear(*parts, scale=(width // self._heads) ** -0.5),
            attended=self.linear(f"{attention}.attn.o" if mpnet else f"{attention}.output.dense"),
            attended_norm=self.norm(f"{attention}.LayerNorm" if mpnet else f"{attention}.output.LayerNorm"),
            widen=self.linear(f"{at}.intermediate.dense"),
            narrow=self.linear(f"{at}.output.dense"),
            norm=self.norm(f"{at}.output.LayerNorm"),
        )


def _gelu(x: Floats) -> Floats:
    """Gaussian error linear unit: x, by the chance that a normal variable is below x; overwrites its argument."""
    size = np.abs(x)
    size *= np.float32(0.5**0.5)
    part = np.reciprocal(size * np.float32(_ERF_SLOPE) + np.float32(1.0))
    tail = np.full_like(x, _ERF[-1])
    for coefficient in reversed(_ERF[:-1]):
        tail *= part
        tail += np.float32(coefficient)
    tail *= part
    np.square(size, out=size)
    np.negative(size, out=size)
    np.exp(size, out=size)
    tail *= size  # 1 - erf(|x| / sqrt 2)
    tail *= np.float32(0.5)
    np.subtract(np.float32(1.0), tail, out=tail, where=x > 0)
    x *= tail
    return x


@lru_cache(maxsize=256)
def _buckets(tokens: int, buckets: int) -> Integers:
    """Number how far apart two tokens are and on which side, [tokens, tokens]: each near distance, then ever wider."""
    place = np.arange(tokens)
    apart = place[None, :] - place[:, None]
    half = buckets // 2
    exact = half // 2
    distance = np.abs(apart)
    wide = exact + (np.log(np.maximum(distance, 1) / exact) / np.log(_FARTHEST / exact) * (half - exact)).astype(
        np.int64
    )
    number: Integers = np.where(distance < exact, distance, np.minimum(wide, half - 1)) + np.where(apart > 0, half, 0)
    return number
