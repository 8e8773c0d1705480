"""Invented annual returns."""

import datetime

from django.db import transaction
from django.utils import timezone

from activities.models import AnnualReturn
from activities.return_filing import keep
from activities.return_known import ask
from guanweihui.models import Due, Filing, Round
from guanweihui.questionnaire import clean
from tests.factories import DEADLINE, make_round, make_school

AS_OF = datetime.date(2018, 12, 25)
#: A complete sheet that balances: 7 members, 30 retirees, 10 volunteers.
TYPED = {
    "set_up": "2005.9",
    "director": "张建国",
    "director_duty": "党总支书记",
    "deputy": "李素梅",
    "deputy_service": "退休",
    "members_in_service": "4",
    "members_retired": "3",
    "members_party": "6",
    "retirees_honoured": "1",
    "retirees_retired": "29",
    "volunteers_cadres": "2",
    "volunteers_soldiers": "0",
    "volunteers_experts": "1",
    "volunteers_teachers": "7",
    "volunteers_models": "0",
    "volunteers_women": "6",
    "volunteers_party": "8",
    "volunteers_core": "3",
    "funds": "3000.50",
    "has_plan": "有",
    "has_summary": "有",
    "rules": "5",
    "meetings": "4",
    "party_reports": "2",
    "liaison": "王志远",
    "liaison_phone": "19900004321",
    "theme_sessions": "6",
    "theme_elders": "24",
    "theme_students": "900",
    "reading_sessions": "3",
    "reading_elders": "9",
    "reading_students": "270",
    "care_helped": "12",
    "care_aid": "2400",
    "news_sent": "6",
    "used_by_district": "4",
    "used_by_city": "1",
    "journals": "1",
    "media": "2",
    "filled_by": "王志远",
    "reviewed_by": "李素梅",
    "head": "张建国",
}


def make_return_round(**fields) -> Round:
    """Make the round of 2018: figures as of 25 December, no group in between."""
    defaults = {
        "kind": Round.Kind.ANNUAL_RETURN,
        "title": "2018年度统计",
        "as_of_on": AS_OF,
        "state": Round.State.OPEN,
        "group_endorses": False,
        "opens_at": DEADLINE,
        "deadline_at": DEADLINE + datetime.timedelta(days=30),
    }
    return make_round(**{**defaults, **fields})


def make_return_due(**fields) -> Due:
    fields["school"] = fields.get("school") or make_school()
    fields["round"] = fields.get("round") or make_return_round(district=fields["school"].district)
    return Due.objects.create(**fields)


def make_return(*, status=Filing.Status.ACCEPTED, round=None, school=None, due=None, **typed) -> AnnualReturn:
    """Make a return with its answers kept, its due in step; `typed` changes single answers of TYPED."""
    due = due or make_return_due(round=round, school=school)
    filing = AnnualReturn(due=due, status=status, submitted_at=DEADLINE)
    filing.typed = TYPED | typed
    filing.save()
    keep(filing, clean(ask(due).questionnaire, filing.typed)[0])
    with transaction.atomic():
        filing.settle(at=timezone.now())
    due.refresh_from_db()
    return filing
