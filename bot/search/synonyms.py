"""Synonyms: every wording of a group read as its first, so that all later stages see one word for one thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.search.text import fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN = re.compile(r"[^\W_]+")


class Synonyms:
    """The groups of one collection; immutable once built."""

    def __init__(self, groups: Iterable[tuple[str, ...]]) -> None:
        """Take groups of words or phrases that mean the same; case decides only for all-capitals such as US."""
        self._phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], bool]]] = {}
        for group in groups:
            canonical = tuple(words(group[0]))
            for wording in group:
                cut = tuple(words(wording))
                if cut and canonical:
                    acronym = len(cut) == 1 and wording.isupper() and len(wording) <= 3  # noqa: PLR2004 -- US, IT, WHO
                    self._phrases.setdefault(cut[0], []).append((cut, canonical, acronym))
        for options in self._phrases.values():
            options.sort(key=lambda option: -len(option[0]))

    def canonical(self, text: str) -> list[str]:
        """The folded words of a cleaned text, each known wording replaced by its group's first."""
        cut = words(text)
        if not self._phrases:
            return cut
        capitals: list[bool] | None = None
        result: list[str] = []
        position = 0
        while position < len(cut):
            for wording, canonical, acronym in self._phrases.get(cut[position], ()):
                if tuple(cut[position : position + len(wording)]) != wording:
                    continue
                if acronym:
                    if capitals is None:
                        capitals = _capitals(text)
                    # After an article even small letters are the acronym: "the us", but neither "with us" nor "of it".
                    if not capitals[position] and cut[max(0, position - 1)] != "the":
                        continue
                result += canonical
                position += len(wording)
                break
            else:
                result.append(cut[position])
                position += 1
        return result


def _capitals(text: str) -> list[bool]:
    """For each word of a text, whether it stands in capitals on purpose: not where all of several words do."""
    tokens = text.split()
    shouted = text.isupper() and len(tokens) > 1
    flags: list[bool] = []
    for token in tokens:
        capitals = set() if shouted else {fold(run) for run in _RUN.findall(token) if run.isupper()}
        flags += [word in capitals for word in words(token)]
    return flags
