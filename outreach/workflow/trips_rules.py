"""What a trip must hold to: a school of the pair on these days, a stay that is over, no other trip beside it.

The rules look at rows that the step has locked. Each raises Refused with the sentence that says what is
wrong and how to mend it.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from guanweihui.scope import LinkHolder, Role
from guanweihui.text import TextError, check_text
from guanweihui.workflow import Refused
from members.models import Person
from members.workflow.service_rules import DAY, said
from outreach.models import HostSchool, Need, Pairing, Partnership, Trip, TripDay, TripMember

#: Half hours of a day that nobody said anything else about, whole and half.
WHOLE_DAY, HALF_DAY = 12, 6
#: A stay is no longer than this; more is a slip of the pen, or several trips.
MOST_DAYS = 60
NO_PERSON = (
    "“{pairing}”还没有选定老校长的人员档案，不能登记下校。"
    "请区关工委办公室在这一结对的页面选定老校长（人员），再登记。"
)
NOT_OF_THE_PAIR = "下校人员只能是本结对的老校长和助理。还有别人同去的，请区关工委办公室代为加入。"


def hold_days(trip: Trip) -> None:
    """Refuse a stay that ends before it begins, or lasts longer than any does."""
    if trip.to_on < trip.from_on or trip.ends_at < trip.begins_at:
        raise Refused("离校时间不能早于到校时间，请核对日期和上午、下午。")
    if (trip.to_on - trip.from_on).days >= MOST_DAYS:
        raise Refused(f"一次下校最多 {MOST_DAYS} 天，请核对日期；分几次去的，请分几条登记。")


def hold_place(trip: Trip) -> None:
    """Refuse a school that is not the pair's on all days of the stay, or was closed before its end."""
    school = trip.host_school
    if school.closed_on is not None and school.closed_on <= trip.to_on:
        raise Refused(
            f"{school}已于 {school.closed_on:%Y-%m-%d} 停办，离校日期要在停办以前。请核对学校和日期。"
        )
    found = list(Partnership.objects.filter(pairing=trip.pairing_id).for_table())
    if not any(one.host_school_id == school.pk and _covers(one, trip) for one in found):
        schools = "；".join(f"{one.host_school}（{terms(one)}）" for one in found) or "还没有"
        raise Refused(
            f"{school}在 {trip.from_on:%Y-%m-%d} 至 {trip.to_on:%Y-%m-%d} 不是本结对的受援学校。"
            f"本结对的学校：{schools}。请核对学校和日期，或请区关工委办公室核对协议。"
        )


def hold_begun(trip: Trip) -> None:
    """Refuse a stay before its programme began: an agreement without a first day would let it pass."""
    programme = trip.pairing.programme
    if trip.from_on < programme.started_on:
        raise Refused(
            f"到校日期 {trip.from_on.isoformat()} 早于“{programme}”的启动日期 {programme.started_on}。"
            "请核对日期，特别是年份；启动日期有误的，请区关工委办公室在下乡项目中更正。"
        )


def stranded(before: Partnership, after: Partnership) -> Trip | None:
    """Return the first trip waiting for its school that a change of its agreement would leave without one.

    `before` is the agreement as it stands, `after` as it would be; None when every trip can be confirmed.
    """
    others = Partnership.objects.filter(pairing=before.pairing_id, host_school=before.host_school_id)
    stays = [after, *others.exclude(pk=before.pk)]
    waiting = Trip.objects.waiting().of_pairing(before.pairing_id).of_school(before.host_school_id)
    for trip in waiting.order_by("to_on", "pk"):
        if _covers(before, trip) and not any(_covers(one, trip) for one in stays):
            return trip
    return None


def _covers(one: Partnership, trip: Trip) -> bool:
    return (
        (one.from_on is None or one.from_on <= trip.from_on)
        and (one.to_on is None or one.to_on >= trip.to_on)
        and (one.ended_on is None or one.ended_on > trip.to_on)
    )


def terms(one: Partnership) -> str:
    """Say from when to when an agreement holds."""
    end = one.to_on
    if one.ended_on is not None:
        last = one.ended_on - datetime.timedelta(days=1)
        end = min(last, end) if end else last
    first = f"{one.from_on:%Y-%m-%d}" if one.from_on else "起期不详"
    return f"{first} 至 {f'{end:%Y-%m-%d}' if end else '长期'}"


def hold_ended(trip: Trip, today: datetime.date) -> None:
    if trip.to_on > today:
        raise Refused(f"离校日期 {trip.to_on:%Y-%m-%d} 还没有到。现在可以先暂存，下校结束以后再提交。")


def hold_hours(trip: Trip) -> None:
    """Refuse a stay whose days are not all there, or of which nobody served an hour."""
    days = {one.served_on: one.half_hours for one in TripDay.objects.of(trip)}
    if set(days) != set(days_between(trip.from_on, trip.to_on)):
        raise Refused("每日时间和到校、离校日期对不上，请修改后重新核对每日时间。")
    if not any(days.values()):
        raise Refused("每天的服务时间都是 0。路途时间不计，请至少填写一天的服务时间。")


def hold_counts(trip: Trip) -> None:
    if trip.lecture_attendances and not trip.lectures:
        raise Refused("填了讲座参加人次，请同时填写讲座场次。")


def hold_free(trip: Trip, people: Collection[Person]) -> None:
    """Refuse a stay that shares a half day with another standing trip of one of its people."""
    members = TripMember.objects.filter(person__in=people).exclude(trip=trip).select_related("person")
    for other in others_of(trip, people):
        if trip.overlaps(other):
            member = next(one for one in members if one.trip_id == other.pk)
            raise Refused(
                f"{member.person.name}在 {other.span} 已有另一次下校（{other.host_school}，"
                f"{other.get_status_display()}），时间重叠。请核对日期和上午、下午，或先处理那一条。"
            )


def others_of(trip: Trip, people: Collection[Person]) -> list[Trip]:
    """Return the other trips of these people that were handed in and touch the same days."""
    found = Trip.objects.sent().of_people(people).touching(trip.from_on, trip.to_on).exclude(pk=trip.pk)
    return list(found.select_related("host_school").order_by("from_on", "pk"))


# --- what is typed ------------------------------------------------------------------------------------


def days_between(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """List the days of a stay; none when the end lies before the start."""
    return [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]


def usual_half_hours(trip: Trip, day: datetime.date) -> int:
    """Say what a day counts unless somebody says otherwise: half of it when the stay takes half of it."""
    comes_late = day == trip.from_on and trip.from_half == Trip.Half.AFTERNOON
    leaves_early = day == trip.to_on and trip.to_half == Trip.Half.MORNING
    return HALF_DAY if comes_late or leaves_early else WHOLE_DAY


def hours_by_day(trip: Trip, given: Mapping[datetime.date, int]) -> dict[datetime.date, int]:
    """Give each day of the stay its half hours: what was typed, else the usual."""
    days = days_between(trip.from_on, trip.to_on)
    for day, half_hours in given.items():
        if day not in days:
            raise Refused(f"{day:%Y-%m-%d} 不在到校和离校日期之间，请核对每日时间。")
        if not 0 <= half_hours <= DAY:
            raise Refused(f"{day:%Y-%m-%d} 填了 {said(half_hours)} 小时，一天最多 24 小时，请核对。")
    return {day: given.get(day, usual_half_hours(trip, day)) for day in days}


def hold_needs(trip: Trip, needs: Iterable[Need]) -> None:
    strange = next((one for one in needs if one.visit.host_school_id != trip.host_school_id), None)
    if strange is not None:
        raise Refused(f"需求“{strange}”不是{trip.host_school}提出的，请去掉勾选，或改选学校。")


def clean(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Return these texts without what cannot be seen. Raises Refused with the place."""
    try:
        return {name: check_text(values.get(name) or "", multiline=name == "words").strip() for name in names}
    except TextError as fault:
        raise Refused(f"文字中有不能保存的字符：{fault}。") from fault


# --- who travels --------------------------------------------------------------------------------------


def pair_people(pairing: Pairing) -> list[Person]:
    """Return the pair's own people: the principal, then the assistant, where their files are chosen."""
    return [one for one in (pairing.principal, pairing.assistant) if one is not None]


def travellers(
    pairing: Pairing, asked: Iterable[Person] | None, *, by: Any, already: Collection[int] = ()
) -> list[Person]:
    """Return who travels, the pair's own first; `asked` None means the pair's own, as a rule.

    The district's staff may name anybody of the district (`Person` in its reach), a principal his own pair
    and whom the office put on this trip `already`. Raises Refused.
    """
    own = pair_people(pairing)
    if pairing.principal is None and (asked is None or isinstance(by, LinkHolder)):
        raise Refused(NO_PERSON.format(pairing=pairing))
    if asked is None:
        return own
    people = {one.pk: one for one in asked}
    if not people:
        raise Refused("请至少选择一名下校人员。")
    allowed = {one.pk for one in own} | set(already)
    strange = people.keys() - allowed
    if strange:
        reach = Person._default_manager.visible_to(by, roles={Role.DISTRICT})
        if set(reach.filter(pk__in=strange).values_list("pk", flat=True)) != strange:
            raise Refused(NOT_OF_THE_PAIR)
    first = [one for one in own if one.pk in people]
    return [*first, *(one for one in people.values() if one not in first)]


def lock_place(trip: Trip) -> None:
    """Lock the school and the pair of a trip, before its people: agreements and closings wait for it."""
    HostSchool._default_manager.select_for_update().get(pk=trip.host_school_id)
    Pairing._default_manager.select_for_update().get(pk=trip.pairing_id)


def lock_people(trip: Trip) -> list[Person]:
    """Lock the files of a trip's people, always in the same order and before the trip."""
    keys = list(TripMember.objects.of(trip).values_list("person", flat=True))
    return list(Person._default_manager.select_for_update().filter(pk__in=keys).order_by("pk"))
