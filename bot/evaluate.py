"""Measures answers against labelled cases: how often they are right, and whether the bot knows when they are."""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import BackchannelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from bot.model import Decision, Match, Outcome
    from bot.progress import Progress

FALSE_ALARMS = 0.05  # share of out-of-scope questions that right@5% allows to be answered
BINS = 10  # of the reliability table
_PASSAGE_LIMIT = 600  # characters

Figures = dict[str, float]


class CasesError(BackchannelError):
    """The labelled cases cannot be read: names the line and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question and the entries that may answer it; none means that it must not be answered."""

    query: str
    relevant: frozenset[str]
    kind: str = "-"
    gold_span: str | None = None  # words of the knowledge that a good passage contains


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the bot made of one case."""

    case: Case
    outcome: Outcome
    matches: tuple[Match, ...]

    @property
    def confidence(self) -> float:
        """The best match's confidence, 0 where there is none."""
        return self.matches[0].confidence if self.matches else 0.0

    @property
    def best(self) -> str | None:
        """The best match's id."""
        return self.matches[0].entry.id if self.matches else None

    @property
    def in_scope(self) -> bool:
        """Whether there is an entry that answers."""
        return bool(self.case.relevant)

    @property
    def is_right(self) -> bool:
        """Whether the best match is an accepted one; never for a case out of scope."""
        return self.best in self.case.relevant

    @property
    def offers_right(self) -> bool:
        """Whether an accepted entry is among the three best."""
        return any(match.entry.id in self.case.relevant for match in self.matches[:3])

    @property
    def has_passage(self) -> bool:
        """Whether the best match's passage is short enough and contains the expected words."""
        passage = self.matches[0].passage if self.matches else None
        if passage is None or self.case.gold_span is None:
            return False
        return len(passage.text) <= _PASSAGE_LIMIT and self.case.gold_span.casefold() in passage.text.casefold()

    @property
    def verdict(self) -> str:
        """What was done: in scope one of the four decision figures, out of scope `refused` or a false one."""
        if not self.in_scope:
            return "refused" if self.outcome == "none" else f"false_{self.outcome}"
        if self.outcome == "answer":
            return "answered_right" if self.is_right else "wrong"
        return "suggested_right" if self.outcome == "suggest" and self.offers_right else "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One row of the reliability table."""

    low: float
    high: float
    count: int
    confidence: float  # mean
    right: float  # share


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A figure that must not fall below, or rise above, a value."""

    name: str  # as typed
    value: float
    upper: bool


def read_cases(path: Path) -> list[Case]:
    """Read JSON lines of `query`, `relevant`, and optionally `kind` and `gold_span`. Raises CasesError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{path}: the cases cannot be read: {error}") from error
    cases = [_case(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not cases:
        raise CasesError(f"{path}: there are no cases in it.")
    return cases


def run(
    cases: Sequence[Case], decide: Callable[[str], Decision], *, progress: Progress | None = None
) -> tuple[Result, ...]:
    """Ask every case, each on its own."""
    results = []
    for done, case in enumerate(cases, start=1):
        decision = decide(case.query)
        results.append(Result(case=case, outcome=decision.outcome, matches=decision.matches))
        if progress is not None:
            progress("Asking the cases", done, len(cases))
    return tuple(results)


def figures(results: Sequence[Result]) -> Figures:
    """The figures of these cases by name; those that need cases there are none of are absent.

    In scope: top1, hit3, the four decisions (answered_right, suggested_right, wrong, missed: they add up to 1), helped,
    passage. Out of scope: false_answer, false_suggest. Both: auroc (Mann-Whitney), right@5%, ece over ten bins.
    """
    inside = [one for one in results if one.in_scope]
    outside = [one for one in results if not one.in_scope]
    found: Figures = {"in_scope": len(inside), "out_of_scope": len(outside)}
    if inside:
        found |= _in_scope(inside)
    if outside:
        found |= {name: _share(one.verdict == name for one in outside) for name in ("false_answer", "false_suggest")}
    if inside and outside:
        refused = sorted(one.confidence for one in outside)
        found["auroc"] = _auroc([one.confidence for one in inside], refused)
        threshold = refused[-1 - int(FALSE_ALARMS * len(outside))]
        found["right@5%"] = _share(one.is_right and one.confidence > threshold for one in inside)
    rows = reliability(results)
    found["ece"] = sum(row.count * abs(row.confidence - row.right) for row in rows) / max(1, len(results))
    return found


def by_kind(results: Sequence[Result]) -> dict[str, tuple[Result, ...]]:
    """The results of each kind of question, in the cases' order."""
    kinds = dict.fromkeys(one.case.kind for one in results)
    return {kind: tuple(one for one in results if one.case.kind == kind) for kind in kinds}


def reliability(results: Sequence[Result]) -> tuple[Bin, ...]:
    """Say, for each tenth of confidence that occurs, how often the best match is right."""
    rows = []
    for number in range(BINS):
        inside = [one for one in results if min(int(one.confidence * BINS), BINS - 1) == number]
        if inside:
            rows.append(
                Bin(
                    low=number / BINS,
                    high=(number + 1) / BINS,
                    count=len(inside),
                    confidence=sum(one.confidence for one in inside) / len(inside),
                    right=_share(one.is_right for one in inside),
                )
            )
    return tuple(rows)


def worst(results: Sequence[Result], count: int = 10) -> tuple[Result, ...]:
    """The mistakes made with the most confidence: answers to the wrong entry, and to what has no answer."""
    mistakes = [one for one in results if one.verdict in {"wrong", "false_answer"}]
    return tuple(sorted(mistakes, key=lambda one: -one.confidence)[:count])


def confusions(results: Sequence[Result]) -> Counter[tuple[str, str]]:
    """How often each wanted entry lost to each other one; the wanted one is the accepted entry that came best."""
    pairs: Counter[tuple[str, str]] = Counter()
    for one in results:
        if one.in_scope and one.best is not None and not one.is_right:
            ranked = [match.entry.id for match in one.matches if match.entry.id in one.case.relevant]
            pairs[ranked[0] if ranked else min(one.case.relevant), one.best] += 1
    return pairs


def parse_limit(text: str, *, upper: bool) -> Limit:
    """Read `NAME=VALUE`. Raises ValueError with the remedy."""
    name, _, value = text.rpartition("=")
    try:
        figure = float(value)
    except ValueError:
        figure = math.nan
    if not name.strip() or not math.isfinite(figure):
        raise ValueError(f"{text!r} is not NAME=VALUE, such as top1=0.75")
    return Limit(name=name.strip(), value=figure, upper=upper)


def breach(limit: Limit, results: Sequence[Result]) -> str | None:
    """Say how a limit is broken, in one sentence; None if it is kept. Raises CasesError for an unknown name.

    A name is a figure's (`top1`), or one of some kinds' (`typo:top1`, `typo,chatty:top1`), or one of all kinds but
    some (`!multilingual:top1`).
    """
    kinds, colon, name = limit.name.rpartition(":")
    chosen = _of_kinds(kinds, results) if colon else tuple(results)
    found = figures(chosen)
    if name not in found:
        raise CasesError(f"there is no figure {limit.name!r}; there are {', '.join(found)}.")
    value = found[name]
    if value > limit.value if limit.upper else value < limit.value:
        return f"{limit.name} is {value:.3f}, {'above' if limit.upper else 'below'} {limit.value:g}"
    return None


def _of_kinds(kinds: str, results: Sequence[Result]) -> tuple[Result, ...]:
    grouped = by_kind(results)
    named = {kind.strip() for kind in kinds.removeprefix("!").split(",")}
    if unknown := sorted(named - set(grouped)):
        raise CasesError(f"there is no kind {unknown[0]!r} among the cases; there are {', '.join(grouped)}.")
    without = kinds.startswith("!")
    return tuple(one for one in results if (one.case.kind in named) is not without)


def _case(line: str, where: str) -> Case:
    expected = 'a case is {"query": text, "relevant": [ids], "kind": text}'
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise CasesError(f"{where}: not JSON ({error.msg}); {expected}.") from error
    if not isinstance(row, dict) or not isinstance(row.get("query"), str):
        raise CasesError(f'{where}: "query" is missing or not text; {expected}.')
    relevant = row.get("relevant")
    if not isinstance(relevant, list) or not all(isinstance(one, str) for one in relevant):
        raise CasesError(f'{where}: "relevant" is missing or not a list of ids; {expected}.')
    span = row.get("gold_span")
    return Case(
        query=row["query"],
        relevant=frozenset(relevant),
        kind=str(row.get("kind", "-")),
        gold_span=span if isinstance(span, str) else None,
    )


def _in_scope(inside: Sequence[Result]) -> Figures:
    decided = Counter(one.verdict for one in inside)
    found: Figures = {
        "top1": _share(one.is_right for one in inside),
        "hit3": _share(one.offers_right for one in inside),
    }
    for name in ("answered_right", "suggested_right", "wrong", "missed"):
        found[name] = decided[name] / len(inside)
    found["helped"] = found["answered_right"] + found["suggested_right"]
    spans = [one for one in inside if one.case.gold_span is not None]
    if spans:
        found["passage"] = _share(one.has_passage for one in spans)
    return found


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive exceeds a negative, ties counting one half; `negative` is sorted."""
    wins = sum((bisect_left(negative, one) + bisect_right(negative, one)) / 2 for one in positive)
    return wins / (len(positive) * len(negative))


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values)
