"""The matrix of pairs: what each has and what it lacks, with where to mend it. Not a statistic."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max

from guanweihui.models import AccessLink
from guanweihui.tables import Column, Row, Table
from outreach.models import Need, Pairing, Partnership, PlanItem, Programme, ResearchVisit, Trip

#: Heads of the matrix, after the programme's.
HEADS = (
    "老校长",
    "助理",
    *(kind.label for kind in Partnership.Kind),
    "协议",
    "两校调研",
    "未解决需求",
    "方案任务",
    "最近下校",
    "老校长链接",
)
#: Said under the matrix.
NOTES = (
    "“方案任务”只数已审定方案中针对这两所学校需求的任务；“最近下校”只看受援学校已确认的下校。",
    "导入时，老校长的姓名在原单位只有一人同名的，自动连到他的人员档案；助理没有印出单位，"
    "平台不猜是哪一位，请在“修改结对”中选定。",
    "受援学校不是本区学校，不计入本区学校数。",
)


@dataclass(frozen=True)
class Part:
    """One statement of a cell: words, and what lacks, with the route and key where it is mended."""

    words: str = ""
    lack: str = ""
    route: str = ""
    key: int | None = None
    query: str = ""
    leads_to: str = ""  # the route of what the words name

    @property
    def text(self) -> str:
        """Write it without links."""
        return "，".join(filter(None, (self.words, f"缺{self.lack}" if self.lack else "")))


@dataclass(frozen=True)
class Known:
    """What is known of pairs and schools, by their keys."""

    visits: dict[int, datetime.date] = field(default_factory=dict)
    needs: dict[int, int] = field(default_factory=dict)
    items: dict[int, set[int]] = field(default_factory=dict)
    trips: dict[int, datetime.date] = field(default_factory=dict)


def known_of(actor: Any, pairings: Sequence[Pairing]) -> Known:
    """Read what the matrix says of these pairs, in four queries whatever their number."""
    hosts = {one.host_school_id for pairing in pairings for one in pairing.partnerships.all()}
    visits = ResearchVisit.objects.visible_to(actor).filter(host_school__in=hosts).order_by()
    needs = Need.objects.visible_to(actor).unmet().filter(visit__host_school__in=hosts).order_by()
    items = PlanItem.objects.visible_to(actor).filter(plan__status="APPROVED").order_by()
    trips = Trip.objects.visible_to(actor).confirmed().filter(pairing__in=pairings).order_by()
    by_host: dict[int, set[int]] = defaultdict(set)
    linked = items.filter(needs__visit__host_school__in=hosts)
    for host, item in linked.values_list("needs__visit__host_school", "pk"):
        by_host[host].add(item)
    return Known(
        visits=dict(visits.values_list("host_school").annotate(last=Max("visited_on"))),
        needs=dict(needs.values_list("visit__host_school").annotate(number=Count("pk", distinct=True))),
        items=by_host,
        trips=dict(trips.values_list("pairing").annotate(last=Max("to_on"))),
    )


def current_of(pairing: Pairing) -> dict[str, Partnership]:
    """Return a pair's schools by kind, without agreements that were ended early; asks no query."""
    return {one.kind: one for one in pairing.partnerships.all() if one.ended_on is None}


def cells_of(pairing: Pairing, known: Known, *, now: datetime.datetime) -> list[list[Part]]:
    """Return a pair's cells in the order of HEADS, each of one part or one a school."""
    today, schools = now.date(), current_of(pairing)
    partners = [schools[kind] for kind in Partnership.Kind if kind in schools]
    hosts = [one.host_school_id for one in partners]
    items = {item for host in hosts for item in known.items.get(host, ())}
    trip = known.trips.get(pairing.pk)
    return [
        [_person(pairing.principal_name, pairing.principal_id, pairing.pk)],
        [_person(pairing.assistant_name, pairing.assistant_id, pairing.pk)],
        *([_school(pairing, schools.get(kind), kind)] for kind in Partnership.Kind),
        [_agreement(one, pairing.programme, today) for one in partners] or [Part()],
        [_visit(one, known.visits.get(one.host_school_id)) for one in partners] or [Part()],
        [Part(f"{sum(known.needs.get(host, 0) for host in hosts)} 条")],
        [Part(f"{len(items)} 项") if items else Part(lack="任务", route="plan-list")],
        [Part(f"{trip:%Y-%m-%d}") if trip else Part(lack="下校", route="trip-list")],
        [_link(pairing, now)],
    ]


def _person(name: str, key: int | None, pairing: int) -> Part:
    if key:
        return Part(name, key=key, leads_to="person-detail")
    return Part(name, lack="人员档案" if name else "人选", route="pairing-edit", key=pairing)


def _school(pairing: Pairing, partner: Partnership | None, kind: str) -> Part:
    if partner is not None:
        return Part(partner.host_school.name, key=partner.host_school_id, leads_to="host-detail")
    label = Partnership.Kind(kind).label
    return Part(lack=label, route="partner-add", key=pairing.pk, query=f"kind={Partnership.Kind(kind).value}")


def _agreement(partner: Partnership, programme: Programme, today: datetime.date) -> Part:
    begun = "" if partner.from_on else "不详 "  # the day it began stands on the pair's page
    words = f"{_short(partner)} {begun}至 {partner.to_on or '不详'}"
    if partner.to_on is not None and partner.to_on < today:
        return Part(f"{words}，已到期", lack="续签", route="partner-renew", key=partner.pk)
    if partner.from_on is None or partner.to_on is None:
        return Part(words, lack="起止日期", route="partner-edit", key=partner.pk)
    if not partner.agreement_no and not programme.agreement_no:
        return Part(words, lack="协议编号", route="partner-edit", key=partner.pk)
    return Part(words)


def _visit(partner: Partnership, last: datetime.date | None) -> Part:
    if last is not None:
        return Part(f"{_short(partner)} {last:%Y-%m-%d}")
    return Part(_short(partner), lack="调研", route="visit-new")


def _short(partner: Partnership) -> str:
    """Say which of the two schools: 高中, 初中."""
    return str(partner.get_kind_display())[-2:]


def _link(pairing: Pairing, now: datetime.datetime) -> Part:
    state = link_state(pairing.access_link, now)
    if state == "有效":
        return Part(f"有效，至 {pairing.access_link.expires_at.astimezone(now.tzinfo):%Y-%m-%d}")  # type: ignore[union-attr]
    return Part(state, lack="链接", route="pairing-detail", key=pairing.pk)


def link_state(link: AccessLink | None, now: datetime.datetime) -> str:
    """Say whether a link serves: 还没有发放, 已停用, 有效, 已到期."""
    if link is None:
        return "还没有发放"
    if link.revoked_at is not None:
        return "已停用"
    return "有效" if link.expires_at > now else "已到期"


def scope_words(programme: Programme, pairs: int) -> str:
    """Write the city's scope beside the district's own share, and how many pairs that makes."""
    places = f"：{programme.city_regions}" if programme.city_regions else ""
    city = f"全市{programme.city_principals}人{places}" if programme.city_principals is not None else ""
    if programme.own_principals is None:
        return "；".join(filter(None, (city, f"本区人数没有填写，现有{pairs}对")))
    own = f"本区{programme.own_principals}人，应有{programme.own_principals}对，现有{pairs}对"
    return "；".join(filter(None, (city, own)))


COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("programme", "项目", width=20),
    *(Column(f"c{n}", label, width=20) for n, label in enumerate(HEADS)),
)


def matrix_table(
    pairings: Iterable[Pairing], known: Known, *, now: datetime.datetime, reporting_unit: str = ""
) -> Table:
    """One row a pair in the order given, what lacks written as 缺…."""
    rows = tuple(
        Row(
            (
                number,
                pairing.programme.name,
                *("；".join(part.text for part in cell) for cell in cells_of(pairing, known, now=now)),
            )
        )
        for number, pairing in enumerate(pairings, start=1)
    )
    return Table("matrix", "老校长下乡对照表", COLUMNS, rows, reporting_unit=reporting_unit, notes=NOTES)
