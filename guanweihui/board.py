"""The 应报未报 board: how many sent, are late, are missing or waived, and the words that chase them.

Pure functions over dues that DueQuerySet.standing() judged; the four standings always make up the whole.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from guanweihui import text
from guanweihui.models import Due, Round
from guanweihui.tables import Column, Row, Table

Standing = Due.Standing
HOUR = datetime.timedelta(hours=1)
PROGRESS, COMPLETENESS = "round_progress", "round_completeness"
PROGRESS_COLUMNS = (
    Column("group", "协作组", width=18),
    Column("due", "应报", width=8, format="int"),
    *(
        column
        for standing in Standing
        for column in (
            Column(standing.value, "学校", (standing.label,), width=8, format="int"),
            Column(f"{standing.value}_share", "占比", (standing.label,), width=9, format="percent"),
        )
    ),
)
COMPLETENESS_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("group", "协作组", width=18),
    Column("school", "学校", width=24),
    Column("standing", "报送情况", width=12, align="center"),
    Column("state", "办理状态", width=14, align="center"),
    Column("deadline", "截止时间", width=18, align="center"),
    Column("met", "报送时间", width=21, align="center"),
    Column("reason", "说明", width=24),
)
PROGRESS_NOTE = "按时、逾期补报、未报、免报之和等于应报，占比之和为100%；零报告算已报送，退回未重报算未报。"


def shares(counts: Sequence[int]) -> list[Decimal]:
    """Write counts as percents with one digit that add up to exactly 100.0; all 0 when there is nothing.

    The largest remainders get what rounding down leaves over, the earlier one first.
    """
    whole = sum(counts)
    if not whole:
        return [Decimal("0.0") for _ in counts]
    parts = [count * 1000 // whole for count in counts]
    by_rest = sorted(range(len(counts)), key=lambda place: -(counts[place] * 1000 % whole))
    for place in by_rest[: 1000 - sum(parts)]:
        parts[place] += 1
    return [Decimal(part).scaleb(-1) for part in parts]


@dataclass(frozen=True)
class Tally:
    """How the dues of one unit stand: a count for each Standing, in its order."""

    name: str
    counts: tuple[int, ...]
    key: int | None = None

    @property
    def whole(self) -> int:
        return sum(self.counts)

    @property
    def missing(self) -> int:
        return self.count(Standing.MISSING)

    @property
    def shares(self) -> list[Decimal]:
        return shares(self.counts)

    def count(self, standing: Standing) -> int:
        return self.counts[list(Standing).index(standing)]

    def parts(self) -> list[tuple[Standing, int, Decimal]]:
        """Give each standing with its count and its percent."""
        return list(zip(Standing, self.counts, self.shares, strict=True))


def tally(name: str, counted: Mapping[Any, int], key: Any = None) -> Tally:
    """Make the tally of one unit from count_standings()."""
    return Tally(name, tuple(counted.get((key, standing.value), 0) for standing in Standing), key)


def tallies(groups: Iterable[Any], counted: Mapping[Any, int]) -> list[Tally]:
    """Tally each group that owes something, in the order given."""
    found = (tally(group.short_name, counted, group.pk) for group in groups)
    return [one for one in found if one.whole]


def total(lines: Iterable[Tally], name: str = "合　计") -> Tally:
    columns = zip(*(line.counts for line in lines), strict=True)
    return Tally(name, tuple(sum(column) for column in columns) or (0,) * len(Standing))


def by_group(dues: Iterable[Due]) -> list[Tally]:
    """Tally dues loaded with standing and group, in their order."""
    counts: dict[Any, Counter] = {}
    for due in dues:
        counts.setdefault(due.school.group, Counter())[due.standing] += 1  # type: ignore[attr-defined]
    return [
        Tally(group.short_name, tuple(count[standing.value] for standing in Standing), group.pk)
        for group, count in counts.items()
    ]


# --- words ------------------------------------------------------------------------------------------------


def further_words(due: Due, now: datetime.datetime) -> str:
    """Say what the standing does not: 填报中, 已退回, 零报告, 已通过; 逾期 after its own deadline."""
    words = [] if due.state in (Due.State.WAITING, Due.State.WAIVED) else [due.get_state_display()]
    if due.state in Due.UNMET and now > due.closes_at():
        words.append("逾期")
    return "，".join(words)


def deadline_words(moment: datetime.datetime) -> str:
    """Write 11月28日（星期六）17:00."""
    return text.deadline_cn(timezone.localtime(moment))


def grace_words(round_: Round) -> str:
    """State the grace rule of a round, as every page about it does."""
    if round_.grace_minutes:
        return f"截止后宽限 {round_.grace_minutes} 分钟，以平台时间为准"
    return "到时不再接收，以平台时间为准"


def time_left(until: datetime.datetime, now: datetime.datetime, *, with_minutes: bool = False) -> str:
    """Say how long is left, or how long ago it was, in hours; in minutes where it is less than one."""
    is_over = now > until
    minutes = int(abs(until - now).total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    amount = f" {hours} 小时" if hours else f" {minutes} 分钟" if minutes else "不足 1 分钟"
    if with_minutes and hours and rest:
        amount += f" {rest} 分钟"
    return f"已逾期{amount}" if is_over else f"还剩{amount}"


def urgency(round_: Round, now: datetime.datetime) -> str:
    """Say how long a round still takes filings: to the deadline, then the grace, then how long it is over."""
    if round_.deadline_at < now <= round_.closes_at:
        return f"已到截止时间，宽限到 {timezone.localtime(round_.closes_at):%H:%M}"
    return time_left(round_.deadline_at, now)


@dataclass(frozen=True)
class Reminder:
    """The 催报 text of one group: exactly its schools that still owe the round."""

    group: str
    key: int
    schools: int
    words: str

    @property
    def note(self) -> str:
        return f"{self.schools} 所学校未报"

    @property
    def rows(self) -> int:
        """Return the height of the box that shows the whole text on a phone's width, near enough."""
        return len(self.words) // 32 + 2


def reminders(round_: Round, dues: Iterable[Due], now: datetime.datetime) -> list[Reminder]:
    """Write a text for each group with unmet dues among these; they come in the board's order."""
    return [
        Reminder(group.short_name, group.pk, len(found), _reminder(round_, group.short_name, found, now))
        for group, found in unmet_by_group(dues)
    ]


def unmet_by_group(dues: Iterable[Due]) -> list[tuple[Any, list[Due]]]:
    """Give each group with unmet dues among these, and those dues, in the order given."""
    groups: dict[Any, list[Due]] = {}
    for due in dues:
        if due.state in Due.UNMET:
            groups.setdefault(due.school.group, []).append(due)
    return list(groups.items())


def _reminder(round_: Round, group: str, dues: Sequence[Due], now: datetime.datetime) -> str:
    names = "、".join(_name(due) for due in dues)
    if now > round_.closes_at:
        ask = "请尽快与区关工委办公室联系延期，再登录平台补报。"
    else:
        ask = "请尽快登录平台填报并提交；确实没有内容可报的，请用“零报告”答复。"
    return (
        f"【催报】{round_.quoted}截止时间为{deadline_words(round_.deadline_at)}，{urgency(round_, now)}。"
        f"{group}还有 {len(dues)} 所学校未报：{names}。{ask}"
    )


def _name(due: Due) -> str:
    notes = ["已退回，待修改"] if due.state == Due.State.RETURNED else []
    notes += [f"延期至{deadline_words(due.deadline_at)}"] if due.deadline_at else []
    return f"{due.school.short_name}（{'；'.join(notes)}）" if notes else due.school.short_name


# --- tables -----------------------------------------------------------------------------------------------


def progress_table(
    round_: Round,
    lines: Sequence[Tally],
    *,
    reporting_unit: str = "",
    links: Mapping[int | None, Mapping[str, str]] | None = None,
) -> Table:
    """One row a group with count and percent of each standing; `links` by group key, None for the total."""
    links = links or {}
    whole = total(lines)
    return Table(
        key=PROGRESS,
        title=f"{round_.title}报送进度",
        columns=PROGRESS_COLUMNS,
        rows=tuple(Row(_cells(line), links=links.get(line.key, {})) for line in lines),
        total=Row(_cells(whole), "total", links.get(None, {})),
        reporting_unit=reporting_unit,
        unit_line="所、%",
        notes=(PROGRESS_NOTE,),
    )


def _cells(line: Tally) -> tuple[Any, ...]:
    pairs = (cell for _, count, share in line.parts() for cell in (count, share))
    return (line.name, line.whole, *pairs)


def completeness_table(round_: Round, dues: Iterable[Due], *, reporting_unit: str = "") -> Table:
    """One row a school that owes the round, in the board's order, with when it was due and when it came."""
    found = list(dues)
    parts = _whole(found).parts()
    words = "，".join(f"{standing.label} {count}（{share}%）" for standing, count, share in parts)
    deadline = f"截止时间{_stamp(round_.deadline_at)}，{grace_words(round_)}。"
    return Table(
        key=COMPLETENESS,
        title=f"{round_.title}报送情况表",
        columns=COMPLETENESS_COLUMNS,
        rows=tuple(Row(_line(number, due)) for number, due in enumerate(found, start=1)),
        reporting_unit=reporting_unit,
        unit_line="所",
        notes=(f"应报 {len(found)} 所：{words}。", deadline),
    )


def _whole(dues: Sequence[Due]) -> Tally:
    return total(by_group(dues)) if dues else Tally("", (0,) * len(Standing))


def _line(number: int, due: Due) -> tuple[Any, ...]:
    return (
        number,
        due.school.group.short_name,
        due.school.short_name,
        Standing(due.standing).label,  # type: ignore[attr-defined]
        due.get_state_display(),
        _stamp(due.deadline_at or due.round.deadline_at) + ("（延期）" if due.deadline_at else ""),
        f"{timezone.localtime(due.met_at):%Y-%m-%d %H:%M:%S}" if due.met_at else None,
        due.reason,
    )


def _stamp(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
