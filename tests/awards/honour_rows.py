"""Invented rows round a decision: a list that waits for it, and one that was decided."""

import datetime

from django.utils import timezone

from awards.models import AwardList, AwardListEntry, Category, Nomination, PublicNotice
from awards.workflow import honours as steps
from guanweihui.scope import System
from tests.awards import rows
from tests.factories import make_district, make_person, make_school, make_user, number

Kind = Category.Kind
DOC_NUMBER = "示教关〔2020〕6号"
#: The last day of the notice, and the day of the document.
LAST_ON, DECIDED_ON = datetime.date(2020, 12, 10), datetime.date(2020, 12, 18)


def make_ready_list(*, district=None, winners=((Kind.ADVANCED_COLLECTIVE, "示例区红星小学"),), **fields):
    """Make an approved list whose notice is closed; `winners` are pairs of a kind of award and a name.

    A name is a unit's for collectives, else a person's. `cycle` or `year` place it.
    """
    cycle = fields.pop("cycle", None)
    if cycle is None:
        cycle = rows.make_open_cycle(district=district or make_district(), **fields)
    now = timezone.now()
    award_list = AwardList.objects.create(
        cycle=cycle, status=AwardList.Status.APPROVED, approved_by=make_user(), approved_at=now
    )
    for kind, name in winners:
        enter(award_list, kind, name)
    post(award_list)
    return award_list


def enter(
    award_list, kind, name, *, status=Nomination.Status.APPROVED, outcome="AWARD", **more
) -> Nomination:
    """Put a nomination on a list, in a state of its own."""
    cycle = award_list.cycle
    fields = {}
    if kind == Kind.ADVANCED_COLLECTIVE:
        fields["unit"] = make_school(district=cycle.district, full_name=name, short_name=name[-12:])
    else:
        fields["unit"] = school = make_school(district=cycle.district)
        fields["person"] = make_person(school=school, name=name)
    nomination = rows.bare(status, cycle=cycle, kind=kind, **{**fields, **more})
    AwardListEntry.objects.create(
        award_list=award_list,
        nomination=nomination,
        outcome=outcome,
        reserve_place=1 if outcome == "RESERVE" else None,
    )
    return nomination


def post(award_list, status=PublicNotice.Status.CLOSED) -> PublicNotice:
    """Make the notice of a list, its period over."""
    ends_at = timezone.make_aware(datetime.datetime(2020, 12, 10, 17, 30))
    return PublicNotice.objects.create(
        award_list=award_list,
        status=status,
        token=f"token{next(number):020}",
        title="拟表彰名单公示",
        basis="经研究，现予公示。",
        phone="000-0000",
        address="示例路 1 号",
        contacts="王老师",
        first_on=LAST_ON - datetime.timedelta(days=6),
        last_on=LAST_ON,
        posted_at=ends_at - datetime.timedelta(days=7),
        ends_at=ends_at,
        closed_at=ends_at,
    )


def confer(award_list, **fields):
    """Confer a list by its office."""
    said = {
        "doc_number": DOC_NUMBER,
        "decided_on": DECIDED_ON,
        "organ": "",
        "by": System(award_list.cycle.district),
        "at": timezone.now(),
    }
    return steps.confer(award_list, **{**said, **fields})


def make_decided(**fields):
    """Make a list and confer it."""
    return confer(make_ready_list(**fields))
