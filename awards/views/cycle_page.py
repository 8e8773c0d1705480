"""What the page of one cycle shows, for whoever reads it."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Value
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone

from awards import cycle_calendar
from awards.cycle_review import to_review
from awards.models import AwardList, Category, Cycle, CycleRule, Honour, Nomination, Quota
from awards.models.nominations import SENT
from awards.workflow.cycle_parts import rule_words
from awards.workflow.cycles import missing_of
from guanweihui.areas import url_or_none
from guanweihui.lists import Fact, Link, ListColumn, ListRow
from guanweihui.models import Due, Workday
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.tables import format_value
from guanweihui.templatetags.portal import deadline

S = Nomination.Status
#: Counted beside the states: honours conferred and not voided, whether or not the portal saw a nomination.
CONFERRED = "CONFERRED"
#: Where nominations stand, as the page counts them: one word and its states.
STANDINGS = (
    ("待协作组审核", (S.SUBMITTED,)),
    ("待区级复核", (S.ENDORSED,)),
    ("已退回", (S.RETURNED,)),
    ("复核通过", (S.ACCEPTED,)),
    ("拟表彰", (S.APPROVED,)),
    ("递补", (S.RESERVE,)),
    ("已表彰", (CONFERRED,)),
)
SUM_COLUMNS = (
    ListColumn("奖项", is_name=True),
    ListColumn("表彰名额", format="int"),
    ListColumn("推荐名额", format="int"),
)


def tally(actor: Any, cycles: Iterable[Cycle]) -> dict[tuple[int, str], int]:
    """Count what the reader sees of nominations in these cycles: {(category, state): number}, one query.

    Honours count under CONFERRED, as everywhere. A school sees its drafts too; to others a nomination shows
    once it was sent.
    """
    rows = Nomination.objects.visible_to(actor).of_cycles(cycles)
    if reach_of(actor).serves(Role.GROUP, *DISTRICT_WIDE):
        rows = rows.shown_to_reviewers()
    counted = rows.order_by().values_list("category", "status").annotate(Count("pk"))
    honours = Honour.objects.visible_to(actor).standing().of_cycles(cycles).order_by()
    conferred = honours.annotate(state=Value(CONFERRED, CharField())).values_list("category", "state")
    both = counted.union(conferred.annotate(Count("pk")), all=True)
    return {(category, state): number for category, state, number in both}


@dataclass(frozen=True)
class Places:
    """The places of a cycle that the reader may spend or look after: allotted and used, by category."""

    allotted: Counter
    used: Counter

    @classmethod
    def of(cls, actor: Any, cycle: Cycle) -> "Places":
        reach = reach_of(actor)
        rows = list(Quota.objects.visible_to(actor).of_cycle(cycle))
        if not reach.serves(Role.GROUP, *DISTRICT_WIDE):
            # A school with a row of its own spends from that one, not from its group's.
            own = {row.category_id for row in rows if row.school_id is not None}
            rows = [row for row in rows if row.school_id is not None or row.category_id not in own]
        found = cls(Counter(), Counter())
        for row in rows:
            found.allotted[row.category_id] += row.places
            found.used[row.category_id] += row.used
        return found

    def words(self, category: Category) -> str:
        if category.pk not in self.allotted:
            return "未下达"
        return f"{self.used[category.pk]:,} / {self.allotted[category.pk]:,}"


def context_of(actor: Any, cycle: Cycle, *, now: datetime.datetime) -> dict[str, Any]:
    """Return everything that the page shows; its number of queries does not hang on what there is."""
    reach = reach_of(actor)
    is_office = reach.serves(Role.DISTRICT)
    is_planned = cycle.state == Cycle.State.PLANNED
    categories = Category.objects.visible_to(actor).of(cycle)
    categories = list(categories.with_fields() if is_office and is_planned else categories)
    rules = in_order(CycleRule.objects.visible_to(actor).of(cycle))
    counted = {} if is_planned else tally(actor, [cycle])
    places = Places(Counter(), Counter()) if is_planned else Places.of(actor, cycle)
    dues = own_dues(actor, cycle)
    return {
        "cycle": cycle,
        "is_office": is_office,
        "is_planned": is_planned,
        "is_open": cycle.state == Cycle.State.OPEN,
        "facts": facts(cycle),
        "stages": cycle_calendar.stages(cycle, timezone.localdate(now)),
        **category_table(reach, cycle, categories, places, counted),
        "rules": [Fact(one.get_code_display(), rule_words(one)) for one in rules],
        "ways": ways(cycle, reach, dues),
        "may_list": is_office and may_list(actor, cycle, counted),
        **(preparation(actor, cycle, categories, rules, now) if is_office and is_planned else {}),
        "trail": trail_of(actor, cycle),
    }


def may_list(actor: Any, cycle: Cycle, counted: Mapping[tuple[int, str], int]) -> bool:
    """Tell whether the review is done and no list stands; a query only where there is something to list."""
    stand = {state for (_, state), number in counted.items() if number}
    if cycle.state != Cycle.State.OPEN or S.ACCEPTED not in stand or stand & {S.SUBMITTED, S.ENDORSED}:
        return False
    return not AwardList.objects.visible_to(actor).of(cycle).standing().exists()


def in_order(rules: Iterable[CycleRule]) -> list[CycleRule]:
    """Put rules in the order of their codes, which is that of the checks."""
    order = CycleRule.Code.values
    return sorted(rules, key=lambda one: order.index(one.code))


def preparation(
    actor: Any,
    cycle: Cycle,
    categories: Sequence[Category],
    rules: Sequence[CycleRule],
    now: datetime.datetime,
) -> dict[str, Any]:
    """Return what the office does before a planned cycle opens: what is missing, what to review."""
    corrections = Workday.objects.visible_to(actor).corrections()
    return {
        "missing": missing_of(cycle, at=now, categories=categories, rules=rules),
        "review": to_review(cycle, categories, rules, corrections),
    }


def own_dues(actor: Any, cycle: Cycle) -> list[Due]:
    """Return what the reader's schools owe in this cycle; none for whoever fills in nothing."""
    if cycle.round_id is None or not reach_of(actor).serves(Role.SCHOOL):
        return []
    return list(Due.objects.visible_to(actor, roles={Role.SCHOOL}).of_round(cycle.round).for_list())


def facts(cycle: Cycle) -> list[Fact]:
    counts = "当日计入" if cycle.counts_first_day else "次日起算"
    return [
        Fact("表彰年度", str(cycle.year)),
        Fact("主办单位", cycle.organiser),
        Fact("设立依据", cycle.basis_title),
        Fact("依据文号", cycle.basis_number),
        Fact("评选时段", cycle.period),
        Fact("参评总数", cycle.base_count),
        Fact("评选范围", linebreaksbr(cycle.scope) if cycle.scope else "", wide=True),
        Fact("奖励标准", cycle.reward),
        Fact("经费来源", cycle.money_source),
        Fact("表彰形式", cycle.commended_by),
        Fact("公示", f"{cycle.notice_workdays} 个工作日，{counts}"),
        Fact("申报截止", deadline(cycle_calendar.deadline_of(cycle))),
        Fact("公示开始", format_value(cycle.posts_on, prose=True) if cycle.posts_on else ""),
        Fact("申报要求", linebreaksbr(cycle.instructions) if cycle.instructions else "", wide=True),
    ]


def whose(reach: Any) -> str:
    if reach.serves(*DISTRICT_WIDE):
        return "推荐"
    return "本组推荐" if reach.serves(Role.GROUP) else "本校推荐"


def category_table(
    reach: Any,
    cycle: Cycle,
    categories: Sequence[Category],
    places: Places,
    counted: dict[tuple[int, str], int],
) -> dict[str, Any]:
    """Return the table of awards; where nominations stand has its columns once there can be some."""
    is_planned, is_office = cycle.state == Cycle.State.PLANNED, reach.serves(Role.DISTRICT)
    label = whose(reach)
    columns = [*SUM_COLUMNS]
    if not is_planned:
        columns += [
            ListColumn("已用 / 核定" if label == "推荐" else "已用 / 名额", align="right"),
            ListColumn(label, format="int"),
            *(ListColumn(word, format="int") for word, _ in STANDINGS),
        ]

    def cells(some: Sequence[Category], used: str) -> list[Any]:
        if is_from_before(cycle):
            return [None, None, "", *[None] * len(STANDINGS), conferred(some, counted)]
        sums = [sum(one.places for one in some), sum(one.proposals for one in some)]
        return sums if is_planned else [*sums, used, *numbers(some, counted)]

    whole = f"{places.used.total():,} / {places.allotted.total():,}" if places.allotted else "未下达"
    return {
        "category_columns": (*columns, ListColumn("操作")),
        "category_rows": [
            ListRow((one.name, *cells([one], places.words(one)), links(one, cycle, is_office)))
            for one in categories
        ],
        "category_totals": [("合计", [*cells(categories, whole), ""])] if len(categories) > 1 else (),
    }


def is_from_before(cycle: Cycle) -> bool:
    """Tell whether a cycle was loaded from before the portal: of it only the honours are known."""
    return cycle.round_id is None and cycle.state != Cycle.State.PLANNED


def conferred(categories: Iterable[Category], counted: Mapping[tuple[int, str], int]) -> int:
    return sum(counted.get((one.pk, CONFERRED), 0) for one in categories)


def links(one: Category, cycle: Cycle, is_office: bool) -> tuple[Link, ...]:
    found = [("表单", "category-form")]
    if is_office and cycle.state != Cycle.State.CLOSED:
        found.append(("修改", "category-edit"))
    if is_office and cycle.state == Cycle.State.PLANNED:
        found.append(("删除", "category-remove"))
    if is_office and cycle.state == Cycle.State.OPEN:
        found.append(("名额", "quota-allot"))
    return tuple(Link(word, url) for word, route in found if (url := url_or_none(route, one.pk)))


def numbers(categories: Sequence[Category], counted: dict[tuple[int, str], int]) -> list[int]:
    """Return how many nominations take a place, and how many stand where."""

    def count(states: Iterable[str]) -> int:
        return sum(counted.get((one.pk, state), 0) for one in categories for state in states)

    return [count(SENT), *(count(states) for _, states in STANDINGS)]


def ways(cycle: Cycle, reach: Any, dues: Sequence[Due]) -> list[tuple[str, str, str]]:
    """Return where one goes on from here: (label, address, icon); what is not there yet is left out."""
    if cycle.state == Cycle.State.PLANNED:
        return []
    query = f"?cycle={cycle.pk}"
    asked: list[tuple[str, str, str, tuple[Any, ...], str]] = []
    for due in dues:
        label = "我的推荐" if len(dues) == 1 else f"{due.school}的推荐"
        asked.append((label, "nomination-due", "pencil-square", (due.pk,), ""))
    if reach.serves(Role.GROUP):
        asked.append(("本组名额", "quota-group", "people", (cycle.pk,), ""))
    if reach.serves(*DISTRICT_WIDE):
        asked.append(("名额分配", "quota-board", "table", (cycle.pk,), ""))
        asked.append(("名额台账", "quota-ledger", "journal-text", (cycle.pk,), ""))
    if reach.serves(Role.GROUP, *DISTRICT_WIDE):
        asked.append(("报送进度", "round-detail", "bar-chart", (cycle.round_id,), ""))
    asked.append(("推荐一览", "nomination-list", "list", (), query))
    if reach.serves(Role.GROUP, Role.DISTRICT):
        asked.append(("审核", "review-queue", "clipboard-check", (), query))
    if reach.serves(*DISTRICT_WIDE):
        asked.append(("拟表彰名单", "award-list-list", "list", (), query))
        asked.append(("公示", "notice-list", "megaphone", (), query))
        asked.append(("市级推荐", "city-choose", "award", (cycle.pk,), ""))
    asked.append(("表彰名册", "honour-list", "award", (), query))
    return [
        (label, f"{url}{more}", icon)
        for label, route, icon, args, more in asked
        if None not in args and (url := url_or_none(route, *args))
    ]
