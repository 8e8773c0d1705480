"""What the pages of a trip share, for office, pair and school: its facts, days, hours and photos."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from guanweihui import uploads
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark
from guanweihui.models import Attachment
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.templatetags.portal import moment, weekday
from members.models import ServiceRecord
from outreach.models import Trip, TripService
from outreach.models.trips import COUNTS
from outreach.reports import trips as words
from outreach.workflow.trips import Moved
from outreach.workflow.trips_files import photos_of

#: A state of a trip and the look of its word.
KINDS = {
    Trip.Status.DRAFT: "plain",
    Trip.Status.SUBMITTED: "warn",
    Trip.Status.CONFIRMED: "ok",
    Trip.Status.RETURNED: "wrong",
    Trip.Status.VOID: "void",
}
DAY_COLUMNS = (
    ListColumn("日期", is_name=True),
    ListColumn("服务时间"),
)
SERVICE_COLUMNS = (
    ListColumn("日期", is_name=True),
    ListColumn("下校人员"),
    ListColumn("服务时间"),
    ListColumn("服务记录"),
    ListColumn("没有记入的原因", is_long=True),
)
RECORD_KINDS = {ServiceRecord.Status.CONFIRMED: "ok", ServiceRecord.Status.STRUCK: "void"}


def mark_of(trip: Trip) -> Mark:
    return Mark(trip.get_status_display(), KINDS[Trip.Status(trip.status)])


def facts_of(trip: Trip) -> list[Fact]:
    """Write a trip as its paper form does; where it stands comes last."""
    return [
        Fact("受援学校", f"{trip.host_school.name}（{trip.host_school.region}）"),
        Fact("下校人员", words.people_words(trip)),
        Fact("时间", trip.span),
        Fact("天数", words.days_words(trip.half_days)),
        Fact("下校内容", trip.purpose, wide=True),
        *(Fact(words.UNITS[name][0], f"{getattr(trip, name):,} {words.UNITS[name][1]}") for name in COUNTS),
        Fact("赠送物资", words.materials_words(trip) or "无"),
        Fact("往返交通", words.travel_words(trip), wide=True),
        Fact("收获和建议", trip.words, wide=True),
    ]


def handling_of(trip: Trip) -> list[Fact]:
    """Write who entered, sent and confirmed the trip."""
    facts = [Fact("登记", words.entered_words(trip))]
    if trip.behalf_basis:
        facts.append(Fact("代报依据", trip.behalf_basis))
    facts.append(Fact("提交", moment(trip.submitted_at) or "还没有提交"))
    if trip.status == Trip.Status.RETURNED:
        facts.append(Fact("退回原因", said_back(trip), wide=True))
    else:
        facts.append(Fact("确认", words.confirmed_words(trip) or "还没有确认", wide=True))
        if trip.confirm_words:
            facts.append(Fact("受援学校意见", trip.confirm_words, wide=True))
    return facts


def said_back(trip: Trip) -> str:
    """Say why a trip came back, and who said so."""
    by = f"（{trip.confirmer_name}）" if trip.confirmer_name else ""
    return f"{trip.confirm_words}{by}"


def confirmed_before(trip: Trip) -> str:
    """Say who confirmed a trip and when; nothing while nobody has."""
    return words.confirmed_words(trip) if trip.status == Trip.Status.CONFIRMED else ""


def day_rows(trip: Trip) -> list[ListRow]:
    return [
        ListRow(
            (
                f"{day.served_on:%Y-%m-%d} {weekday(day.served_on)}",
                f"{day.half_hours / 2:g} 小时" if day.half_hours else "路途，不计",
            )
        )
        for day in trip.days.all()
    ]


def service_rows(request: HttpRequest, trip: Trip) -> list[ListRow]:
    """Write what each day became in each traveller's hours."""
    reads = reach_of(request.user).serves(*DISTRICT_WIDE)
    return [service_row(line, reads) for line in TripService.objects.visible_to(request.user).of(trip)]


def service_row(line: TripService, reads: bool) -> ListRow:
    record, name = line.record, line.member.person.name
    word: Any = Mark("没有记入", "wrong")
    if record is not None:
        word = Mark(record.get_status_display(), RECORD_KINDS.get(record.status, "warn"))
    url = reverse("record-detail", args=[record.pk]) if record is not None and reads else ""
    hours = f"{line.day.half_hours / 2:g} 小时"
    cells = (
        f"{line.day.served_on:%Y-%m-%d}",
        Link(name, url) if url else name,
        hours,
        word,
        line.fault,
    )
    return ListRow(cells, key=str(line.pk), name=name)


def needs_of(trip: Trip) -> list[str]:
    return [f"{one.get_field_display()}：{one.text}" for one in trip.needs.all()]


def items_of(trip: Trip) -> list[str]:
    return [f"第{one.year_no}年：{one.title}" for one in trip.items.all()]


def shown_photos(trip: Trip) -> list[tuple[Attachment, str]]:
    """Pair a trip's photos with their addresses, oldest first."""
    return [(one, reverse("trip-photo", args=[trip.pk, one.pk])) for one in photos_of(trip)]


def answer_attachment(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    """Hand out a file of a trip that the reader sees: a picture in the page, in a sandbox either way."""
    content = uploads.hand_out(attachment, by=request.user, at=timezone.now())
    response = HttpResponse(content, content_type=attachment.content_type)
    download = attachment.content_type != uploads.JPEG
    response["Content-Disposition"] = content_disposition_header(download, attachment.original_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def crumbs_of(request: HttpRequest, trip: Trip | None = None) -> list[tuple[str, str]]:
    """Lead back to the principal's own page, or to the list."""
    own = reach_of(request.user).serves(Role.OUTREACH)
    first = ("我的下乡", reverse("principal-home")) if own else ("下校记录", reverse("trip-list"))
    return [first, *([(str(trip), reverse("trip-detail", args=[trip.pk]))] if trip else ())]


def seen(form: Any, trip: Trip, step: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Take a step on what the page showed; when the trip was changed since, what was typed stays.

    The form then carries the version that this page shows, so that a second press answers what is read now.
    """

    def taken(data: dict[str, Any]) -> Any:
        try:
            return step({**data, "version": data["version"] or 0})
        except Moved:
            form.data = form.data.copy()
            form.data["version"] = trip.version
            raise

    return taken
