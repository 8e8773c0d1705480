"""Invented lists to be commended, written straight where the steps that lead there do not matter."""

import datetime

from django.utils import timezone

from awards.models import AwardList, AwardListEntry
from awards.workflow import list_entries as meeting
from awards.workflow import lists as steps
from awards.workflow.list_counts import seen_of
from guanweihui.scope import System
from tests.awards import rows

Kind = rows.Kind
MET = {
    "met_on": datetime.date(2020, 5, 20),
    "place": "教委会议室",
    "chair": "陈主任",
    "attendees": "陈主任、李副主任\n王老师",
}


def make_cycle(*, kinds=(Kind.ADVANCED_COLLECTIVE,), places=2, **fields):
    """Make a cycle under way with small categories."""
    return rows.make_open_cycle(kinds=kinds, places=places, **fields)


def make_list(*, cycle=None, status="DRAFT", entries=(), **fields) -> AwardList:
    """Make a list; `entries` are outcomes, a nomination each of the cycle's first category.

    Nominations stand where a list of that number finds them: ACCEPTED, or decided by the list before.
    """
    cycle = cycle or make_cycle()
    if status == "APPROVED":
        fields.setdefault("approved_at", timezone.now())
    award_list = AwardList.objects.create(cycle=cycle, status=status, **{**MET, **fields})
    for outcome in entries:
        add(award_list, outcome)
    return award_list


def add(award_list, outcome="OPEN", *, kind=None, status=None, **fields) -> AwardListEntry:
    """Put a nomination on a list; a reserve stands at the end of the line."""
    cycle = award_list.cycle
    kind = kind or cycle.categories.order_by("position").first().kind
    decided = {"AWARD": "APPROVED", "RESERVE": "RESERVE", "DECLINE": "DECLINED"}.get(outcome, "ACCEPTED")
    status = status or (decided if award_list.number > 1 or award_list.status == "APPROVED" else "ACCEPTED")
    line = AwardListEntry.objects.of(award_list).filter(nomination__category__kind=kind, outcome="RESERVE")
    place = line.count() + 1 if outcome == "RESERVE" else None
    keys = {"rank", "unit", "person", "printed_name", "submitted_at"}
    more = {name: fields.pop(name) for name in keys & set(fields)}
    nomination = rows.bare(status, cycle=cycle, kind=kind, **more)
    if place and status == "RESERVE":
        nomination.reserve_place = place
        nomination.save(update_fields=["reserve_place"])
    defaults = {
        "outcome": outcome,
        "reserve_place": place,
        "note": "材料不实" if outcome == "DECLINE" else "",
    }
    return AwardListEntry.objects.create(
        award_list=award_list, nomination=nomination, **{**defaults, **fields}
    )


def make_approved(**fields) -> AwardList:
    """Make an approved list whose nominations follow it."""
    return make_list(status="APPROVED", **fields)


def decide(entry, outcome, *, by=None, **fields) -> AwardListEntry:
    """Decide an entry as its page of this moment shows it."""
    entry.refresh_from_db()
    by = by or System(entry.award_list.cycle.district)
    fields.setdefault("seen", seen_of(entry))
    return meeting.decide(entry, outcome=outcome, by=by, at=timezone.now(), **fields)


def propose(award_list, *, by=None, **fields) -> AwardList:
    """Put a list forward as its page of this moment shows it."""
    award_list.refresh_from_db()
    by = by or System(award_list.cycle.district)
    fields.setdefault("version", award_list.version)
    return steps.propose(award_list, by=by, at=timezone.now(), **fields)


def approve(award_list, *, by, **fields) -> AwardList:
    award_list.refresh_from_db()
    fields.setdefault("version", award_list.version)
    return steps.approve(award_list, by=by, at=timezone.now(), **fields)


def stand(award_list) -> list[tuple[str, int | None]]:
    """Return (outcome, place) of a list's entries in the order they were made."""
    found = AwardListEntry.objects.of(award_list).order_by("pk")
    return list(found.values_list("outcome", "reserve_place"))
