"""What an edit would change before it is made: which real questions and labelled cases get another answer."""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from bot.clamp import clamp
from bot.errors import KnowledgeError
from bot.knowledge.diff import Differences, differences
from bot.knowledge.load import load
from bot.search import Engine
from bot.search.alike import likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.evaluate import Case
    from bot.knowledge.patch import Change
    from bot.model import Entry, Knowledge, Outcome, Problem
    from bot.progress import Progress
    from bot.search import Transformer
    from bot.wording import ModeratorWording

RECENT = 10_000  # real questions that an edit is tried on
ENOUGH_TIME = 3.0  # seconds of asking before the rest is left out, and said to be
A_WHILE = 15.0  # seconds of asking at a time, once something is shown
_REPORT_EVERY = 25  # questions
_MOST_PIECES = 200  # of edited text that questions are compared with
Effect = Literal["better", "worse", "other"]
Pair: TypeAlias = "tuple[Verdict, Verdict]"  # before and after


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a question gets: an outcome, and the entry where there is one."""

    outcome: Outcome
    entry_id: str | None

    def __str__(self) -> str:
        return f"{self.outcome} {self.entry_id}" if self.entry_id else self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Knowledge that can be asked; what it has said once it remembers."""

    knowledge: Knowledge
    engine: Engine
    said: dict[str, Verdict] = field(default_factory=dict)

    def verdict(self, text: str) -> Verdict:
        """Ask it."""
        found = self.said.get(text)
        if found is None:
            decision = self.engine.decide(text)
            shown = decision.outcome != "none" and decision.matches
            found = Verdict(outcome=decision.outcome, entry_id=decision.matches[0].entry.id if shown else None)
            self.said[text] = found
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A question that would get something else."""

    text: str
    times: int  # how often it was asked; 1 for a labelled case
    before: Verdict
    after: Verdict
    effect: Literal[
        "better", "worse", "other"
    ]  # by a case's label, or by the knowledge's own words; "other" if neither tells
    owner: str | None = None  # the entry whose phrasing it is

    @property
    def question(self) -> str:
        """The question, and whose it is."""
        return f"{self.text} ({self.owner})" if self.owner else self.text

    def told(self, words: ModeratorWording, limit: int) -> str:
        """Say it in words, plain, with up to `limit` characters of the question."""
        before, after = (words.gets(one.outcome, one.entry_id) for one in (self.before, self.after))
        return f"“{clamp(self.question, limit)}”: {before} → {after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """The consequences of a change."""

    entries: Differences
    questions: tuple[Flip, ...]  # the most asked first
    asked: int  # distinct real questions that were asked of both versions
    skipped: int  # distinct texts of all three kinds left out for lack of time, the least likely to change
    cases: tuple[Flip, ...]  # the worse first
    stolen: tuple[Flip, ...]  # the knowledge's own phrasings that would no longer reach their entry

    @property
    def harmful(self) -> bool:
        """Whether something that was right would be wrong."""
        return bool(self.stolen) or any(flip.effect == "worse" for flip in self.cases)


def open_version(path: Path, *, transformer: Transformer | None = None, progress: Progress | None = None) -> Version:
    """Load and index the knowledge at a path. Raises KnowledgeError with every problem."""
    knowledge = load(path, progress=progress)
    return Version(knowledge=knowledge, engine=Engine.build(knowledge, transformer=transformer, progress=progress))


def proposed(
    path: Path, change: Change, *, transformer: Transformer | None = None, progress: Progress | None = None
) -> Version:
    """Give the knowledge at `path` as it would be after a change to one of its collections, which is not made.

    Raises KnowledgeError with every problem that the change would bring.
    """
    with _copy(path, change) as copy:
        return open_version(copy, transformer=transformer, progress=progress)


def check(path: Path, change: Change) -> None:
    """Raise KnowledgeError with every problem that a change would bring."""
    with _copy(path, change) as copy:
        load(copy)


@contextmanager
def _copy(path: Path, change: Change) -> Iterator[Path]:
    """Hold a copy of the knowledge with the change made; problems found in it name the real files."""
    with tempfile.TemporaryDirectory(prefix="backchannel-") as folder:
        copy = Path(folder) / path.resolve().name
        shutil.copytree(path, copy, ignore=_not_knowledge, ignore_dangling_symlinks=True)
        for file in change.files:
            target = copy / change.root.relative_to(path) / file.path
            if file.after is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.after)
        try:
            yield copy
        except KnowledgeError as error:
            raise KnowledgeError([_at_home(problem, copy, path) for problem in error.problems]) from None


def _not_knowledge(folder: str, names: list[str]) -> list[str]:
    """Name what is not copied: hidden things, and files that are not YAML."""
    yaml = (".yaml", ".yml")
    return [
        name
        for name in names
        if name.startswith(".") or not (name.lower().endswith(yaml) or Path(folder, name).is_dir())
    ]


def _at_home(problem: Problem, copy: Path, path: Path) -> Problem:
    inside = problem.origin.path
    home = path / inside.relative_to(copy) if inside.is_relative_to(copy) else inside
    return replace(problem, origin=replace(problem.origin, path=home))


def impact(  # noqa: PLR0913 - what to compare, on what, and within what limits
    old: Version,
    new: Version,
    *,
    questions: Iterable[str] = (),
    cases: Sequence[Case] = (),
    seconds: float | None = ENOUGH_TIME,
    progress: Progress | None = None,
) -> Impact:
    """Ask both versions the same and report what differs.

    The knowledge's own phrasings, the labelled cases and the real questions are asked in this order, each kind
    beginning with those most like what was edited. After `seconds` the rest is skipped; each kind has a fair part.
    """
    entries = differences(old.knowledge, new.knowledge)
    counted = Counter(text for text in questions if text.strip())
    phrasings = [(text, entry.id) for entry in new.knowledge.by_id.values() for text in entry.phrasings]
    texts = dict.fromkeys(text for text, _ in phrasings)
    labels = {case.query: case for case in cases}
    edited = _edited(entries, old.knowledge, new.knowledge)
    orders = [_nearest(some, edited) for some in (texts, labels, counted)]  # before the time begins to run
    clock = _Clock(seconds, progress, len(texts) + len(labels) + len(counted))
    own, labelled, real = (clock.compare(old, new, order, parts_left=3 - place) for place, order in enumerate(orders))
    clock.finish()
    stolen = [
        replace(_flip(text, "worse", own[text]), owner=owner)
        for text, owner in phrasings
        if text in own and _is_stolen(text, owner, own[text], old)
    ]
    by_case = [_flip(text, _effect(labels[text], labelled[text]), labelled[text]) for text in labelled]
    flips = [_flip(text, "other", real[text], counted[text]) for text in real]
    return Impact(
        entries=entries,
        questions=tuple(sorted(_changing(flips), key=lambda flip: (-flip.times, flip.text))),
        asked=len(real),
        skipped=len(texts) + len(labels) + len(counted) - len(own) - len(labelled) - len(real),
        cases=tuple(sorted(_changing(by_case), key=lambda flip: flip.effect != "worse")),
        stolen=tuple(stolen),
    )


class _Clock:
    """Asks both versions until the time for it is over."""

    def __init__(self, seconds: float | None, progress: Progress | None, total: int) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._progress, self._total, self._done = progress, total, 0

    def compare(self, old: Version, new: Version, texts: Sequence[str], *, parts_left: int) -> dict[str, Pair]:
        """Ask the texts in their order, for an equal part of the time that is left."""
        now = time.monotonic()
        until = now + (self._end - now) / parts_left
        found: dict[str, Pair] = {}
        for text in texts:
            if time.monotonic() > until:
                break
            found[text] = (old.verdict(text), new.verdict(text))
            self._done += 1
            if self._progress is not None and self._done % _REPORT_EVERY == 0:
                self._progress("Asking both versions", self._done, self._total)
        return found

    def finish(self) -> None:
        """Report that nothing more is asked."""
        if self._progress is not None and self._total:
            self._progress("Asking both versions", self._total, self._total)


def _nearest(texts: Iterable[str], edited: Sequence[str]) -> list[str]:
    """Order texts by how much they ask what was edited."""
    listed = list(texts)
    if not listed or not edited:
        return listed
    near = likeness(listed, edited).max(axis=1)
    return [listed[place] for place in np.argsort(-near, kind="stable")]


def _edited(entries: Differences, old: Knowledge, new: Knowledge) -> list[str]:
    """Give the pieces of text that only one of the versions has."""
    found: list[str] = []
    for entry_id in entries.ids:
        before, after = (_pieces(knowledge.by_id.get(entry_id)) for knowledge in (old, new))
        found += sorted(before ^ after)
    return found[:_MOST_PIECES]


def _pieces(entry: Entry | None) -> set[str]:
    if entry is None:
        return set()
    return {
        *entry.phrasings,
        *entry.rejects,
        *entry.keywords,
        *(line for line in entry.body.splitlines() if line.strip()),
    }


def _is_stolen(text: str, owner: str, pair: Pair, old: Version) -> bool:
    before, after = pair
    known = owner in old.knowledge.by_id and text in old.knowledge.by_id[owner].phrasings
    return after.entry_id != owner and (not known or before.entry_id == owner)


def _flip(text: str, effect: Effect, pair: Pair, times: int = 1) -> Flip:
    return Flip(text=text, times=times, before=pair[0], after=pair[1], effect=effect)


def _changing(flips: Iterable[Flip]) -> list[Flip]:
    return [flip for flip in flips if flip.before != flip.after]


def _effect(case: Case, pair: Pair) -> Effect:
    gain = _worth(pair[1], case) - _worth(pair[0], case)
    return "better" if gain > 0 else "worse" if gain < 0 else "other"


def _worth(verdict: Verdict, case: Case) -> int:
    """How good a verdict is for a case: right, offered, admitted ignorance, offered wrongly, wrong."""
    right = verdict.entry_id in case.relevant
    if not case.relevant:
        return {"none": 2, "suggest": 0, "answer": -2}[verdict.outcome]
    return {"answer": 2 if right else -2, "suggest": 1 if right else -1, "none": 0}[verdict.outcome]
