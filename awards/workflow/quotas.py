"""Steps of the ledger of places: granted to a district, handed down, moved between units; and its check.

Every step writes its lines in pairs, what one row loses another one gains, with the reason on both. Rows
are locked in the order of their keys, whichever gives and whichever takes, so no two steps wait for each
other.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from awards.models import Category, Cycle, Nomination, Quota, QuotaMove
from awards.workflow.places import LONGEST_REASON, Kind, change, spent_by_category
from guanweihui.audit import record
from guanweihui.models import CollaborationGroup, School
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step

Unit = CollaborationGroup | School
OFFICE = frozenset({Role.DISTRICT})
#: Who hands a group's places to its schools: the group itself, and the office for it.
HANDERS = frozenset({Role.DISTRICT, Role.GROUP})
CHANGED = "名额在您打开之后有变动，本次没有保存。请刷新页面，按现在的数字重新填写。"


def grant(category: Category, places: int, *, reason: str, by: Any, at: datetime.datetime) -> Quota:
    """Fix how many places the district has in a category; the difference goes to, or comes from, its reserve.

    Raises Refused without a reason, below what is handed down or used, and once the cycle is closed.
    """
    reason = _reason(reason)
    with one_step(Quota, QuotaMove):
        _refuse_closed(category, by, OFFICE)
        reserve = lock_all([_row(category, None).pk])[0]
        # Whoever hands places on locks the reserve or only moves them about: the sum stands still.
        granted = _sum(Quota.objects.of(category))
        more = places - granted
        if not more:
            raise Refused(f"“{category}”已经核定 {granted} 个名额，没有变动。")
        out = granted - reserve.places
        if reserve.places + more < reserve.used:
            raise Refused(
                f"“{category}”已下达 {out} 个、区里已用 {reserve.used} 个名额，不能减到 {places} 个。"
                "请先收回下达的名额，再减少核定数。"
            )
        change(reserve, Kind.GRANT, places=more, reason=reason, by=by, at=at)
        _note("grant", reserve, reason, {"places": [granted, places]}, by, at)
        return reserve


def allot(
    source: Quota,
    wanted: Mapping[Unit, int],
    *,
    seen: Mapping[Unit, int] | None = None,
    reason: str,
    by: Any,
    at: datetime.datetime,
) -> Quota:
    """Bring units to so many places each: more comes from `source`, less goes back to it.

    `source` is the district's reserve for groups, a group's row for its schools. `seen` are the places that
    stood on the page. Raises Refused without a reason, for an old page, for more than `source` has left, for
    less than a unit has used, and for a unit that does not belong there.
    """
    reason = _reason(reason)
    with one_step(Quota, QuotaMove):
        _refuse_closed(source.category, by, OFFICE if _is_reserve(source) else HANDERS)
        _refuse_outside(source, wanted, by)
        rows = {unit: _row(source.category, unit) for unit in sorted(wanted, key=lambda unit: unit.pk)}
        locked = {row.pk: row for row in lock_all([source.pk, *(row.pk for row in rows.values())])}
        fresh = locked[source.pk]
        rows = {unit: locked[row.pk] for unit, row in rows.items()}
        if seen is not None and any(rows[unit].places != places for unit, places in seen.items()):
            raise Refused(CHANGED)
        steps = {unit: wanted[unit] - row.places for unit, row in rows.items() if wanted[unit] != row.places}
        if not steps:
            raise Refused("名额没有变动。请填写新的名额，再保存。")
        _refuse_short(fresh, rows, wanted, sum(steps.values()))
        before = "、".join(f"{unit} {rows[unit].places}" for unit in steps)
        for unit, more in steps.items():
            pair(fresh, rows[unit], more, reason=reason, by=by, at=at)
        after = "、".join(f"{unit} {rows[unit].places}" for unit in steps)
        _note("allot", fresh, reason, {"places": [before, after]}, by, at)
        return fresh


def transfer(source: Quota, unit: Unit, places: int, *, reason: str, by: Any, at: datetime.datetime) -> Quota:
    """Move places from one group to another one, or between two schools; the office between two groups.

    Raises Refused without a reason, for more than the row has left, and for a unit of another kind.
    """
    reason = _reason(reason)
    with one_step(Quota, QuotaMove):
        is_inside = _is_inside(source, unit)
        _refuse_closed(source.category, by, HANDERS if is_inside else OFFICE)
        _refuse_unlike(source, unit, by, HANDERS if is_inside else OFFICE)
        target = _row(source.category, unit)
        locked = {row.pk: row for row in lock_all([source.pk, target.pk])}
        fresh, target = locked[source.pk], locked[target.pk]
        if places < 1:
            raise Refused("请填写要调剂的名额，至少 1 个。")
        if fresh.left < places:
            raise Refused(
                f"{name_of(fresh)}“{fresh.category}”名额 {fresh.places} 个，已用 {fresh.used} 个，"
                f"只能调出 {fresh.left} 个。"
            )
        before = f"{name_of(fresh)} {fresh.places}、{name_of(target)} {target.places}"
        change(fresh, Kind.RECALL, places=-places, reason=_words(f"调剂给{unit}", reason), by=by, at=at)
        words = _words(f"由{name_of(fresh)}调剂", reason)
        change(target, Kind.ALLOT, places=places, reason=words, by=by, at=at)
        after = f"{name_of(fresh)} {fresh.places}、{name_of(target)} {target.places}"
        _note("transfer", fresh, reason, {"places": [before, after]}, by, at)
        return target


def pair(source: Quota, target: Quota, more: int, *, reason: str, by: Any, at: datetime.datetime) -> None:
    """Write the two lines of places that go down to a unit, or (`more` below 0) come back up from it."""
    kind = Kind.ALLOT if more > 0 else Kind.RECALL
    down, up = ("下达给", "下达") if more > 0 else ("收回自", "收回")
    change(source, kind, places=-more, reason=_words(f"{down}{name_of(target)}", reason), by=by, at=at)
    words = _words(f"{name_of(source)}{up}", reason)
    change(target, kind, places=more, reason=words, by=by, at=at)


# --- what the ledger says -------------------------------------------------------------------------------


def replay(quota: Quota) -> tuple[int, int]:
    """Return the (places, used) that the moves of a row add up to."""
    found = QuotaMove.objects.of(quota).aggregate(
        places=Coalesce(Sum("places"), 0), used=Coalesce(Sum("used"), 0)
    )
    return found["places"], found["used"]


@dataclass(frozen=True)
class BalanceFault:
    """A row that its ledger does not give: what it shows, what replaying gives, what nominations take."""

    quota: Quota
    places: int
    used: int
    taken: int

    @property
    def words(self) -> str:
        quota = self.quota
        return (
            f"“{quota.category}”{name_of(quota)}显示名额 {quota.places} 个、已用 {quota.used} 个；"
            f"按变动记录应为 {self.places} 个、{self.used} 个，占用名额的推荐 {self.taken} 份。"
        )


def balance_faults(cycle: Cycle) -> list[BalanceFault]:
    """Find the rows of a cycle that differ from their moves, or from the nominations that take places."""
    rows = list(Quota.objects.of_cycle(cycle).for_list())
    moves = QuotaMove.objects.of_cycle(cycle).order_by().values_list("quota")
    sums = {
        key: (places, used) for key, places, used in moves.annotate(places=Sum("places"), used=Sum("used"))
    }
    holding = Nomination.objects.of_cycle(cycle).exclude(quota=None).order_by().values_list("quota")
    taken = dict(holding.annotate(number=Count("pk")))
    faults = []
    for row in rows:
        places, used = sums.get(row.pk, (0, 0))
        held = taken.get(row.pk, 0)
        if (row.places, row.used, row.used) != (places, used, held):
            faults.append(BalanceFault(row, places, used, held))
    return faults


def line_of(category: Category, school: School) -> str:
    """Say what a school may still send in a category: 本校名额 2/3, or its group's, that it shares."""
    return lines_of([category], school)[category.pk]


def lines_of(categories: Iterable[Category], school: School) -> dict[int, str]:
    """Say it of several categories, by key, in one query."""
    keys = [one.pk for one in categories]
    found = spent_by_category(Quota.objects.for_school(school).filter(category__in=keys))
    return {key: words_of(found.get(key)) for key in keys}


def words_of(row: Quota | None) -> str:
    """Write the line used/allowed of the row that a school spends from."""
    if row is None:
        return "还没有下达名额"
    if row.school_id is not None:
        return f"本校名额 {row.used}/{row.places}"
    return f"本协作组名额 {row.used}/{row.places}（各校共用）"


def awaiting_places(categories: Any) -> Any:
    """Keep the categories of cycles under way of which no unit has a place; opening grants them."""
    handed = Quota.objects.filter(places__gt=0).exclude(group=None, school=None)
    live = categories.filter(cycle__state=Cycle.State.OPEN)
    return live.exclude(pk__in=handed.values("category"))


def name_of(quota: Quota) -> str:
    """Return whose row it is: 区, a group, a school."""
    return str(quota.school or quota.group or "区")


# --- the parts of the steps -----------------------------------------------------------------------------


def lock_all(keys: Collection[int]) -> list[Quota]:
    """Return rows fresh and locked, in the order of their keys; the caller's transaction."""
    list(Quota.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    rows = Quota.objects.filter(pk__in=keys).select_related("category__cycle__district", "group", "school")
    return list(rows.order_by("pk"))


def _row(category: Category, unit: Unit | None) -> Quota:
    """Return the row of a unit, the district's without one; it is made where it is missing."""
    place: dict[str, Any] = {
        "group": unit if isinstance(unit, CollaborationGroup) else None,
        "school": unit if isinstance(unit, School) else None,
    }
    return Quota.objects.get_or_create(category=category, **place)[0]


def _sum(rows: Any) -> int:
    return rows.aggregate(places=Coalesce(Sum("places"), 0))["places"]


def _is_reserve(quota: Quota) -> bool:
    return quota.group_id is None and quota.school_id is None


def _is_inside(source: Quota, unit: Unit) -> bool:
    """Tell two schools of one group, between which the group itself moves places."""
    return isinstance(unit, School) and source.school is not None and source.school.group_id == unit.group_id


def _refuse_closed(category: Category, by: Any, roles: Collection[str]) -> None:
    cycle = Cycle.objects.visible_to(by, roles=roles).filter(pk=category.cycle_id).first()
    if cycle is None:
        raise Refused("您不能办理这一步：不在您的职责范围内。")
    if cycle.state == Cycle.State.CLOSED:
        raise Refused(f"“{cycle}”已结束，名额不能再变动。")


def _refuse_outside(source: Quota, wanted: Mapping[Unit, int], by: Any) -> None:
    """Refuse units that do not stand right below the source, or that the actor may not hand places to."""
    keys = [unit.pk for unit in wanted]
    if _is_reserve(source):
        below = CollaborationGroup.objects.visible_to(by, roles=OFFICE)
        below = below.in_district(source.category.cycle.district_id)
        is_like = all(isinstance(unit, CollaborationGroup) for unit in wanted)
    else:
        below = School.objects.visible_to(by, roles=HANDERS).in_group(source.group_id)
        is_like = source.group_id is not None and all(isinstance(unit, School) for unit in wanted)
    if not is_like or below.filter(pk__in=keys).count() != len(keys):
        raise Refused("名额只能由区下达给本区协作组，由协作组下达给本组学校。请刷新页面后再填。")
    if any(places < 0 for places in wanted.values()):
        raise Refused("名额不能是负数。")


def _refuse_unlike(source: Quota, unit: Unit, by: Any, roles: Collection[str]) -> None:
    is_like = isinstance(unit, School) if source.school_id else isinstance(unit, CollaborationGroup)
    if _is_reserve(source) or not is_like or unit.pk in (source.group_id, source.school_id):
        raise Refused("名额只能在两个协作组之间，或两所学校之间调剂。")
    is_theirs = Quota.objects.visible_to(by, roles=roles).filter(pk=source.pk).exists()
    if not is_theirs or not type(unit).objects.visible_to(by, roles=roles).filter(pk=unit.pk).exists():
        raise Refused("您不能办理这一步：不在您的职责范围内。")


def _refuse_short(source: Quota, rows: Mapping[Unit, Quota], wanted: Mapping[Unit, int], more: int) -> None:
    short = [
        f"{unit}已用 {row.used} 个，不能减到 {wanted[unit]} 个"
        for unit, row in rows.items()
        if wanted[unit] < row.used
    ]
    if short:
        raise Refused(f"“{source.category}”{'；'.join(short)}。请先退回或撤回相应的推荐。")
    if more > source.left:
        whose = "区里" if _is_reserve(source) else str(source.group)
        raise Refused(
            f"“{source.category}”{whose}还有 {source.left} 个名额可以下达，本次多下达 {more} 个，"
            f"超出 {more - source.left} 个。请减少下达的名额，或先增加{whose}的名额。"
        )


def _reason(reason: str) -> str:
    if not (reason := reason.strip()):
        raise Refused("名额变动须写明理由。")
    return reason


def _words(what: str, reason: str) -> str:
    return f"{what}：{reason}"[:LONGEST_REASON]


def _note(
    step: str, row: Quota, reason: str, changes: Mapping[str, Any], by: Any, at: datetime.datetime
) -> None:
    district = row.category.cycle.district
    record(f"quota.{step}", row, by=by, at=at, district=district, changes=changes, reason=reason)
