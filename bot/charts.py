"""Draws plots as inline SVG: bars, lines and a heat map, with colours from the page's style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH = 720  # units of the drawing; the page scales it
_ROW = 34  # height of one bar with its gap
_BAR = 22
_LABEL = 170  # room for a bar's name
_PLOT = 400  # side of a square plot
_MARGIN = 56
_CELL = 30
_NAME = 250  # room for a heat map's row names
_LEGIBLE = 0.07  # share of a bar's width below which a number does not fit in it
_STRONG = 0.7  # opacity of a square from which its number takes the colour for dark ground
_LETTER = 6.4  # width of a letter in the small type


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a bar: its meaning, which is its colour, and how many cases it stands for."""

    style: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of a plot: both values from 0 to 1, the count that sizes its mark, and what a pointer shows."""

    x: float
    y: float
    count: int = 0
    hint: str = ""


def stacked_bars(title: str, about: str, rows: Mapping[str, Sequence[Part]]) -> str:
    """One bar of full length for each row, divided by counts."""
    drawn = []
    for index, (name, parts) in enumerate(rows.items()):
        top, total, left = index * _ROW + 4, sum(part.count for part in parts) or 1, float(_LABEL)
        drawn.append(_text(_LABEL - 10, top + 16, f"{name} ({total})", anchor="end"))
        for part in parts:
            share = part.count / total
            width = share * (WIDTH - _LABEL)
            hint = f"{name}, {part.name}: {part.count} of {total} ({share:.0%})"
            drawn.append(_rect(left, top, (width, _BAR), part.style, hint))
            if share >= _LEGIBLE:
                drawn.append(
                    _text(left + width / 2, top + 16, f"{share:.0%}", anchor="middle", style=f"on-{part.style}")
                )
            left += width
    return _svg(title, about, WIDTH, len(rows) * _ROW + 4, drawn)


def square_plot(  # noqa: PLR0913 (a plot is its words and its points)
    title: str,
    about: str,
    *,
    x_name: str,
    y_name: str,
    line: Sequence[Point],
    marks: Sequence[Point] = (),
    diagonal: bool = False,
) -> str:
    """A line and marks over two axes from 0 to 100 %."""
    drawn = [_axes(x_name, y_name)]
    if diagonal:
        drawn.append(f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>')
    path = " ".join(f"{'M' if index == 0 else 'L'}{_x(one.x)} {_y(one.y)}" for index, one in enumerate(line))
    drawn.append(f'<path class="curve" d="{path}"/>')
    most = max((one.count for one in marks), default=1) or 1
    for one in marks:
        radius = 4 + 10 * (one.count / most) ** 0.5
        drawn.append(
            f'<circle class="mark" cx="{_x(one.x)}" cy="{_y(one.y)}" r="{radius:.1f}">'
            f"<title>{escape(one.hint)}</title></circle>"
        )
    return _svg(title, about, _PLOT + 2 * _MARGIN, _PLOT + _MARGIN + 24, drawn)


def heat_map(title: str, about: str, counts: Mapping[tuple[str, str], int]) -> str:
    """A square for each (row, column) that occurs, darker for more; rows and columns are named."""
    rows = list(dict.fromkeys(row for row, _ in counts))
    columns = list(dict.fromkeys(column for _, column in counts))
    most = max(counts.values(), default=1)
    head = 20 + max((len(one) for one in columns), default=0) * _LETTER * 0.72
    drawn = [
        f'<text class="small" transform="translate({_NAME + index * _CELL + 18:.0f} {head - 8:.0f}) rotate(-45)">'
        f"{escape(name)}</text>"
        for index, name in enumerate(columns)
    ]
    for index, row in enumerate(rows):
        top = head + index * _CELL
        drawn.append(_text(_NAME - 10, top + 20, row, anchor="end", style="small"))
        for place, column in enumerate(columns):
            count = counts.get((row, column), 0)
            left = _NAME + place * _CELL
            if not count:
                drawn.append(_rect(left, top, (_CELL - 2, _CELL - 2), "none"))
                continue
            strength = 0.35 + 0.65 * count / most
            drawn.append(
                f'<rect class="heat" x="{left}" y="{top:.0f}" width="{_CELL - 2}" height="{_CELL - 2}" rx="3" '
                f'fill-opacity="{strength:.2f}"><title>{escape(f"{row} lost to {column}: {count}")}</title></rect>'
            )
            drawn.append(
                _text(
                    left + _CELL / 2 - 1,
                    top + 19,
                    str(count),
                    anchor="middle",
                    style="on-bad" if strength > _STRONG else "on-heat",
                )
            )
    # A slanted name reaches past the last column.
    reach = max((index * _CELL + len(name) * _LETTER * 0.72 for index, name in enumerate(columns)), default=0)
    return _svg(title, about, max(WIDTH, _NAME + reach + 40), head + len(rows) * _CELL + 4, drawn)


def _axes(x_name: str, y_name: str) -> str:
    drawn = []
    for tenth in range(0, 11, 2):
        at = tenth / 10
        drawn += [
            f'<line class="grid" x1="{_x(at)}" y1="{_y(0)}" x2="{_x(at)}" y2="{_y(1)}"/>',
            f'<line class="grid" x1="{_x(0)}" y1="{_y(at)}" x2="{_x(1)}" y2="{_y(at)}"/>',
            _text(_x(at), _y(0) + 20, f"{at:.0%}", anchor="middle", style="small"),
            _text(_x(0) - 8, _y(at) + 4, f"{at:.0%}", anchor="end", style="small"),
        ]
    drawn.append(_text(_x(0.5), _y(0) + 42, x_name, anchor="middle"))
    middle = f'transform="translate(14 {_y(0.5)}) rotate(-90)"'
    drawn.append(f'<text {middle} text-anchor="middle">{escape(y_name)}</text>')
    return "".join(drawn)


def _x(value: float) -> float:
    return round(_MARGIN + value * _PLOT, 1)


def _y(value: float) -> float:
    return round(14 + (1 - value) * _PLOT, 1)


def _rect(left: float, top: float, size: tuple[float, float], style: str, hint: str = "") -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}" rx="3"'
    title = f"<title>{escape(hint)}</title>" if hint else ""
    return f'<rect class="{style}" {place}>{title}</rect>'


def _text(x: float, y: float, text: str, *, anchor: str, style: str = "") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, about: str, width: float, height: float, parts: Iterable[str]) -> str:
    """A picture that a screen reader can name and describe."""
    key = "".join(letter if letter.isalnum() else "-" for letter in title.lower())
    return (
        f'<svg role="img" aria-labelledby="{key}-t {key}-d" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="max-width:{width:.0f}px">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(about)}</desc>{"".join(parts)}</svg>'
    )
