"""Writes an evaluation as one self-contained HTML page to look at: no script, no request, light and dark."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from bot.charts import Part, Point, heat_map, square_plot, stacked_bars
from bot.evaluate import by_kind, confusions, figures, reliability, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.evaluate import Result
    from bot.model import Knowledge

_STYLE = Path(__file__).with_name("page.css")
_WORST = 15
_PAIRS = 24  # confusions that still make a readable map
_IN_SCOPE = {
    "answered_right": "answered rightly",
    "suggested_right": "right one offered",
    "missed": "missed",
    "wrong": "answered wrongly",
}
_OUT_OF_SCOPE = {
    "refused": "rightly not answered",
    "false_suggest": "asked back",
    "false_answer": "answered all the same",
}
_COLOURS = {
    "answered_right": "good",
    "refused": "good",
    "suggested_right": "fair",
    "false_suggest": "fair",
    "missed": "blank",
    "wrong": "bad",
    "false_answer": "bad",
}
_TILES = (  # figure, what it says, of which questions, colour
    ("helped", "were helped", "of those that have an answer: answered rightly, or the right one offered", "good"),
    ("wrong", "got a wrong answer", "of those that have an answer", "bad"),
    ("false_answer", "were answered all the same", "of those that have no answer here", "bad"),
    ("ece", "is confidence off", "on average, from how often it is right", "fair"),
)


def write_page(file: Path, results: Sequence[Result], knowledge: Knowledge, name: str) -> None:
    """Write the page for these results; `name` says which cases they are of."""
    file.write_text(page(results, knowledge, name), encoding="utf-8")


def page(results: Sequence[Result], knowledge: Knowledge, name: str) -> str:
    """The whole page as HTML."""
    titles = ", ".join(one.title for one in knowledge.collections)
    about = f"{len(results)} questions of {name}, asked of {titles}, version {knowledge.version[:12]}."
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>Evaluation: {escape(name)}</title>",
            f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>",
            f"<header><h1>How well it answers</h1><p>{escape(about)}</p></header>",
            _tiles(results),
            _kinds(results),
            f'<div class="pair">{_trust(results)}{_coverage(results)}</div>',
            _confused(results),
            _mistakes(results, knowledge),
            "</main></body></html>",
        )
    )


def _tiles(results: Sequence[Result]) -> str:
    found = figures(results)
    drawn = [
        f'<div class="tile"><b class="{ink}-ink">{found[name]:.0%}</b><strong>{label}</strong><span>{of}</span></div>'
        for name, label, of, ink in _TILES
        if name in found
    ]
    return f'<section class="tiles" aria-label="In short">{"".join(drawn)}</section>'


def _kinds(results: Sequence[Result]) -> str:
    grouped = by_kind(results)
    drawn = []
    for heading, names, wanted in (
        ("Questions that have an answer", _IN_SCOPE, True),
        ("Questions that have none here", _OUT_OF_SCOPE, False),
    ):
        rows = {}
        for kind, members in grouped.items():
            verdicts = [one.verdict for one in members if one.in_scope is wanted]
            if verdicts:
                rows[kind] = [
                    Part(style=_COLOURS[verdict], name=label, count=verdicts.count(verdict))
                    for verdict, label in names.items()
                ]
        if rows:
            about = "; ".join(f"{kind}: {_spoken(parts)}" for kind, parts in rows.items())
            key = "".join(f'<li><i class="{_COLOURS[one]}"></i>{label}</li>' for one, label in names.items())
            drawn.append(f'<h3>{heading}</h3><ul class="key">{key}</ul>')
            drawn.append(f'<div class="plot">{stacked_bars(heading, about, rows)}</div>')
    return _section("By kind of question", "Each bar is all the questions of one kind.", "".join(drawn))


def _spoken(parts: Sequence[Part]) -> str:
    return ", ".join(f"{part.count} {part.name}" for part in parts)


def _trust(results: Sequence[Result]) -> str:
    rows = reliability(results)
    marks = [
        Point(
            x=row.confidence,
            y=row.right,
            count=row.count,
            hint=f"{row.count} questions: says {row.confidence:.0%}, is right {row.right:.0%}",
        )
        for row in rows
    ]
    about = "; ".join(one.hint for one in marks)
    plot = square_plot(
        "Reliability",
        about,
        x_name="how sure it is",
        y_name="how often it is right",
        line=marks,
        marks=marks,
        diagonal=True,
    )
    body = "".join(
        f"<tr><td>{row.low:.0%} to {row.high:.0%}</td><td>{row.count}</td><td>{row.confidence:.0%}</td>"
        f"<td>{row.right:.0%}</td></tr>"
        for row in rows
    )
    head = "<tr><th>sure</th><th>questions</th><th>on average</th><th>right</th></tr>"
    return _section(
        "Can its confidence be trusted?",
        "On the dashed line, being 70 % sure means being right 7 times in 10. Below it, it is too sure of itself. "
        "A bigger dot stands for more questions.",
        f'<div class="plot">{plot}</div><details><summary>As a table</summary><table>{head}{body}</table></details>',
    )


def _coverage(results: Sequence[Result]) -> str:
    inside = sum(one.in_scope for one in results)
    if not inside:
        return ""
    line, answered, errors = [], 0, 0
    ranked = sorted(results, key=lambda one: -one.confidence)
    for index, one in enumerate(ranked):
        answered += one.in_scope
        errors += not one.is_right
        last_of_its_confidence = index + 1 == len(ranked) or ranked[index + 1].confidence < one.confidence
        if last_of_its_confidence:
            line.append(Point(x=answered / inside, y=errors / (index + 1)))
    given = [one for one in results if one.outcome == "answer"]
    share = sum(one.in_scope for one in given) / inside
    wrong = sum(not one.is_right for one in given) / len(given) if given else 0.0
    hint = f"As set now: {share:.0%} of the questions answered, {wrong:.0%} of the answers wrong"
    plot = square_plot(
        "Coverage against errors",
        hint,
        x_name="questions answered, of those that have an answer",
        y_name="of all answers given, wrong",
        line=line,
        marks=[Point(x=share, y=wrong, count=1, hint=hint)],
    )
    return _section(
        "What would answering more cost?",
        "Along the line the bot answers more and more, the surest first; the higher the line, the more of its answers "
        f"are wrong. The dot is where it stands. {hint}.",
        plot,
    )


def _confused(results: Sequence[Result]) -> str:
    counts = dict(confusions(results).most_common(_PAIRS))
    if not counts:
        return ""
    about = "; ".join(f"{wanted} lost to {given} {count} times" for (wanted, given), count in counts.items())
    return _section(
        "Which entries are mistaken for which?",
        "Rows are the entries that should have come first, columns those that did. A dark square is worth a "
        "<code>not</code> phrase in the column's entry, or an alternate in the row's.",
        f'<div class="plot">{heat_map("Confusions between entries", about, counts)}</div>',
    )


def _mistakes(results: Sequence[Result], knowledge: Knowledge) -> str:
    rows = "".join(_mistake(one, knowledge) for one in worst(results, _WORST))
    if not rows:
        return _section("The worst mistakes", "None: no answer was wrong.", "")
    head = "<tr><th>sure</th><th>question</th><th>answered with</th><th>wanted</th></tr>"
    return _section("The worst mistakes", "Answered wrongly, the most confident first.", f"<table>{head}{rows}</table>")


def _mistake(one: Result, knowledge: Knowledge) -> str:
    wanted = " or ".join(_titled(entry_id, knowledge) for entry_id in sorted(one.case.relevant)) or "<i>no answer</i>"
    given = _titled(one.best or "", knowledge)
    return (
        f'<tr><td>{one.confidence:.0%}</td><td><q dir="auto">{escape(one.case.query)}</q><br>'
        f"<small>{escape(one.case.kind)}</small></td><td>{given}</td><td>{wanted}</td></tr>"
    )


def _titled(entry_id: str, knowledge: Knowledge) -> str:
    entry = knowledge.by_id.get(entry_id)
    return f'<span title="{escape(entry.title if entry else "")}">{escape(entry_id)}</span>'


def _section(heading: str, how_to_read: str, body: str) -> str:
    return f"<section><h2>{heading}</h2><p>{how_to_read}</p>{body}</section>"
