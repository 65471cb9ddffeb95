"""The labelled questions that the search is fitted with and judged by.

SETS/NAME/cases.jsonl       what bot.evaluate reads: {"query": text, "relevant": [ids], "kind": text, "gold_span": text}
SETS/NAME/knowledge/        a collection in the knowledge format
SETS/NAME/knowledge/ids.json  optional: {our id: the id that the cases name}

The sets stay outside the repository: they are other people's, and are here to measure with. `article` is at hand
anyway: our own questions about the shipped knowledge. Three more are derived, so that it is learned what a body alone
says, and what it weighs beside a phrasing: `stackfaq-bodies`, stackfaq without its questions; `stackfaq-mixed`, without
every other one; and `article-mixed`, the article's sections without the questions that somebody wrote for them.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.evaluate import read_cases
from bot.knowledge.load import load

if TYPE_CHECKING:
    from bot.evaluate import Case
    from bot.model import Collection, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a set counts in a fit."""

    source: str  # sets of one source share questions: a judged one's are all left out of its fit
    ranking: float = 1.0  # its weight where the order of entries is learned
    accepting: float = 1.0  # its weight where it is learned when to answer


# A set that another one resembles counts a part of one. Doctors' look-alikes that differ in one word, and intents out
# of 50 that no phrasing mentions, are rarer in chat than they are in their sets: they teach less when to answer.
ROLES: Final = {
    "article": Role(source="article"),
    "hint3-sofmattress": Role(source="hint3", ranking=0.5, accepting=0.5),
    "hint3-sofmattress-full": Role(source="hint3", ranking=0.5, accepting=0.5),
    "stackfaq": Role(source="stackfaq", ranking=0.4, accepting=0.4),
    "stackfaq-typo": Role(source="stackfaq", ranking=0.3, accepting=0.3),
    "clinc150-val": Role(source="clinc150-val"),
    "banking77-oos-val": Role(source="banking77-oos-val", accepting=0.4),
    "medical-mqp": Role(source="medical-mqp", accepting=0.1),
    "xquad-sections": Role(source="xquad-sections"),
    "stackfaq-bodies": Role(source="stackfaq", ranking=0.4, accepting=0.1),
    "stackfaq-mixed": Role(source="stackfaq", ranking=0.4, accepting=0.1),
    "article-mixed": Role(source="article", ranking=0.5, accepting=0.2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Questions about one collection and the entries that may answer them; `relevant` holds the collection's ids."""

    name: str
    role: Role
    collection: Collection
    cases: tuple[Case, ...]


def read_sets(folder: Path) -> list[LabelledSet]:
    """Read every set below a folder, the article's, and what is derived from them.

    In the order of ROLES, unknown sets last. Raises SystemExit where there is none, and the loaders' errors.
    """
    found = {path.parent.name: _read(path.parent) for path in sorted(folder.glob("*/cases.jsonl"))}
    if not found:
        raise SystemExit(
            f"{folder}: there is no NAME/cases.jsonl below it; benchmarks/README.md says what to put there."
        )
    found["article"] = LabelledSet(
        name="article",
        role=ROLES["article"],
        collection=load(ROOT / "knowledge").collections[0],
        cases=tuple(read_cases(ROOT / "tests" / "data" / "article.jsonl")),
    )
    if "stackfaq" in found:
        found["stackfaq-bodies"] = _bodies_only(found["stackfaq"], "stackfaq-bodies", every=1)
        found["stackfaq-mixed"] = _bodies_only(found["stackfaq"], "stackfaq-mixed", every=2)
    found["article-mixed"] = _sections_unasked(found["article"], "article-mixed")
    known = [found.pop(name) for name in ROLES if name in found]
    return [*known, *found.values()]


def _read(folder: Path) -> LabelledSet:
    collection = load(folder / "knowledge").collections[0]
    ids = folder / "knowledge" / "ids.json"
    ours: dict[str, list[str]] = defaultdict(list)
    if ids.exists():
        for our, theirs in json.loads(ids.read_text(encoding="utf-8")).items():
            ours[theirs].append(our)
    cases = [
        replace(case, relevant=frozenset(our for one in case.relevant for our in ours.get(one, [one])))
        for case in read_cases(folder / "cases.jsonl")
    ]
    role = ROLES.get(folder.name, Role(source=folder.name))
    return LabelledSet(name=folder.name, role=role, collection=collection, cases=tuple(cases))


def _bodies_only(labelled: LabelledSet, name: str, *, every: int) -> LabelledSet:
    """Turn each entry whose number `every` divides into a section whose title says nothing."""
    entries = (
        replace(entry, kind="section", title="Passage", alternates=()) if number % every == 0 else entry
        for number, entry in enumerate(labelled.collection.entries)
    )
    return _with_entries(labelled, name, tuple(entries))


def _sections_unasked(labelled: LabelledSet, name: str) -> LabelledSet:
    """Take the alternates and keywords from all sections, as if nobody had thought of them yet."""
    entries = (
        replace(entry, alternates=(), keywords=(), translations=MappingProxyType({}))
        if entry.kind == "section"
        else entry
        for entry in labelled.collection.entries
    )
    return _with_entries(labelled, name, tuple(entries))


def _with_entries(labelled: LabelledSet, name: str, entries: tuple[Entry, ...]) -> LabelledSet:
    collection = replace(labelled.collection, name=name, entries=entries)
    return replace(labelled, name=name, role=ROLES[name], collection=collection)
