"""What an edit would change before it is made: which real questions and labelled cases get another answer."""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from bot.asking import MOST, WORTH, Askers
from bot.clamp import clamp
from bot.errors import KnowledgeError
from bot.knowledge.diff import Differences, differences
from bot.knowledge.load import load
from bot.search.alike import likeness
from bot.version import Version, open_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.evaluate import Case
    from bot.knowledge.patch import Change
    from bot.model import Entry, Knowledge, Problem
    from bot.progress import Progress
    from bot.search import Transformer
    from bot.version import Verdict
    from bot.wording import ModeratorWording

RECENT = 10_000  # real questions that an edit is tried on
ENOUGH_TIME = 4.5  # seconds before what was not asked is left out, and said to be
A_WHILE = 15.0  # seconds at a time, once something is shown
_AT_ONCE = 25  # texts asked between two reports
_NEAREST = 500  # of the knowledge's own phrasings; a change seldom leads one away that is not among these
_MOST_PIECES = 200  # of edited text that questions are compared with
Effect = Literal["better", "worse", "other"]
Pair: TypeAlias = "tuple[Verdict, Verdict]"  # before and after


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

    The knowledge's own phrasings that are nearest to what was edited, the labelled cases and the real questions are
    asked in this order, each kind beginning with those most like it, and have fair parts of the time; then the other
    phrasings. What is left after so many `seconds` is skipped.
    """
    clock = _Clock(seconds, progress)
    entries = differences(old.knowledge, new.knowledge)
    counted = Counter(text for text in questions if text.strip())
    phrasings = [(text, entry.id) for entry in new.knowledge.by_id.values() for text in entry.phrasings]
    texts = dict.fromkeys(text for text, _ in phrasings)
    labels = {case.query: case for case in cases}
    kinds = (texts, labels, counted)
    new_to_them = sum(not version.knows(text) for version in (old, new) for kind in kinds for text in kind)
    processes = MOST if new_to_them >= WORTH else 0
    with Askers(old, new, processes=processes) as askers:  # which start while the texts are put in order
        edited = _edited(entries, old.knowledge, new.knowledge)
        ours, labelled_ones, real_ones = (_nearest(some, edited) for some in kinds)
        clock.total = len(ours) + len(labelled_ones) + len(real_ones)
        asked = partial(clock.compare, askers, old, new)
        own = asked(ours[:_NEAREST], parts_left=3)
        labelled = asked(labelled_ones, parts_left=2)
        real = asked(real_ones, parts_left=1)
        own |= asked(ours[_NEAREST:], parts_left=1)
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


def foresee(version: Version, *, questions: Iterable[str], cases: Sequence[Case], stopped: Callable[[], bool]) -> None:
    """Ask a version, in a process, what it will be compared on once somebody proposes a change to it."""
    phrasings = (text for entry in version.knowledge.by_id.values() for text in entry.phrasings)
    texts = [*phrasings, *(case.query for case in cases), *(text for text in questions if text.strip())]
    unknown = [text for text in dict.fromkeys(texts) if not version.knows(text)]
    if len(unknown) >= WORTH:
        with Askers(version, processes=1) as askers:
            for _ in askers.ahead(_jobs(unknown)):
                if stopped():
                    break


def _jobs(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))


class _Clock:
    """Asks both versions until the time for it is over."""

    def __init__(self, seconds: float | None, progress: Progress | None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._progress, self._done, self.total = progress, 0, 0

    def compare(
        self, askers: Askers, old: Version, new: Version, texts: Sequence[str], *, parts_left: int
    ) -> dict[str, Pair]:
        """Ask the texts in their order, for an equal part of the time that is left."""
        now = time.monotonic()
        until = now + (self._end - now) / parts_left
        found: dict[str, Pair] = {}
        for job in askers.ahead(takewhile(lambda _: time.monotonic() <= until, _jobs(texts))):
            found |= {text: (old.verdict(text), new.verdict(text)) for text in job}
            self._done += len(job)
            if self._progress is not None:
                self._progress("Asking both versions", self._done, self.total)
        return found

    def finish(self) -> None:
        """Report that nothing more is asked."""
        if self._progress is not None and self.total:
            self._progress("Asking both versions", self.total, self.total)


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
