"""Tells the result of an evaluation: as text for a terminal, as an object for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.evaluate import by_kind, confusions, figures, reliability, worst

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.evaluate import Figures, Result

_COLUMNS = ("top1", "hit3", "answered_right", "suggested_right", "wrong", "missed", "helped", "false_answer",
            "false_suggest", "auroc", "right@5%", "passage", "ece")  # fmt: skip
_HEADINGS = {
    "answered_right": "answered",
    "suggested_right": "offered",
    "false_answer": "false",
    "false_suggest": "f.offer",
}
_WORST = 10
_CONFUSIONS = 10


def summary(results: Sequence[Result]) -> str:
    """The figures by kind, the reliability table, the worst mistakes and the commonest confusions, as text."""
    return "\n\n".join("\n".join(part) for part in (_table(results), _reliable(results), _mistakes(results)))


def summary_object(results: Sequence[Result], broken: Sequence[str] = ()) -> dict[str, Any]:
    """The same as a JSON object; `broken` are the limits that do not hold."""
    return {
        "figures": {name: _rounded(row) for name, row in all_figures(results).items()},
        "reliability": [
            {
                "from": row.low,
                "to": row.high,
                "count": row.count,
                "confidence": _r(row.confidence),
                "right": _r(row.right),
            }
            for row in reliability(results)
        ],
        "worst": [
            {
                "question": one.case.query,
                "kind": one.case.kind,
                "relevant": sorted(one.case.relevant),
                "entry": one.best,
                "confidence": _r(one.confidence),
            }
            for one in worst(results, _WORST)
        ],
        "confusions": [
            {"relevant": wanted, "entry": given, "count": count}
            for (wanted, given), count in confusions(results).most_common(_CONFUSIONS)
        ],
        "broken": list(broken),
    }


def all_figures(results: Sequence[Result]) -> dict[str, Figures]:
    """The figures of all cases under `all`, then those of each kind under its name."""
    return {"all": figures(results)} | {kind: figures(rows) for kind, rows in by_kind(results).items()}


def _rounded(row: Figures) -> dict[str, float]:
    """Figures to four digits, counts as whole numbers."""
    return {name: int(value) if name in {"in_scope", "out_of_scope"} else _r(value) for name, value in row.items()}


def _r(value: float) -> float:
    return round(value, 4)


def _table(results: Sequence[Result]) -> Iterator[str]:
    rows = all_figures(results)
    shown = [name for name in _COLUMNS if any(name in row for row in rows.values())]
    headings = [_HEADINGS.get(name, name) for name in shown]
    width = max(len(kind) for kind in rows)
    yield f"{'kind':{width}}  {'cases':>5}  " + "  ".join(f"{heading:>8}" for heading in headings)
    for kind, row in rows.items():
        cells = (f"{row[name]:8.3f}" if name in row else f"{'':8}" for name in shown)
        yield (f"{kind:{width}}  {row['in_scope'] + row['out_of_scope']:5.0f}  " + "  ".join(cells)).rstrip()


def _reliable(results: Sequence[Result]) -> Iterator[str]:
    yield "Confidence, and how often the best match is right"
    for row in reliability(results):
        yield f"  {row.low:.1f} to {row.high:.1f}  {row.count:5} cases  says {row.confidence:.2f}  is {row.right:.2f}"


def _mistakes(results: Sequence[Result]) -> Iterator[str]:
    yield "The worst mistakes: answered wrongly, the most confident first"
    for one in worst(results, _WORST):
        wanted = " or ".join(sorted(one.case.relevant)) or "no answer"
        yield f"  {one.confidence:.2f}  {one.case.query}"
        yield f"        {one.best} instead of {wanted}  [{one.case.kind}]"
    pairs = confusions(results).most_common(_CONFUSIONS)
    if pairs:
        yield ""
        yield "Entries that lose to another"
        for (wanted, given), count in pairs:
            yield f"  {count:4}  {wanted} lost to {given}"
