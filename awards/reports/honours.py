"""Figures of the honour roll: this period's decisions, and totals with the opening balances."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from awards.models import Category, Honour, OpeningBalance
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Condition, Part, Period, Source, figure, summed, values
from guanweihui.scope import COMMITTEE, committee_of
from guanweihui.tables import Column, Row, Table, total_row

Kind = Category.Kind

TO_DATE = Source(
    "honours to date",
    lambda actor, period: Honour.objects.visible_to(actor).standing().decided_by(period.last),
    group="unit__group",
)
OPENING = Source(
    "opening balances", lambda actor, period: OpeningBalance.objects.visible_to(actor).as_of(period.last)
)

COLLECTIVE = Q(category__kind=Kind.ADVANCED_COLLECTIVE)


def decided_within(kind: str) -> Condition:
    return lambda period: Q(category__kind=kind) & period.holds("decision__decided_on")


def opening(kind: str) -> tuple[Part, ...]:
    return (Part(OPENING, summed("count"), Q(kind=kind)),)


figure(
    "honours.collectives.total",
    "累计表彰集体",
    "个",
    "平台记录的先进集体加期初数，截至统计时点，作废的不计",
    TO_DATE,
    where=COLLECTIVE,
    route="honour-list",
    also=opening(OpeningBalance.Kind.COLLECTIVE),
)
figure(
    "honours.individuals.total",
    "累计表彰个人",
    "人次",
    "平台记录的好领导、在职和退休先进个人加期初数，截至统计时点，作废的不计",
    TO_DATE,
    where=~COLLECTIVE,
    route="honour-list",
    also=opening(OpeningBalance.Kind.INDIVIDUAL),
)
for name, label, unit, kind in (
    ("collectives", "本届先进集体", "个", Kind.ADVANCED_COLLECTIVE),
    ("leaders", "本届好领导", "人", Kind.GOOD_LEADER),
    ("in_service", "本届在职先进个人", "人", Kind.ADVANCED_IN_SERVICE),
    ("retired", "本届退休先进个人", "人", Kind.ADVANCED_RETIRED),
):
    figure(
        f"honours.cycle.{name}",
        label,
        unit,
        "统计年度内发文表彰的，作废的不计",
        TO_DATE,
        where=decided_within(kind),
        route="honour-list",
    )
    if kind != Kind.ADVANCED_COLLECTIVE:
        figure(
            f"honours.total.{name}",
            f"累计{kind.label}",
            unit,
            "平台记录的，截至统计时点，作废的不计；期初数不分奖项，不在其内",
            TO_DATE,
            where=Q(category__kind=kind),
            route="honour-list",
        )

HONOUR_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("category", "奖项", width=26),
    Column("cycle", "本年度表彰", width=12, format="int", total=True),
    Column("earlier", "以前平台记录", width=14, format="int", total=True),
    Column("opening", "期初数", width=10, format="int", total=True),
    Column("total", "累计", width=10, format="int", total=True),
)


def honour_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """表5: honours of the year and in total; earlier years are known by two totals only."""
    honours = TO_DATE.rows(actor, period)
    this_year = dict(honours.within(period.first, period.last).tally_by_kind())
    to_date = dict(honours.tally_by_kind())
    balances = list(OPENING.rows(actor, period).for_list())
    rows: list[Row] = []
    for kind in Kind:
        now, ever = this_year.get(kind, 0), to_date.get(kind, 0)
        rows.append(Row((len(rows) + 1, kind.label, now, ever - now, None, ever)))
    for balance in balances:
        label = f"{balance.get_kind_display()}（平台启用前）"
        rows.append(Row((len(rows) + 1, label, None, None, balance.count, balance.count)))
    basis = "；".join(dict.fromkeys(balance.basis for balance in balances))
    collectives, individuals = values(
        ["honours.collectives.total", "honours.individuals.total"], actor, period
    ).values()
    return Table(
        key="honours",
        title="表5　表彰情况",
        columns=HONOUR_COLUMNS,
        rows=tuple(rows),
        total=total_row(HONOUR_COLUMNS, rows),
        reporting_unit=reporting_unit,
        period=period.span,
        unit_line="个、人次",
        notes=(
            f"累计表彰集体 {collectives} 个、个人 {individuals} 人次；好领导计入个人。",
            *((f"期初数依据：{basis}。",) if basis else ()),
        ),
    )


ROLL_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("cycle", "评选周期", width=16),
    Column("category", "奖项", width=26),
    Column("name", "姓名", width=10, align="center"),
    Column("unit", "单位（当时名称）", width=34),
    Column("duty", "职务", width=16),
    Column("certificate_no", "证书编号", width=20, align="center"),
    Column("doc_number", "发文字号", width=22, align="center"),
    Column("decided_on", "发文日期", width=12, format="date"),
    Column("state", "状态", width=26),
)


@report(
    "honour-roll",
    family="评选",
    title="表彰名册",
    purpose="截至统计时点的全部表彰，按发文日期、奖项、证书编号排列，名称为表彰当时的名称。",
    roles=COMMITTEE,
)
def honour_paper(actor: Any, period: Period) -> Paper:
    table = honour_roll(TO_DATE.rows(actor, period).for_list(), reporting_unit=committee_of(actor))
    return Paper(table.title, (table,))


def honour_roll(honours: Iterable[Honour], *, reporting_unit: str = "", notes: tuple[str, ...] = ()) -> Table:
    """One row an honour in the order given, under the names of the time; void ones say so."""
    rows = tuple(
        Row(
            (
                number,
                honour.decision.cycle.name,
                honour.category.name,
                honour.printed_name,
                honour.printed_unit,
                honour.printed_duty,
                honour.certificate_no,
                honour.decision.doc_number,
                honour.decision.decided_on,
                f"已作废（{honour.voided_on}）：{honour.void_reason}" if honour.voided_on else "有效",
            )
        )
        for number, honour in enumerate(honours, start=1)
    )
    return Table(
        key="honours",
        title="表彰名册",
        columns=ROLL_COLUMNS,
        rows=rows,
        reporting_unit=reporting_unit,
        notes=notes,
    )
