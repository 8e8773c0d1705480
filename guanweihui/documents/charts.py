"""Charts as SVG: one string for page and PDF, every value printed, and a description to read aloud.

Only presentation attributes, so a strict content policy lets them pass. A missing value (None) is 未报 and
draws nothing: it is not a zero.
"""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from guanweihui.tables import display_width, format_value

Value = int | float | None
Series = Mapping[str, Sequence[Value]]

COLORS = ("#A8071A", "#D48806", "#0B4FA0", "#237804", "#6B4FA0", "#595959")
GOLD, GOLD_EDGE = "#D48806", "#874D00"  # gold alone is too pale on white: it gets an edge and dark text
INK, QUIET, GRID = "#1F1F1F", "#595959", "#D9D9D9"
BANDS = ("#F2F2F2", "#E6EDF5")  # pale grounds that take turns
FAMILY = "GGW-Sans, 'Microsoft YaHei', 'PingFang SC', sans-serif"
SIZE = 12  # px of text
NOT_REPORTED = "未报"


def bar(
    title: str, labels: Sequence[str], values: Sequence[Value], *, unit: str = "", width: int = 640
) -> str:
    """Draw upright columns, one a label; long labels stand at an angle."""
    return _columns(title, labels, {"": values}, unit, width)


def stacked_bar(
    title: str, labels: Sequence[str], series: Series, *, unit: str = "", width: int = 640
) -> str:
    """Draw upright columns made of one part a series, with the sum above."""
    return _columns(title, labels, series, unit, width)


def horizontal_bar(
    title: str, labels: Sequence[str], values: Sequence[Value], *, unit: str = "", width: int = 640
) -> str:
    """Draw lying bars, one a line: for long names."""
    left = max((_text_width(label) for label in labels), default=0) + 12
    right = max((_text_width(_say(value)) for value in values), default=0) + 12
    step, top = 26, _title_height(title)
    scale = (width - left - right) / (max((value or 0 for value in values), default=0) or 1)
    parts = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = top + number * step
        parts.append(_text(left - 8, y + 17, label, anchor="end"))
        if value:
            parts.append(_rect(left, y + 4, value * scale, step - 8, COLORS[0]))
        parts.append(_text(left + (value or 0) * scale + 6, y + 17, _say(value)))
    parts.append(_line(left, top, left, top + len(labels) * step, QUIET))
    return _svg(
        title, _describe(labels, {"": values}, unit), width, top + len(labels) * step + 8, parts, unit
    )


def line(title: str, labels: Sequence[str], series: Series, *, unit: str = "", width: int = 640) -> str:
    """Draw one line a series over the labels, mostly years; a missing value breaks the line."""
    ticks = _ticks(max((value or 0 for values in series.values() for value in values), default=0))
    plot = _plot(title, labels, series, ticks, width)
    parts = _axes(plot, labels, ticks, list(series))
    for color, values in zip(_colors(len(series)), series.values(), strict=True):
        run: list[tuple[float, float]] = []
        for place, value in enumerate((*values, None)):
            if value is not None:
                run.append((plot.x(place), plot.y(value)))
                parts.append(
                    _text(run[-1][0], run[-1][1] - 9, _say(value), fill=INK, anchor="middle", size=11)
                )
                continue
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
            if len(run) > 1:
                parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2.5"/>')
            parts.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>' for x, y in run)
            run = []
    return _svg(title, _describe(labels, series, unit), width, plot.height, parts, unit)


def donut(
    title: str, labels: Sequence[str], values: Sequence[Value], *, unit: str = "", width: int = 640
) -> str:
    """Draw the parts of a whole, at most six, with the sum in the middle and figures beside the labels."""
    total = sum(value or 0 for value in values)
    top, radius, hole = _title_height(title), 90, 54
    x, y = radius + 20.0, top + radius + 6.0
    parts, angle = [], -math.pi / 2
    for color, value in zip(_colors(len(values)), values, strict=True):
        share = (value or 0) / total if total else 0
        if share:
            parts.append(_slice(x, y, radius, hole, angle, share, color))
        angle += 2 * math.pi * share
    if not total:
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius - 18}" fill="none" stroke="{GRID}" stroke-width="36"/>'
        )
    parts.append(_text(x, y + 2, _say(total), anchor="middle", size=20))
    parts.append(_text(x, y + 20, unit or "合计", anchor="middle", fill=QUIET))
    first = y - 13 * (len(labels) - 1)
    for number, (label, value, color) in enumerate(zip(labels, values, _colors(len(labels)), strict=True)):
        at = first + 26 * number
        parts.append(_rect(x + radius + 32, at - 6, 12, 12, color))
        share_text = f"（{100 * value / total:.1f}%）" if value is not None and total else ""
        parts.append(_text(x + radius + 52, at + 4.5, f"{label}　{_say(value)}{share_text}", size=13))
    return _svg(title, _describe(labels, {"": values}, unit), width, y + radius + 14, parts)


def sparkline(title: str, values: Sequence[Value], *, width: int = 120, height: int = 32) -> str:
    """Draw a small line for a tile, the last value marked; values stand in the description."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    highest = max((value for _, value in known), default=0) or 1
    step = (width - 10) / max(len(values) - 1, 1)
    points = [(5 + place * step, height - 5 - (height - 10) * value / highest) for place, value in known]
    parts = []
    if points:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLORS[0]}" stroke-width="2"/>')
        parts.append(f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="3" fill="{COLORS[0]}"/>')
    return _svg(title, "、".join(_say(value) for value in values), width, height, parts, heading=False)


# --- timeline ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """One bar of a timeline: its days, the share done (0 to 1), and what is said beside it."""

    label: str
    first: datetime.date
    last: datetime.date
    share: float = 0.0
    said: str = ""
    #: The second kind looks another way, not by colour alone: a dashed edge, stripes for what is done.
    is_second: bool = False


Band = tuple[str, datetime.date, datetime.date]


def timeline(
    title: str,
    bands: Sequence[Band],
    spans: Sequence[Span],
    *,
    kinds: tuple[str, str] = ("", ""),
    width: int = 760,
) -> str:
    """Draw years as bands and a lying bar a span, the done share filled.

    A bar's label stands at its left, what is said of it at its right. Bands follow each other and hold all
    spans. `kinds` name the two looks in the legend.
    """
    left, right = width * 0.3, max((_text_width(span.said) for span in spans), default=0) + 16.0
    time = _Time(left, width - left - right, bands[0][1], bands[-1][2])
    lines = [_wrapped(span.label, left - 26) for span in spans]
    top = _title_height(title) + (24 if any(kinds) else 0)
    y, places = top + 40.0, []
    for line in lines:
        places.append(y)
        y += max(len(line) * 16 + 8, 28)
    parts = [part for number, band in enumerate(bands) for part in _band(time, band, number, top, y)]
    for span, line, at in zip(spans, lines, places, strict=True):
        parts += _span(span, line, at, time, width)
    parts.append(_line(left, y, width - right, y, QUIET))
    if any(kinds):
        parts += _two_looks(kinds, _title_height(title))
    return _svg(title, _tell(bands, spans, kinds), width, y + 8, parts)


@dataclass(frozen=True)
class _Time:
    """Map days to the width of the plot."""

    left: float
    width: float
    first: datetime.date
    last: datetime.date

    def x(self, day: datetime.date) -> float:
        whole = (self.last - self.first).days + 1
        return self.left + self.width * (day - self.first).days / whole


def _band(time: _Time, band: Band, number: int, top: float, bottom: float) -> list[str]:
    """Draw one year as a pale stripe from head to foot, with its name and months above."""
    name, first, last = band
    x, end = time.x(first), time.x(last + datetime.timedelta(days=1))
    middle = (x + end) / 2
    return [
        _rect(x, top, end - x, bottom - top, BANDS[number % 2]),
        _text(middle, top + 15, name, anchor="middle"),
        _text(middle, top + 31, f"{first:%Y.%-m}—{last:%Y.%-m}", anchor="middle", fill=QUIET, size=SIZE - 1),
    ]


def _span(span: Span, lines: Sequence[str], y: float, time: _Time, width: float) -> list[str]:
    """Draw one bar with label and words; both stand outside the plot, so that no text lies on another."""
    parts = [_mark(6, y + 6, span.is_second)]
    parts += [_text(20, y + 16 + 16 * number, line) for number, line in enumerate(lines)]
    x = time.x(span.first)
    long = max(time.x(span.last + datetime.timedelta(days=1)) - x, 6.0)
    parts += _bar_of(x, y + 4, long, 16, max(0.0, min(1.0, span.share)), span.is_second)
    if span.said:
        parts.append(_text(width, y + 16, span.said, anchor="end"))
    return parts


def _bar_of(x: float, y: float, long: float, high: float, share: float, is_second: bool) -> list[str]:
    """Draw an edge and in it what is done: filled, or for the second kind as slanting stripes."""
    dash = ' stroke-dasharray="4 3"' if is_second else ""
    color = COLORS[2] if is_second else COLORS[0]
    place = f'x="{x:.1f}" y="{y:.1f}" width="{long:.1f}" height="{high:.1f}"'
    parts = [f'<rect {place} fill="#FFFFFF" stroke="{color}" stroke-width="1.5"{dash}/>']
    done = long * share
    if done and not is_second:
        parts.append(_rect(x, y, done, high, color))
    if done and is_second:
        parts.append(_stripes(x, y, done, high, color))
    return parts


def _stripes(x: float, y: float, long: float, high: float, color: str) -> str:
    """Draw slanting stripes over the done part, and its end as an upright line."""
    lines = []
    for number in range(1, int((long + high) / 5) + 1):
        foot = number * 5.0  # where the stripe would meet the lower edge, right of x
        x1, y1 = (foot, high) if foot <= long else (long, high - (foot - long))
        x2, y2 = (foot - high, 0.0) if foot >= high else (0.0, high - foot)
        if y1 > y2:
            lines.append(f"M{x + x1:.1f} {y + y1:.1f}L{x + x2:.1f} {y + y2:.1f}")
    lines.append(f"M{x + long:.1f} {y:.1f}V{y + high:.1f}")
    return f'<path d="{"".join(lines)}" fill="none" stroke="{color}" stroke-width="2"/>'


def _mark(x: float, y: float, is_second: bool) -> str:
    """Draw the sign before a label: a filled square, for the second kind an open diamond."""
    if is_second:
        path = f"M{x + 5:.1f} {y:.1f}L{x + 10:.1f} {y + 5:.1f}L{x + 5:.1f} {y + 10:.1f}L{x:.1f} {y + 5:.1f}Z"
        return f'<path d="{path}" fill="#FFFFFF" stroke="{COLORS[2]}" stroke-width="2"/>'
    return _rect(x, y, 10, 10, COLORS[0])


def _two_looks(kinds: tuple[str, str], y: float) -> list[str]:
    parts, x = [], 6.0
    for name, is_second in zip(kinds, (False, True), strict=True):
        parts.append(_mark(x, y + 2, is_second))
        parts += _bar_of(x + 18, y, 40, 14, 0.6, is_second)
        parts.append(_text(x + 66, y + 11.5, name))
        x += 66 + _text_width(name) + 30
    parts.append(_text(x, y + 11.5, "涂满的部分为已完成", fill=QUIET))
    return parts


def _wrapped(text: str, width: float) -> list[str]:
    """Break a label into lines that fit, at any character."""
    lines = [""]
    for mark in text:
        if lines[-1] and _text_width(lines[-1] + mark) > width:
            lines.append("")
        lines[-1] += mark
    return lines


def _tell(bands: Sequence[Band], spans: Sequence[Span], kinds: tuple[str, str]) -> str:
    """Say every band and every bar in words."""
    said = [f"{name} {first}至{last}" for name, first, last in bands]
    for span in spans:
        words = [kinds[span.is_second], f"{span.first}至{span.last}", span.said]
        said.append(f"{span.label}（{'，'.join(filter(None, words))}，完成{round(100 * span.share)}%）")
    return "；".join(said)


# --- upright plots -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plot:
    """Hold the inner frame of an upright chart and map values to it."""

    left: float
    top: float
    bottom: float
    step: float
    most: float
    height: float
    is_angled: bool

    def x(self, place: int) -> float:
        return self.left + self.step * (place + 0.5)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * value / self.most


def _plot(title: str, labels: Sequence[str], series: Series, ticks: Sequence[float], width: int) -> _Plot:
    left = max(_text_width(_say(tick)) for tick in ticks) + 12.0
    step = (width - left - 12) / max(len(labels), 1)
    widest = max((_text_width(label) for label in labels), default=0)
    is_angled = widest > step - 4
    if is_angled and labels:  # the first label leans out to the left
        left = max(left, 0.78 * _text_width(labels[0]) - step / 2)
        step = (width - left - 12) / len(labels)
    foot = 0.66 * widest + 22 if is_angled else 28
    top = _title_height(title) + (24 if any(series) else 0) + 18
    return _Plot(left, top, top + 200, step, ticks[-1], top + 200 + foot, is_angled)


def _columns(title: str, labels: Sequence[str], series: Series, unit: str, width: int) -> str:
    sums = [_sum([values[place] for values in series.values()]) for place in range(len(labels))]
    ticks = _ticks(max((value or 0 for value in sums), default=0))
    plot = _plot(title, labels, series, ticks, width)
    parts = _axes(plot, labels, ticks, [name for name in series if name])
    broad = min(plot.step * 0.64, 56)
    for place, total in enumerate(sums):
        base = 0.0
        for color, values in zip(_colors(len(series)), series.values(), strict=True):
            value = values[place] or 0
            high = plot.y(base) - plot.y(base + value)
            if value:
                parts.append(_rect(plot.x(place) - broad / 2, plot.y(base + value), broad, high, color))
            if value and len(series) > 1 and high >= 14 and _text_width(_say(value), 10) <= broad:
                fill = INK if color == GOLD else "#FFFFFF"
                middle = plot.y(base + value / 2) + 3.5
                parts.append(_text(plot.x(place), middle, _say(value), fill=fill, anchor="middle", size=10))
            base += value
        parts.append(_text(plot.x(place), plot.y(base) - 6, _say(total), anchor="middle", size=11))
    return _svg(title, _describe(labels, series, unit), width, plot.height, parts, unit)


def _axes(plot: _Plot, labels: Sequence[str], ticks: Sequence[float], names: Sequence[str]) -> list[str]:
    """Draw grid, tick values, labels and, for named series, the legend."""
    right = plot.left + plot.step * len(labels)
    parts = []
    for tick in ticks:
        parts.append(_line(plot.left, plot.y(tick), right, plot.y(tick), GRID if tick else QUIET))
        parts.append(_text(plot.left - 8, plot.y(tick) + 4, _say(tick), fill=QUIET, anchor="end"))
    for place, label in enumerate(labels):
        x, y = plot.x(place), plot.bottom + (14 if plot.is_angled else 18)
        turn = f' transform="rotate(-40 {x:.1f} {y:.1f})"' if plot.is_angled else ""
        parts.append(_text(x, y, label, anchor="end" if plot.is_angled else "middle", extra=turn))
    x = plot.left
    for name, color in zip(names, _colors(len(names)), strict=True):
        parts.append(_rect(x, plot.top - 40, 12, 12, color))
        parts.append(_text(x + 18, plot.top - 30, name))
        x += _text_width(name) + 40
    return parts


def _ticks(most: float) -> list[float]:
    """Give four or five round steps from 0 to at least most."""
    power = 10 ** math.floor(math.log10(most / 4)) if most > 0 else 1
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power * 5 >= most)
    step = step if most > 5 or most == 0 else max(step, 1)
    return [step * number for number in range(max(math.ceil(most / step), 1) + 1)]


# --- pieces --------------------------------------------------------------------------------------------


def _svg(
    title: str,
    text: str,
    width: float,
    height: float,
    parts: Sequence[str],
    unit: str = "",
    heading: bool = True,
) -> str:
    """Close the drawing; title and description are what a screen reader says."""
    head = [_text(0, 18, title, size=15)] if heading and title else []
    if unit and heading:
        head.append(_text(width, 18, f"单位：{unit}", fill=QUIET, anchor="end"))
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" {size} '
        f'font-family="{escape(FAMILY)}" font-size="{SIZE}" fill="{INK}">'
        f"<title>{escape(title)}</title><desc>{escape(text)}</desc>{''.join(head)}{''.join(parts)}</svg>"
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    fill: str = INK,
    size: int = SIZE,
    extra: str = "",
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}"'
    return f"<text {place}{extra}>{escape(text)}</text>"


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    edge = f' stroke="{GOLD_EDGE}" stroke-width="1"' if fill == GOLD else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{edge}/>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" stroke-width="1"/>'
    )


def _slice(x: float, y: float, radius: float, hole: float, angle: float, share: float, color: str) -> str:
    """Draw one part of a ring; a whole ring is drawn a hair short, since an arc cannot end where it began."""
    end = angle + 2 * math.pi * min(share, 0.9999)
    large = 1 if share > 0.5 else 0
    (ax, ay), (bx, by) = ((x + math.cos(a) * radius, y + math.sin(a) * radius) for a in (angle, end))
    (cx, cy), (dx, dy) = ((x + math.cos(a) * hole, y + math.sin(a) * hole) for a in (end, angle))
    path = (
        f"M{ax:.2f} {ay:.2f}A{radius} {radius} 0 {large} 1 {bx:.2f} {by:.2f}"
        f"L{cx:.2f} {cy:.2f}A{hole} {hole} 0 {large} 0 {dx:.2f} {dy:.2f}Z"
    )
    edge = GOLD_EDGE if color == GOLD else "#FFFFFF"
    return f'<path d="{path}" fill="{color}" stroke="{edge}" stroke-width="1"/>'


def _colors(number: int) -> list[str]:
    return [COLORS[place % len(COLORS)] for place in range(number)]


def _say(value: Value) -> str:
    if value is None:
        return NOT_REPORTED
    return format_value(value, "int" if float(value).is_integer() else "hours")


def _sum(values: Sequence[Value]) -> Value:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _describe(labels: Sequence[str], series: Series, unit: str) -> str:
    """Say every value in words."""
    lines = []
    for name, values in series.items():
        said = "，".join(f"{label} {_say(value)}{unit}" for label, value in zip(labels, values, strict=True))
        lines.append(f"{name}：{said}" if name else said)
    return "；".join(lines)


def _text_width(text: str, size: int = SIZE) -> float:
    return display_width(text) * size * 0.54


def _title_height(title: str) -> int:
    return 34 if title else 6
