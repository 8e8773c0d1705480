"""What the demo shows of registration: one round under way, some schools through it, their cards printed."""

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanweihui import filings, rounds, workdays
from guanweihui.models import CollaborationGroup, District, Due, Round
from guanweihui.scope import Place, Reach, Role, System
from members.models import Person
from members.workflow.cards import issue_card
from members.workflow.registration import accept_registration, save_draft, start

#: So many schools of the group have sent their lists, with so many people each.
SCHOOLS, PEOPLE = 8, 9
OPEN_DAYS, LEFT_DAYS = 16, 14
BASIS = "学校纸质《关工委“五老”志愿者登记表》，盖章件存区关工委办公室"


def seed_registration(
    district: District, group: CollaborationGroup, waiting: Any, *, by: Any, at: datetime.datetime
) -> list[Person]:
    """Open this year's round and take some schools of the group through it; return whom they registered.

    The school `waiting` has everything still to do. Everybody registered gets his card.
    """
    local = timezone.localtime(at)
    values = {
        "kind": Round.Kind.REGISTRATION,
        "title": f"{local.year}年五老志愿者登记",
        "year": local.year,
        "opens_at": at - datetime.timedelta(days=OPEN_DAYS),
        "deadline_at": workdays.office_closes(local.date() + datetime.timedelta(days=LEFT_DAYS), {}),
        "as_of_on": local.date(),
        "group_endorses": False,
    }
    with transaction.atomic():
        round_ = rounds.open_round(rounds.plan_round(values, by=by, at=at), by=by, at=at)
        people = []
        for due in _first_dues(round_, group, waiting):
            people += _through(due, by=by, at=at)
        for person in people:
            issue_card(person, by=by, at=at)
    return people


def _first_dues(round_: Round, group: CollaborationGroup, waiting: Any) -> list[Due]:
    dues = Due.objects.filter(round=round_, school__group=group).exclude(school=waiting)
    return list(dues.select_related("school__district", "round").order_by("school__position")[:SCHOOLS])


def _through(due: Due, *, by: Any, at: datetime.datetime) -> list[Person]:
    """Fill in, send and accept one school's list."""
    people = list(
        Person.objects.visible_to(by)
        .volunteers_on(timezone.localdate(at))
        .filter(school=due.school)
        .order_by("pk")[:PEOPLE]
    )
    if not people:
        return []
    consented = timezone.localdate(at) - datetime.timedelta(days=OPEN_DAYS - 4)
    school = System(due.school.district, name=f"演示数据（{due.school}）")
    school.reach = Reach((Place(Role.SCHOOL, "school", due.school_id),), due.school.district)
    registration = start(due, by=school, at=at)
    draft = save_draft(
        registration,
        {
            "filled_by": "李明",
            "phone": "19900005678",
            "paper_place": "校档案室",
            "consents": {person.pk: consented for person in people},
        },
        version=registration.version,
        by=school,
        at=at,
    )
    sent = filings.file_on_behalf(draft, by=by, at=at, basis=BASIS)
    accept_registration(sent, by=by, at=at)
    return list(Person.objects.filter(pk__in=[person.pk for person in people]).order_by("pk"))
