"""Numbers for moderators: how questions end by day and by entry, what is voted down, what nobody reaches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from bot.charts import Part, stacked_bars
from bot.wording import DEFAULT_LANGUAGE, wording

if TYPE_CHECKING:
    from bot.model import Complaint, Entry, Knowledge
    from bot.store import Desk, VoteCount
    from bot.wording import ModeratorWording, RoomWording

_STYLE = Path(__file__).with_name("page.css")
_MOST_DAYS = 31  # rows of the chart that are still read


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How one day's questions ended."""

    day: date  # UTC
    answered: int
    asked_back: int
    unanswered: int
    declined: int  # named out of scope: done as meant

    @property
    def total(self) -> int:
        """All questions of the day."""
        return self.answered + self.asked_back + self.unanswered + self.declined


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFigures:
    """How one entry did."""

    entry_id: str
    title: str
    answers: int
    helpful: int
    unhelpful: int
    complaints: tuple[tuple[Complaint, int], ...] = ()  # what was wrong, the most frequent first

    def line(self, words: RoomWording) -> str:
        """Write the figures as a line of a column."""
        wrong = f"  {words.complained(self.complaints)}" if self.complaints else ""
        return f"{self.answers:>6}  {self.entry_id}  +{self.helpful} -{self.unhelpful}{wrong}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of a number of days up to today."""

    days: tuple[Day, ...]  # without gaps, oldest first
    entries: tuple[EntryFigures, ...]  # the most answering first; those that are gone are left out
    unreached: tuple[str, ...]  # ids of entries that answered nobody

    @property
    def total(self) -> int:
        """All questions."""
        return sum(day.total for day in self.days)

    @property
    def answered(self) -> int:
        """Questions that were answered."""
        return sum(day.answered for day in self.days)

    def summary(self, words: ModeratorWording) -> str:
        """Say in a sentence how the questions ended."""
        return words.figures.format(
            total=self.total,
            days=len(self.days),
            answered=self.answered,
            asked_back=sum(day.asked_back for day in self.days),
            unanswered=sum(day.unanswered for day in self.days),
            declined=sum(day.declined for day in self.days),
        )

    def by_entry(self, most: int, words: RoomWording) -> list[str]:
        """Write a line for each of the first `most` entries, those that nothing is known of left out."""
        return [one.line(words) for one in self.entries[:most] if one.answers or one.helpful or one.unhelpful]


def statistics(
    desk: Desk, knowledge: Knowledge, *, today: date, days: int = 30, tenant: str | None = None
) -> Statistics:
    """Read the figures of the last `days` days. Raises StoreError when they cannot be read."""
    first = today - timedelta(days=days - 1)
    ends: Counter[tuple[str, str]] = Counter()
    for count in desk.day_counts(since=first.isoformat(), tenant=tenant):
        declined = count.outcome == "none" and count.reason == "out_of_scope"
        ends[count.day, "declined" if declined else count.outcome] += count.count
    answers = Counter({one.entry_id: one.count for one in desk.answer_counts(since=first.isoformat(), tenant=tenant)})
    since = datetime.combine(first, datetime.min.time(), UTC).timestamp()
    votes = {count.entry_id: count for count in desk.vote_counts(since=since, tenant=tenant)}
    figures = [_figures(entry, answers[entry.id], votes.get(entry.id)) for entry in knowledge.by_id.values()]
    return Statistics(
        days=tuple(_day(first + timedelta(days=number), ends) for number in range(days)),
        entries=tuple(sorted(figures, key=lambda one: (-one.answers, one.entry_id))),
        unreached=tuple(one.entry_id for one in figures if not one.answers),
    )


def page(figures: Statistics, title: str) -> str:
    """Write the figures as one self-contained HTML page: no script, no request, light and dark."""
    rows = {
        f"{day.day:%d %b}": [
            Part(style="good", name="answered", count=day.answered),
            Part(style="fair", name="asked back", count=day.asked_back),
            Part(style="bad", name="not answered", count=day.unanswered),
            Part(style="blank", name="declined", count=day.declined),
        ]
        for day in figures.days[-_MOST_DAYS:]
        if day.total
    }
    chart = stacked_bars("By day", "How each day's questions ended", rows) if rows else "<p>Nobody has asked yet.</p>"
    english = wording(DEFAULT_LANGUAGE).room
    table = "".join(
        f"<tr><td>{escape(one.title)}<br><small>{escape(one.entry_id)}</small></td>"
        f"<td>{one.answers:,}</td><td>{one.helpful:,}</td><td>{one.unhelpful:,}</td><td>{english.complained(one.complaints)}</td></tr>"
        for one in figures.entries
        if one.answers or one.helpful or one.unhelpful
    )
    unreached = ", ".join(escape(one) for one in figures.unreached) or "None: every entry answered somebody."
    share = f"{figures.answered / figures.total:.0%}" if figures.total else "none"
    span = f"{figures.days[0].day:%d %B %Y} to {figures.days[-1].day:%d %B %Y}"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{_STYLE.read_text(encoding="utf-8")}</style></head><body><main>
<header><h1>{escape(title)}</h1><p>{span}: {figures.total:,} questions, {share} answered.</p></header>
<section><h2>By day</h2>
<p>Green was answered, blue asked back, red not answered, grey declined by name.</p>{chart}</section>
<section><h2>By entry</h2><div class="wide"><table>
<thead><tr><th>Entry</th><th>Answers</th><th>Helpful</th><th>Not</th><th>What was wrong</th></tr></thead>
<tbody>{table}</tbody></table></div></section>
<section><h2>Entries that answered nobody</h2><p>{unreached}</p></section>
</main></body></html>
"""


def _figures(entry: Entry, answers: int, votes: VoteCount | None) -> EntryFigures:
    return EntryFigures(
        entry_id=entry.id,
        title=entry.title,
        answers=answers,
        helpful=votes.helpful if votes else 0,
        unhelpful=votes.unhelpful if votes else 0,
        complaints=votes.complaints if votes else (),
    )


def _day(day: date, ends: Counter[tuple[str, str]]) -> Day:
    key = day.isoformat()
    return Day(
        day=day,
        answered=ends[key, "answer"],
        asked_back=ends[key, "suggest"],
        unanswered=ends[key, "none"],
        declined=ends[key, "declined"],
    )
