"""What the demo shows of the annual return."""

import datetime
from collections import Counter

import pytest
from django.utils import timezone

from activities.demo_returns import seed_returns
from activities.return_known import ask
from guanweihui.models import Due, FrozenTable, Round
from guanweihui.scope import System
from tests.factories import make_person, make_school

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_year_closed_and_one_under_way(cast):
    home = cast.home
    for place in range(8):
        make_person(school=make_school(group=home.group, position=30_000 + place))
    make_person(school=home.school)
    now = timezone.make_aware(datetime.datetime(2026, 11, 22, 10))
    round_ = seed_returns(home.district, home.group, home.school, by=System(home.district), at=now)
    before = Round.objects.get(year=2025)
    assert (round_.year, round_.state, before.state) == (2026, Round.State.OPEN, Round.State.CLOSED)
    states = Counter(
        Due.objects.filter(round=round_, school__group=home.group).values_list("state", flat=True)
    )
    assert states == {"ACCEPTED": 5, "SUBMITTED": 2, "RETURNED": 1, "WAITING": 1}
    assert Due.objects.get(round=round_, school=home.school).state == Due.State.WAITING
    # Eight schools of last year, the demo school among them: it sees what it said then.
    assert Counter(Due.objects.filter(round=before).values_list("state", flat=True))["ACCEPTED"] == 8
    assert ask(Due.objects.get(round=round_, school=home.school)).last["volunteers_teachers"] == 1
    assert {"t1", "t3", "t6"} <= set(FrozenTable.objects.of_round(before).values_list("key", flat=True))
