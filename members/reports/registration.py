"""How far a registration round is: every school in exactly one column, by group."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from guanweihui.models import Due, Round
from guanweihui.tables import Column, Row, Table, total_row

#: The columns that add up to 应报, in the order of the table.
SHARES = {"on_time": "按时", "late": "逾期报送", "nil": "零报告", "waived": "免报", "missing": "未报"}
COLUMNS = (
    Column("group", "协作组", width=18),
    Column("due", "应报学校", width=10, format="int", total=True),
    Column("sent", "已报送", width=10, format="int", total=True),
    *(Column(key, label, ("其中",), width=10, format="int", total=True) for key, label in SHARES.items()),
    Column("accepted", "已通过", width=10, format="int", total=True),
    Column("people", "登记人数", width=10, format="int", total=True),
)


def share_of(due: Due) -> str:
    """Name the column a due counts in; one sent back counts as missing until it comes again."""
    if due.state == Due.State.WAIVED:
        return "waived"
    if due.state == Due.State.NIL:
        return "nil"
    if due.state in Due.UNMET or due.met_at is None:
        return "missing"
    return "on_time" if due.met_at <= due.closes_at() else "late"


def progress_table(round_: Round, dues: Iterable[Due], *, reporting_unit: str = "") -> Table:
    """One row a group, in the order of the dues (registration_dues), the whole first, then its shares."""
    counts: dict[str, Counter] = {}
    for due in dues:
        tally = counts.setdefault(due.school.group.short_name, Counter())
        tally.update({"due": 1, share_of(due): 1})
        if due.state == Due.State.ACCEPTED:
            tally.update({"accepted": 1, "people": sum(sent.people for sent in due.registrations.all())})
    rows = [Row(_cells(name, tally)) for name, tally in counts.items()]
    whole = sum(counts.values(), Counter())
    shares = Row(("占应报", *_percents(whole)), kind="subtotal")
    return Table(
        key="registration_progress",
        title=f"{round_.title}报送进度",
        columns=COLUMNS,
        rows=(shares, *rows) if whole["due"] else (),
        total=total_row(COLUMNS, rows),
        reporting_unit=reporting_unit,
        unit_line="所、人",
        notes=(
            "已报送＝按时＋逾期报送＋零报告；五项其中之和等于应报学校，即100%。",
            "退回后尚未重报的学校计入未报；登记人数只计区里已通过的名单。",
        ),
    )


def _cells(name: str, tally: Mapping[str, int]) -> tuple[Any, ...]:
    sent = tally["on_time"] + tally["late"] + tally["nil"]
    shares = [tally[key] for key in SHARES]
    return (name, tally["due"], sent, *shares, tally["accepted"], tally["people"])


def _percents(whole: Mapping[str, int]) -> list[Any]:
    """Write the shares in percent with one digit so that they add up to exactly 100.0."""
    due = whole["due"] or 1
    exact = {key: whole[key] * 1000 / due for key in SHARES}
    parts = {key: int(value) for key, value in exact.items()}
    by_rest = sorted(SHARES, key=lambda key: parts[key] - exact[key])
    for key in by_rest[: (1000 if whole["due"] else 0) - sum(parts.values())]:
        parts[key] += 1
    sent = parts["on_time"] + parts["late"] + parts["nil"]
    return ["100.0%", _words(sent), *(_words(parts[key]) for key in SHARES), None, None]


def _words(thousandths: int) -> str:
    return f"{thousandths / 10:.1f}%"
