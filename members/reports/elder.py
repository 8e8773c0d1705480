"""What a volunteer reads on the large-type pages: his own service and papers, and what is coming."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from guanweihui import elder_papers
from guanweihui.documents import pdf, slips
from guanweihui.elder_papers import ElderPaper
from guanweihui.models import District
from guanweihui.templatetags.portal import cn_date, weekday
from guanweihui.workflow import Refused
from members.models import (
    AnnualRegistration,
    Card,
    Correction,
    OutingPlace,
    Person,
    ServiceCertificate,
    ServiceKind,
    ServiceRecord,
    ServiceSheet,
    Slip,
    TeamMembership,
)
from members.reports.service import tier_of, tiers_on

#: An answer to a report of something wrong stays among the notices for so long.
ANSWERED_DAYS = 90
OFFICE = "区教育关工委办公室"
PHONE = re.compile(r"\+?[0-9][0-9 —-]{5,}[0-9]")


@dataclass(frozen=True)
class Activity:
    """One coming activity, in words to be read aloud."""

    on: datetime.date
    clock: str
    place: str
    what: str
    contact: str
    phone: str

    @property
    def day(self) -> str:
        return day_words(self.on)

    @property
    def number(self) -> str:
        return dialled(self.phone)


@dataclass(frozen=True)
class Notice:
    """One thing to know; an activity brings its contact along."""

    title: str
    words: str
    activity: Activity | None = None


@dataclass(frozen=True)
class Helpline:
    """Somebody to call: his name, the number as it reads, and as it is dialled."""

    who: str
    phone: str

    @property
    def number(self) -> str:
        return dialled(self.phone)


@dataclass(frozen=True)
class Totals:
    """Confirmed service: times and hours of this year, and the hours of all years; training stands apart."""

    times: int
    hours: float
    all_hours: float
    training_hours: float


@dataclass(frozen=True)
class Board:
    """The first page: a line for each tile, and the next activity."""

    totals: Totals
    notices: Sequence[Notice]
    has_card: bool
    papers: int
    next: Activity | None


# --- words ------------------------------------------------------------------------------------------------


def day_words(day: datetime.date) -> str:
    """Write 11月18日 星期三; the year stands in front when it is not this one."""
    lead = f"{day.year}年" if day.year != timezone.localdate().year else ""
    return f"{lead}{day.month}月{day.day}日 {weekday(day)}"


def clock_words(time: datetime.time | None) -> str:
    """Write 上午9:00, as it is said."""
    if time is None:
        return ""
    half = "上午" if time.hour < 12 else "下午"
    return f"{half}{time.hour if time.hour <= 12 else time.hour - 12}:{time.minute:02}"


def hours_words(half_hours: int) -> str:
    """Write 2 小时, or 1.5 小时."""
    return f"{half_hours / 2:g} 小时"


def dialled(phone: str) -> str:
    """Keep what a telephone dials; the first number when there are several."""
    found = PHONE.search(phone)
    return re.sub(r"[^0-9+]", "", found.group()) if found else ""


# --- what is the holder's -----------------------------------------------------------------------------------


def totals_of(actor: Any, today: datetime.date) -> Totals:
    """Add up the holder's confirmed records."""
    service = Q(kind=ServiceKind.SERVICE)
    this_year = service & Q(served_on__year=today.year)
    sums = (
        ServiceRecord.objects.visible_to(actor)
        .confirmed()
        .aggregate(
            times=Count("pk", filter=this_year),
            hours=Sum("half_hours", filter=this_year),
            all_hours=Sum("half_hours", filter=service),
            training_hours=Sum("half_hours", filter=Q(kind=ServiceKind.TRAINING)),
        )
    )
    times = sums.pop("times")
    return Totals(times, **{name: (half_hours or 0) / 2 for name, half_hours in sums.items()})


def star_of(district: District, hours: float, today: datetime.date) -> str:
    """Name the star tier that these hours reach; empty below the first."""
    tier = tier_of(hours, tiers_on(district, today))
    return tier.name if tier else ""


def activities_of(actor: Any, today: datetime.date) -> list[Activity]:
    """Return the activities that the holder is expected at and the outings he has a place on, in order."""
    sheets = ServiceSheet.objects.visible_to(actor).coming(today)
    places = OutingPlace.objects.visible_to(actor).coming(today).defer(*SEALED)
    found = [
        Activity(
            sheet.held_on,
            clock_words(sheet.starts_at),
            sheet.place,
            sheet.content,
            sheet.contact,
            sheet.contact_phone,
        )
        for sheet in sheets
    ]
    found += [
        Activity(
            outing.held_on,
            clock_words(outing.meets_at),
            outing.meeting_place or outing.place,
            outing.name,
            outing.contact,
            outing.contact_phone,
        )
        for outing in (place.outing for place in places)
    ]
    return sorted(found, key=lambda activity: activity.on)


#: What the large-type pages never open of a place on an outing.
SEALED = ("family_member", "emergency_contact", "emergency_phone")


def card_of(actor: Any, today: datetime.date) -> Card | None:
    """Return the holder's valid card, with `is_registered` for this year; None without one."""
    registered = AnnualRegistration.objects.filter(card=OuterRef("pk"), year=today.year)
    cards = Card.objects.visible_to(actor).valid().annotate(is_registered=Exists(registered))
    return cards.select_related("person__school").first()


def must_register(card: Card, today: datetime.date) -> bool:
    """Tell whether a card waits for this year's registration; in its first year it needs none."""
    return card.year < today.year and not card.is_registered  # type: ignore[attr-defined]


def certificates_of(actor: Any) -> list[ServiceCertificate]:
    """Return the holder's certificates of service that are posted or issued, the newest first."""
    shown = {ServiceCertificate.Status.POSTED, ServiceCertificate.Status.ISSUED}
    return [one for one in ServiceCertificate.objects.visible_to(actor).for_list() if one.status in shown]


def papers_of(actor: Any, certificates: Iterable[ServiceCertificate]) -> list[ElderPaper]:
    """Join the issued certificates of service and what the other apps gave to the holder."""
    issued = [one for one in certificates if one.status == ServiceCertificate.Status.ISSUED]
    own = [
        ElderPaper(
            f"志愿服务记录证明（{one.half_hours / 2:g} 小时）",
            one.number,
            one.issued_on,
            one.issuer.full_name,
        )
        for one in issued
    ]
    return own + elder_papers.of_holder(actor)


def notices_of(
    actor: Any,
    today: datetime.date,
    *,
    activities: Sequence[Activity],
    card: Card | None,
    certificates: Iterable[ServiceCertificate],
) -> list[Notice]:
    """Derive what the holder should know now; nothing of it is stored twice."""
    notices = [Notice("请您参加活动", f"{one.day} {one.clock}，{one.what}", one) for one in activities]
    if card is not None and must_register(card, today):
        notices.append(
            Notice("志愿者证要注册", f"您的志愿者证 {today.year} 年还没有注册，请和所在学校联系。")
        )
    notices += [
        Notice(
            "服务证明正在公示",
            f"{cn_date(one.posted_on)}至{cn_date(one.posted_until)}在{one.issuer.short_name}公示，"
            f"共 {one.half_hours / 2:g} 小时。",
        )
        for one in certificates
        if one.status == ServiceCertificate.Status.POSTED
    ]
    since = timezone.now() - datetime.timedelta(days=ANSWERED_DAYS)
    answered = Correction.objects.visible_to(actor).answered_since(since)
    notices += [Notice(f"您反馈的“{one.get_about_display()}”已处理", one.resolution) for one in answered]
    return notices


def board_of(actor: Any, today: datetime.date) -> Board:
    """Gather the first page."""
    activities, card = activities_of(actor, today), card_of(actor, today)
    certificates = certificates_of(actor)
    notices = notices_of(actor, today, activities=activities, card=card, certificates=certificates)
    return Board(
        totals=totals_of(actor, today),
        notices=notices,
        has_card=card is not None,
        papers=len(papers_of(actor, certificates)),
        next=activities[0] if activities else None,
    )


def helplines_of(actor: Any, person: Person, today: datetime.date) -> list[Helpline]:
    """Return whom the volunteer may call: his teams' offices, then the district's."""
    memberships = TeamMembership.objects.visible_to(actor).serving(today).for_roster()
    teams = {one.team.name: one.team.phone for one in memberships if one.team.phone}
    lines = [Helpline(name, phone) for name, phone in teams.items()]
    if contact := person.district.contact.removeprefix(OFFICE).strip(" 　：:"):
        lines.append(Helpline(OFFICE, contact))
    return lines


def slip_paper(
    slip: Slip, *, code: str, link_url: str, code_url: str, helplines: Sequence[Helpline]
) -> bytes:
    """Print a slip just given out. Raises Refused when a character has no font, or without PDF."""
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    person = slip.person
    paper = slips.SlipPaper(
        name=person.name,
        unit=person.school.short_name,
        code=code,
        link_url=link_url,
        code_url=code_url,
        expires_on=timezone.localdate(person.slip_link.expires_at),
        helplines=tuple((line.who, line.phone) for line in helplines[:2]),
        organ=person.district.committee_name,
    )
    try:
        return slips.slip(paper)
    except pdf.Unprintable as fault:
        raise Refused(str(fault)) from fault
