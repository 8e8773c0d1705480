"""Figures of trips, all from confirmed ones; the list as a table; the sheet that a host school seals."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate, Q, Sum
from django.utils import timezone

from guanweihui.figures import Period, Source, counted, figure, summed
from guanweihui.tables import Column, Row, Table
from outreach.models import Trip
from outreach.models.trips import COUNTS, HALF_DAYS

if TYPE_CHECKING:
    from guanweihui.documents.forms import PaperForm

#: Said with every figure: what is summed.
CONFIRMED_ONLY = "受援学校已确认的下校记录，按离校日期计入统计年度；草稿、待确认、退回和作废的不计"


def _confirmed(actor: Any, period: Period) -> Any:
    return Trip.objects.visible_to(actor).confirmed().within(period.first, period.last)


CONFIRMED = Source("trips", _confirmed)
#: The same rows; apart, because counting the people of a trip would count the trip once for each of them.
TRAVELLED = Source("trip_people", _confirmed)


def summed_half_days(where: Q) -> Aggregate:
    """Add the half days of the stays up."""
    return Sum(HALF_DAYS, filter=where, default=0)


UNITS = {
    "lessons_observed": ("听课节数", "节", "听课"),
    "lessons_reviewed": ("评课节数", "节", "评课"),
    "lessons_taught": ("上课节数", "节", "上课"),
    "lectures": ("讲座场次", "场次", "讲座"),
    "lecture_attendances": ("讲座参加人次", "人次", "讲座参加"),
    "research_sessions": ("教研次数", "次", "教研"),
    "mentor_pairs": ("师徒结对数", "对", "师徒结对"),
}

figure(
    "outreach.trips",
    "下校次数",
    "次",
    f"{CONFIRMED_ONLY}；几个人同去一次算一次",
    CONFIRMED,
    route="trip-list",
)
figure(
    "outreach.trip_people",
    "下校人数",
    "人",
    f"{CONFIRMED_ONLY}；其中下校的人，同一个人去几次算一人",
    TRAVELLED,
    counted("members__person"),
    route="trip-list",
)
figure(
    "outreach.trip_half_days",
    "下校时间",
    "半天",
    f"{CONFIRMED_ONLY}；从到校到离校的半天数相加，几个人同去只算一次，两个半天为一天",
    CONFIRMED,
    summed_half_days,
    route="trip-list",
)
for _name, (_label, _unit, _) in UNITS.items():
    figure(
        f"outreach.{_name}",
        _label,
        _unit,
        f"{CONFIRMED_ONLY}；各次填写的{_label}相加，几个人同去只填一次",
        CONFIRMED,
        summed(_name),
        route="trip-list",
    )


# --- words --------------------------------------------------------------------------------------------


def days_words(half_days: int) -> str:
    """Write 3 天, or 1.5 天."""
    return f"{half_days / 2:g} 天"


def people_words(trip: Trip) -> str:
    """Name who travels with the number of the trip, once it has one."""
    return "、".join(str(one) for one in trip.members.all())


def hours_words(trip: Trip) -> str:
    """Write the hours of each day, a day of travel as such."""
    days = sorted(trip.days.all(), key=lambda one: one.served_on)
    return "，".join(
        f"{one.served_on:%m-%d} {f'{one.half_hours / 2:g} 小时' if one.half_hours else '路途'}"
        for one in days
    )


def travel_words(trip: Trip) -> str:
    hours = f"路途 {trip.travel_hours.normalize():f} 小时（不计入服务时间）" if trip.travel_hours else ""
    return "，".join(filter(None, (trip.travel, hours)))


def materials_words(trip: Trip) -> str:
    worth = f"折合 {trip.materials_yuan:,} 元" if trip.materials_yuan else ""
    return "，".join(filter(None, (trip.materials, worth)))


def confirmed_words(trip: Trip) -> str:
    """Say who confirmed, how and when; nothing while nobody has."""
    if trip.confirmed_at is None:
        return ""
    moment = timezone.localtime(trip.confirmed_at)
    return f"{trip.confirmer_name}　{trip.get_proof_display()}　{moment:%Y-%m-%d %H:%M}"


def entered_words(trip: Trip) -> str:
    """Say who typed it, and for whom."""
    moment = f"{timezone.localtime(trip.entered_at):%Y-%m-%d %H:%M}"
    if trip.entered_link is not None or trip.entered_by is None:
        who = trip.entered_link.holder_name if trip.entered_link else "系统"
        return f"{who}　{moment}"
    return f"{trip.entered_by}代{trip.pairing.principal_name}登记　{moment}"


# --- the list as a table ------------------------------------------------------------------------------

COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("people", "下校人员", width=26),
    Column("host_school", "受援学校", width=24),
    Column("from_on", "到校", width=12, format="date"),
    Column("to_on", "离校", width=12, format="date"),
    Column("days", "天数", width=8, format="hours", total=True),
    Column("purpose", "下校内容", width=30),
    *(Column(name, f"{words}（{unit}）", width=10, format="int") for name, (_, unit, words) in UNITS.items()),
    Column("status", "状态", width=16),
    Column("confirmed", "确认", width=30),
)


def trip_table(trips: Iterable[Trip], totals: dict[str, int], *, reporting_unit: str = "") -> Table:
    """One row a trip in the order given; the total adds the confirmed ones alone (`totals` of the query)."""
    rows = tuple(
        Row(
            (
                number,
                people_words(trip),
                trip.host_school.name,
                trip.from_on,
                trip.to_on,
                trip.half_days / 2,
                trip.purpose,
                *(getattr(trip, name) for name in COUNTS),
                trip.get_status_display(),
                confirmed_words(trip),
            )
        )
        for number, trip in enumerate(trips, start=1)
    )
    sums = [totals[name] for name in COUNTS]
    total = Row(
        (None, f"已确认合计 {totals['trips']} 次", None, None, None, totals["half_days"] / 2, None, *sums)
        + (None, None),
        kind="total",
    )
    notes = (
        "合计只含受援学校已确认的下校记录。",
        "天数、节数和场次按次计算，几个人同去只算一次；路途不计入服务时间。",
    )
    return Table(
        "trips", "老校长下校记录", COLUMNS, rows, total=total, reporting_unit=reporting_unit, notes=notes
    )


# --- the sheet to be sealed ---------------------------------------------------------------------------

#: So many characters of the principal's words are printed; the rest stands in the portal.
WORDS_PRINTED = 400


def confirmation_sheet(trip: Trip, *, unit: str) -> "PaperForm":
    """Write a trip as the paper that its host school signs and seals (下校确认单), on one A4 page."""
    from guanweihui.documents.forms import Box, Pair, PaperForm

    counts = [Pair(words, f"{getattr(trip, name)} {unit_}") for name, (_, unit_, words) in UNITS.items()]
    words = (
        trip.words if len(trip.words) <= WORDS_PRINTED else f"{trip.words[:WORDS_PRINTED]}……（全文在平台）"
    )
    lines = [
        [Pair("受援学校", trip.host_school.name, 2), Pair("地区", trip.host_school.region, 2)],
        [Pair("下校人员", people_words(trip), 5)],
        [Pair("时间", trip.span, 3), Pair("天数", days_words(trip.half_days))],
        [Pair("下校内容", trip.purpose, 5)],
        counts[:3],
        counts[3:6],
        [counts[6], Pair("赠送物资", materials_words(trip) or "无", 3)],
        [Pair("每日服务", hours_words(trip), 5)],
        [Pair("往返交通", travel_words(trip) or "未填写", 5)],
        [Pair("收获建议", words or "未填写", 5)],
    ]
    return PaperForm(
        title="老校长下校确认单",
        unit=unit,
        lines=lines,
        beside=0,
        sign_label="确认人",
        sign_words="以上情况属实。",
        boxes=(Box("受援学校意见"),),
        note=f"下校记录 {trip.pk} 号",
    )
