"""Steps of a trip (下校): entered by principal or office, confirmed by the host school, then counted."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import AuditEvent
from guanweihui.scope import LinkHolder, Role
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take
from members.models import Person
from outreach.models import Pairing, Trip, TripDay, TripMember, TripService
from outreach.models.trips import COUNTS
from outreach.workflow import trips_files as files
from outreach.workflow import trips_rules as rules
from outreach.workflow import trips_service as services
from outreach.workflow.needs import take_up

WRITERS = files.WRITERS
OFFICE = frozenset({Role.DISTRICT})
#: Who says that a trip took place: never the one who made it.
CONFIRMERS = frozenset({Role.HOST, Role.DISTRICT})
S = Trip.Status
STEPS = Steps(
    {
        "submit": Step({S.DRAFT, S.RETURNED}, S.SUBMITTED, WRITERS, label="提交"),
        "withdraw": Step({S.SUBMITTED}, S.DRAFT, WRITERS, label="撤回"),
        "confirm": Step({S.SUBMITTED}, S.CONFIRMED, CONFIRMERS, label="确认"),
        "return": Step({S.SUBMITTED}, S.RETURNED, CONFIRMERS, label="退回", needs_reason=True),
        "reopen": Step({S.CONFIRMED}, S.RETURNED, OFFICE, label="重新打开", needs_reason=True),
        "void": Step(set(S) - {S.VOID}, S.VOID, OFFICE, label="作废", needs_reason=True),
    }
)
EDITABLE = STEPS["submit"].from_states
TEXTS = ("purpose", "travel", "materials", "words")
FIELDS = (
    *("host_school", "from_on", "from_half", "to_on", "to_half", "travel_hours"),
    *TEXTS,
    *COUNTS,
    "materials_yuan",
)
#: The lines of the trail that raise a trip's version.
CHANGING = ("trip.edit", "trip.add_photo", "trip.remove_photo")
#: What the trip itself keeps of the answer; the trail has all of it.
LONGEST_WORDS = 300
UNCONFIRMED = {
    "proof": Trip.Proof.NONE,
    "confirmer_name": "",
    "confirmed_by": None,
    "confirmed_at": None,
}


class Moved(Refused):
    """Somebody changed the trip since the page was opened; `version` is that of what stands now."""

    def __init__(self, trip: Trip, said: str) -> None:
        self.version = trip.version
        super().__init__(said)


def _faster(trip: Trip) -> str:
    """Say who changed the trip last, to whom edits it in an old tab."""
    last = AuditEvent.objects.of(trip).filter(action__in=CHANGING).last()
    who = f"{last.actor_label}在 {timezone.localtime(last.at):%Y-%m-%d %H:%M} " if last else ""
    return f"这次下校在您打开之后被{who}改过，本次没有保存。您填写的内容仍在下面，请核对后再保存。"


def _hold_seen(trip: Trip, version: int, what: str) -> None:
    """Refuse an answer to a trip that its page did not show: withdrawn, changed and sent anew meanwhile."""
    if version != trip.version:
        raise Moved(trip, f"这次下校刚被改过，请重新核对以后再{what}。")


# --- entering -----------------------------------------------------------------------------------------


def enter(pairing: Pairing, values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Trip:
    """Enter a trip of a pair as a draft.

    `values`: FIELDS; further days (half hours by day, else the usual), people (else the pair's own), needs,
    items, and behalf_basis, which the office has to give. Raises Refused for days in the wrong order, a
    school that is not the pair's on these days or is closed, and people who may not be named.
    """
    with one_step(Trip, TripMember, TripDay):
        fresh = own(pairing, by=by, roles=WRITERS)
        people = rules.travellers(fresh, values.get("people"), by=by)
        trip = Trip(
            pairing=fresh,
            entered_by=None if isinstance(by, LinkHolder) else by,
            entered_link=by.link if isinstance(by, LinkHolder) else None,
            entered_at=at,
            behalf_basis=_basis(values, by),
            version=1,
            **_fields(values),
        )
        _hold(trip)
        trip.save(force_insert=True)
        _put_days(trip, values)
        _put_people(trip, people)
        _put_links(trip, values)
        changes = {"from_on": [None, trip.from_on], "to_on": [None, trip.to_on]}
        record("trip.enter", trip, by=by, at=at, changes=changes | _on_behalf(trip, by))
    return trip


def edit(trip: Trip, values: Mapping[str, Any], *, version: int, by: Any, at: datetime.datetime) -> Trip:
    """Change a draft, or a trip that came back; `values` as in enter(). Nothing changed leaves no line.

    Raises Moved for an old tab, and Refused as enter() does.
    """
    with one_step(Trip, TripMember, TripDay):
        fresh = own(trip, by=by, roles=WRITERS)
        refuse_uneditable(fresh)
        if version != fresh.version:
            raise Moved(fresh, _faster(fresh))
        asked = _fields(values)
        if not isinstance(by, LinkHolder):
            asked["behalf_basis"] = _basis(values, by)
        members = {one.person_id: one for one in TripMember.objects.of(fresh).for_trip()}
        people = rules.travellers(fresh.pairing, values.get("people"), by=by, already=members.keys())
        changes = {
            name: [getattr(fresh, name), new] for name, new in asked.items() if getattr(fresh, name) != new
        }
        for name, (_, new) in changes.items():
            setattr(fresh, name, new)
        _hold(fresh)
        others = [_put_people(fresh, people, members), _put_days(fresh, values), _put_links(fresh, values)]
        for other in others:
            changes |= other
        if changes:
            fresh.version += 1
            fresh.save(update_fields=[*asked, "version"])
            record("trip.edit", fresh, by=by, at=at, changes=changes | _on_behalf(fresh, by))
    return fresh


def refuse_uneditable(trip: Trip) -> None:
    """Raise Refused for a trip that was sent, confirmed or voided: its page says what can be done."""
    if trip.status not in EDITABLE:
        raise Refused(f"这次下校现在是“{trip.get_status_display()}”，不能修改。要改的，请先撤回或请人退回。")


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    texts = rules.clean(values, TEXTS)
    found = {name: texts.get(name, values[name]) for name in FIELDS if name in values}
    if not found.get("purpose", "?"):
        raise Refused("请写明下校内容，例如“听课、评课”。")
    return found


def _basis(values: Mapping[str, Any], by: Any) -> str:
    """Return on what a trip is entered on the principal's behalf; his own entry needs none."""
    if isinstance(by, LinkHolder):
        return ""
    basis = rules.clean(values, ["behalf_basis"])["behalf_basis"]
    if not basis:
        raise Refused("代老校长登记，请写明依据，例如“周校长电话告知”。")
    return basis


def _on_behalf(trip: Trip, by: Any) -> dict[str, Any]:
    """Name the principal beside the staff member who types for him."""
    if isinstance(by, LinkHolder):
        return {}
    return {"principal": trip.pairing.principal_name, "behalf_basis": trip.behalf_basis}


def _hold(trip: Trip) -> None:
    rules.hold_days(trip)
    rules.hold_place(trip)
    rules.hold_begun(trip)
    rules.hold_counts(trip)


def _put_days(trip: Trip, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write one line a day of the stay; what it says of a day stays where nobody says otherwise."""
    stand = {one.served_on: one for one in TripDay.objects.of(trip)}
    kept = {day: one.half_hours for day, one in stand.items() if trip.from_on <= day <= trip.to_on}
    days = rules.hours_by_day(trip, {**kept, **(values.get("days") or {})})
    before = {day: one.half_hours for day, one in stand.items()}
    if days == before:
        return {}
    TripDay.objects.filter(trip=trip).delete()
    TripDay.objects.bulk_create(
        TripDay(trip=trip, served_on=day, half_hours=half_hours) for day, half_hours in days.items()
    )
    return {"days": [_said(before), _said(days)]}


def _said(days: Mapping[datetime.date, int]) -> str:
    return "，".join(f"{day:%m-%d} {half_hours / 2:g} 小时" for day, half_hours in sorted(days.items()))


def _put_people(
    trip: Trip, people: list[Person], stand: Mapping[int, TripMember] | None = None
) -> dict[str, Any]:
    """Write who travels. Raises Refused for leaving out somebody whose number this trip has taken."""
    stand = stand or {}
    names = [one.person.name for one in stand.values()]
    asked = {one.pk for one in people}
    for gone in (one for pk, one in stand.items() if pk not in asked):
        if gone.number is not None:
            raise Refused(
                f"这是{gone.person.name}的第 {gone.number} 次下校，次数不能空出来，所以不能移出。"
                "确实没有去的，请区关工委办公室作废本条后重新登记。"
            )
        gone.delete()
    for position, person in enumerate(people):
        member = stand.get(person.pk)
        if member is None:
            TripMember.objects.create(trip=trip, person=person, position=position)
        elif member.position != position:
            member.position = position
            member.save(update_fields=["position"])
    return {} if asked == set(stand) else {"people": [names, [one.name for one in people]]}


def _put_links(trip: Trip, values: Mapping[str, Any]) -> dict[str, Any]:
    """Tick needs and tasks of the plan; a value that is not there leaves them alone."""
    changes: dict[str, Any] = {}
    for name in ("needs", "items"):
        if name not in values:
            continue
        rows, asked = getattr(trip, name), list(values[name])
        before = list(rows.all())
        if name == "needs":
            rules.hold_needs(trip, asked)
        if {one.pk for one in before} != {one.pk for one in asked}:
            rows.set(asked)
            changes[name] = [[str(one) for one in before], [str(one) for one in asked]]
    return changes


# --- steps --------------------------------------------------------------------------------------------


def submit(trip: Trip, *, by: Any, at: datetime.datetime) -> Trip:
    """Send a trip to its host school; each traveller gets the number of this trip the first time.

    The needs it answers are under way from now on. Raises Refused for a stay that is not over or holds no
    hour, and one that overlaps another standing trip of one of its people, which it names.
    """

    def check(fresh: Trip) -> None:
        if fresh.host_school_id != trip.host_school_id:
            raise Refused("受援学校刚被改动过，请刷新页面后再提交。")
        _hold(fresh)
        rules.hold_ended(fresh, timezone.localdate(at))
        rules.hold_hours(fresh)
        members = list(TripMember.objects.of(fresh).for_trip())
        if {one.person_id for one in members} != {one.pk for one in people} or not people:
            raise Refused("下校人员刚被改动过，请刷新页面后再提交。")
        rules.hold_free(fresh, people)
        _give_numbers(members)
        take_up(fresh.needs.all(), by=by, at=at)

    with one_step(Trip, TripMember):
        rules.lock_place(trip)
        people = rules.lock_people(trip)
        writes = {**UNCONFIRMED, "confirm_words": "", "submitted_at": at}
        return take(STEPS["submit"], trip, by=by, at=at, writes=writes, then=check)


def _give_numbers(members: list[TripMember]) -> None:
    """Give who has none the next number of his own; the caller holds the people."""
    with one_step(TripMember):
        for member in members:
            if member.number is None:
                last = TripMember.objects.of_person(member.person).aggregate(last=Max("number"))["last"]
                member.number = (last or 0) + 1
                member.save(update_fields=["number"])


def withdraw(trip: Trip, *, by: Any, at: datetime.datetime) -> Trip:
    """Take a trip back before the host school has answered."""
    return take(STEPS["withdraw"], trip, by=by, at=at)


def confirm(
    trip: Trip,
    *,
    name: str,
    version: int,
    words: str = "",
    scan: Mapping[str, Any] | None = None,
    by: Any,
    at: datetime.datetime,
) -> Trip:
    """Say that a trip took place: the host school by its link, or the office with the sealed sheet.

    `name` is who signs for the host school, `version` that of the trip which was read. From then on the trip
    is counted, and its hours stand in each traveller's record. Raises Moved when it was changed since, and
    Refused without a name, for the office without a sheet, and for a school that is no longer the pair's on
    these days.
    """
    texts = rules.clean({"name": name, "words": words}, ("name", "words"))
    if not texts["name"]:
        raise Refused("请填写受援学校确认人的姓名。")
    by_link = isinstance(by, LinkHolder)

    def settle(fresh: Trip) -> None:
        _hold_seen(fresh, version, "确认")
        rules.hold_place(fresh)
        if scan is not None:
            files.keep_scan(fresh, scan, by=by, at=at)
        elif not by_link and not files.scans_of(fresh).exists():
            raise Refused("请上传受援学校盖章后的确认单扫描件，再确认。")
        services.write_services(fresh, by=by, at=at)

    writes = {
        "proof": Trip.Proof.LINK if by_link else Trip.Proof.SHEET,
        "confirmer_name": texts["name"],
        "confirm_words": texts["words"][:LONGEST_WORDS],
        "confirmed_by": None if by_link else by,
        "confirmed_at": at,
    }
    signed = "，".join(filter(None, (f"受援学校确认人：{texts['name']}", texts["words"])))
    with one_step(Trip, TripService):
        rules.lock_people(trip)
        return take(STEPS["confirm"], trip, by=by, at=at, writes=writes, reason=signed, then=settle)


def send_back(
    trip: Trip, *, reason: str, version: int, by: Any, at: datetime.datetime, name: str = ""
) -> Trip:
    """Return a trip that is not right, with the reason that the principal reads; `name` is who says so.

    Raises Moved as confirm() does: what the reason speaks of may be mended already.
    """
    texts = rules.clean({"name": name, "words": reason}, ("name", "words"))
    writes = {**UNCONFIRMED, "confirmer_name": texts["name"], "confirm_words": texts["words"][:LONGEST_WORDS]}
    said = "，".join(filter(None, (texts["words"], texts["name"]))) if texts["words"] else ""
    return take(
        STEPS["return"],
        trip,
        by=by,
        at=at,
        reason=said,
        writes=writes,
        then=lambda fresh: _hold_seen(fresh, version, "退回"),
    )


def reopen(trip: Trip, *, reason: str, by: Any, at: datetime.datetime) -> Trip:
    """Open a confirmed trip again; its hours are struck, and it is to be sent and confirmed anew."""
    words = rules.clean({"words": reason}, ["words"])["words"]
    with one_step(Trip, TripService):
        rules.lock_people(trip)
        return take(
            STEPS["reopen"],
            trip,
            by=by,
            at=at,
            reason=words,
            writes={**UNCONFIRMED, "confirm_words": words[:LONGEST_WORDS]},
            then=lambda fresh: services.strike_services(fresh, by=by, at=at, reason=words, forget=True),
        )


def void(trip: Trip, *, reason: str, by: Any, at: datetime.datetime) -> Trip:
    """Strike a trip out with its hours; it stays on file and its numbers stay used."""
    words = rules.clean({"words": reason}, ["words"])["words"]
    with one_step(Trip, TripService):
        rules.lock_people(trip)
        return take(
            STEPS["void"],
            trip,
            by=by,
            at=at,
            reason=words,
            then=lambda fresh: services.strike_services(fresh, by=by, at=at, reason=words, forget=False),
        )


def retry(trip: Trip, *, by: Any, at: datetime.datetime) -> int:
    """Try once more to put the hours of a confirmed trip on file; return how many became records now.

    Raises Refused for a trip that is not confirmed, and when nothing is missing.
    """
    with one_step(TripService):
        rules.lock_people(trip)
        fresh = own(trip, by=by, roles=OFFICE)
        if fresh.status != S.CONFIRMED:
            raise Refused(f"这次下校现在是“{fresh.get_status_display()}”，没有服务时间可以记入。")
        if not TripService.objects.of(fresh).missing().exists():
            raise Refused("这次下校的服务时间都已记入，不必再试。")
        done = services.retry_services(fresh, by=by, at=at)
        record("trip.retry", fresh, by=by, at=at, changes={"rows": done})
    return done
