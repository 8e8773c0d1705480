"""The demo's campaign: every kind of answer, and a home page that stays on the year with its figures."""

import datetime
from collections import Counter

import pytest
from django.utils import timezone

from activities.demo import FAR, seed_campaign
from activities.models import TaskEvidence
from guanweihui import dashboard, todos
from guanweihui.models import Due, Remark, Round
from guanweihui.models.org import Segment
from guanweihui.scope import System
from tests.factories import make_enrolment, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(cast):
    """Eight schools of the group beside the demo's own, one of them with an enrolment of 2018."""
    schools = [make_school(group=cast.home.group) for _ in range(len(FAR) + 1)]
    make_enrolment(school=schools[0], lines=((Segment.PRIMARY, 10, 300),))
    ways = {"by": cast.users.district, "at": timezone.now()}
    return seed_campaign(cast.home.district, cast.home.group, cast.home.school, **ways)


def test_the_demo_shows_every_kind_of_answer(cast, campaign):
    states = Counter(Due.objects.of_round(campaign.round).values_list("state", flat=True))
    assert states == {
        "ACCEPTED": 3,
        "ENDORSED": 1,
        "SUBMITTED": 2,
        "RETURNED": 1,
        "NIL": 1,
        "WAITING": 3,
    }
    assert (campaign.stages.count(), campaign.tasks.count(), campaign.materials.count()) == (5, 5, 1)
    assert (TaskEvidence.objects.count(), Remark.objects.get().field) == (3, "students_primary")
    first = campaign.enrolments.order_by("pk")[0]
    assert [(line.classes, line.students) for line in first.lines.all()] == [(11, 332)]


def test_the_demo_s_school_has_everything_to_do(cast, campaign):
    assert Due.objects.get(round=campaign.round, school=cast.home.school).state == Due.State.WAITING
    found = {todo.title for todo in todos.for_actor(cast.users.school, timezone.now())}
    assert {campaign.round.title, "开展读书启动活动", "报送学校评选结果"} <= found


def test_the_home_page_stays_on_the_last_year_that_was_closed(cast, campaign):
    """The founding figures stand in the demo's home page, not the few of a campaign under way."""
    actor = System(cast.home.district)
    assert dashboard.last_day_with_data(actor) == datetime.date(2018, 11, 30)
    Round.objects.filter(pk=campaign.round_id).update(state=Round.State.CLOSED)
    closes = timezone.localdate(campaign.round.deadline_at)
    assert dashboard.last_day_with_data(actor) == closes
