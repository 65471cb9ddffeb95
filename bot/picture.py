"""Draws the figures for moderators as a PNG, where matplotlib is installed (the extra `charts`)."""

from __future__ import annotations

import importlib.util
import threading
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from bot.statistics import Statistics

_SIZE, _DPI = (9.0, 6.4), 120  # inches, and pixels of each
_ENTRIES = 8
_ENTRY = 40  # characters of an entry's id
_PAPER, _INK, _QUIET = "#ffffff", "#1c2126", "#5d6670"
# The colours of the page, told apart by lightness too.
_ENDS = (
    ("answered", "answered", "#1a7f64"),
    ("asked_back", "asked back", "#7da7e8"),
    ("unanswered", "not answered", "#c2491d"),
    ("declined", "declined", "#b9bec4"),
)
_drawing = threading.Lock()  # matplotlib keeps its fonts in a module: one picture at a time in a process


def available() -> bool:
    """Whether pictures can be drawn."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(figures: Statistics) -> bytes | None:
    """Draw how each day's questions ended, and the entries that answered most; None of nothing, or where nothing can.

    The words in it are English and ids, which every font has; what it shows is said beside it in the reader's language.
    """
    if not figures.total or not available():
        return None
    from matplotlib.figure import Figure  # noqa: PLC0415 (takes half a second, and is not always there)

    with _drawing:
        figure = Figure(figsize=_SIZE, dpi=_DPI, facecolor=_PAPER, layout="constrained")
        days, entries = figure.subplots(2, 1, height_ratios=(3, 2))
        _days(days, figures)
        _entries(entries, figures)
        for axes in (days, entries):
            axes.spines[["top", "right"]].set_visible(False)
            axes.spines[["left", "bottom"]].set_color(_QUIET)
            axes.tick_params(colors=_QUIET, labelsize=9)
        written = BytesIO()
        figure.savefig(written, format="png")
    return written.getvalue()


def _days(axes: Axes, figures: Statistics) -> None:
    days = [f"{day.day:%d %b}" for day in figures.days]
    below = [0] * len(days)
    for name, label, colour in _ENDS:
        counts = [getattr(day, name) for day in figures.days]
        axes.bar(range(len(days)), counts, bottom=below, color=colour, label=label, width=0.8)
        below = [one + another for one, another in zip(below, counts, strict=True)]
    step = max(1, len(days) // 10)
    axes.set_xticks(range(0, len(days), step), days[::step])
    axes.locator_params(axis="y", integer=True)
    axes.set_title("Questions by day", loc="left", color=_INK, fontsize=11, fontweight="bold")
    axes.legend(ncols=len(_ENDS), frameon=False, fontsize=9, loc="upper right", bbox_to_anchor=(1, 1.13))


def _entries(axes: Axes, figures: Statistics) -> None:
    shown = [one for one in figures.entries if one.answers][:_ENTRIES][::-1]
    bars = axes.barh([one.entry_id[:_ENTRY] for one in shown], [one.answers for one in shown], color=_ENDS[0][2])
    axes.bar_label(bars, [f"+{one.helpful} −{one.unhelpful}" for one in shown], padding=4, fontsize=9, color=_QUIET)  # noqa: RUF001 (a minus sign)
    axes.locator_params(axis="x", integer=True)
    axes.margins(x=0.12)
    axes.set_title("Answers by entry, with votes", loc="left", color=_INK, fontsize=11, fontweight="bold")
