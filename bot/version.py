"""A version of the knowledge that can be asked many questions, and remembers what it has said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.knowledge.load import load
from bot.search import Engine

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Knowledge, Outcome
    from bot.progress import Progress
    from bot.search import Reading, Transformer


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a question gets: an outcome, and the entry where there is one."""

    outcome: Outcome
    entry_id: str | None

    def __str__(self) -> str:
        return f"{self.outcome} {self.entry_id}" if self.entry_id else self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Knowledge that can be asked; what is read alike is asked once."""

    knowledge: Knowledge
    engine: Engine
    said: dict[Reading, Verdict] = field(default_factory=dict)
    _readings: dict[str, Reading] = field(default_factory=dict)  # by text

    def after(self, before: Version) -> Version:
        """Give the same version, which does not read once more what one before it has read, if it reads alike."""
        ours, theirs = ([one.synonyms for one in version.knowledge.collections] for version in (self, before))
        return replace(self, _readings=before._readings) if ours == theirs else self

    def reading(self, text: str) -> Reading:
        """What of a text decides the verdict."""
        found = self._readings.get(text)
        if found is None:
            found = self._readings[text] = self.engine.reading(text)
        return found

    def knows(self, text: str) -> bool:
        """Whether it was asked this, or what is read like it."""
        return self._readings.get(text) in self.said

    def verdict(self, text: str) -> Verdict:
        """Ask it, unless it knows."""
        reading = self.reading(text)
        found = self.said.get(reading)
        if found is None:
            found = self.said[reading] = verdict(self.engine, text)
        return found


def verdict(engine: Engine, text: str) -> Verdict:
    """Ask an engine."""
    decision = engine.decide(text)
    shown = decision.outcome != "none" and decision.matches
    return Verdict(outcome=decision.outcome, entry_id=decision.matches[0].entry.id if shown else None)


def open_version(path: Path, *, transformer: Transformer | None = None, progress: Progress | None = None) -> Version:
    """Load and index the knowledge at a path. Raises KnowledgeError with every problem."""
    knowledge = load(path, progress=progress)
    return Version(knowledge=knowledge, engine=Engine.build(knowledge, transformer=transformer, progress=progress))
