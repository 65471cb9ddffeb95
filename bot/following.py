"""Which answer stands under which question, so that it can follow it: be given anew, or be taken away."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Place = TypeVar("Place")  # where an answer stands, in a platform's own terms

REWORDED = 600.0  # seconds for which an edit of a question is heeded; later, people have talked on
CAPACITY = 2_000  # answers remembered; the oldest is forgotten first


@dataclass(frozen=True, slots=True)
class _Answer(Generic[Place]):
    place: Place
    words: str | None  # of the question; None where nobody had asked
    until: float  # in the clock's seconds, when rewording is over


class Answers(Generic[Place]):
    """The public answers of the last while by their questions, kept in memory only."""

    def __init__(
        self, *, lifetime: float = REWORDED, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lifetime = lifetime
        self._capacity = capacity
        self._clock = clock
        self._answers: OrderedDict[Hashable, _Answer[Place]] = OrderedDict()  # oldest first

    def keep(self, question: Hashable, place: Place, words: str | None) -> None:
        """Remember that a question was answered at `place`; without `words` where it was overheard."""
        self._answers[question] = _Answer(place, words, self._clock() + self._lifetime)
        if len(self._answers) > self._capacity:
            self._answers.popitem(last=False)

    def reworded(self, question: Hashable, words: str) -> Place | None:
        """Tell where to answer anew; None where the words are the same, it is too late, or there is no answer."""
        answer = self._answers.get(question)
        if answer is None or answer.words in {None, words} or self._clock() >= answer.until:
            return None
        self._answers[question] = replace(answer, words=words)
        return answer.place

    def may_follow(self, question: Hashable, after: float) -> bool:
        """Whether a message is to be answered that only an edit has put to us, so many seconds `after` it was written.

        It is where the edit came soon and nothing of ours stands under it.
        """
        return after < self._lifetime and question not in self._answers

    def taken_back(self, question: Hashable) -> Place | None:
        """Tell where the answer to a question stands that is no more, and forget it."""
        answer = self._answers.pop(question, None)
        return answer.place if answer else None
