"""Who sees which rows, by post and term."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from activities.models import Enrolment
from guanweihui.models import AccessLink, AuditEvent, CollaborationGroup, District, Due, Post, School, User
from guanweihui.scope import LinkHolder, Reach, Role, System, reach_of
from members.models import Person
from outreach.models import HostSchool, Pairing
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture
def rows(cast):
    """Give each of the two schools, and a school of another district, a person and an enrolment."""
    away = factories.make_group(district=factories.make_district(full_name="别处区"), full_name="别处协作组")
    cast.away = factories.make_school(group=away, full_name="别处小学")
    cast.schools = {"home": cast.home.school, "far": cast.far.school, "away": cast.away}
    for school in cast.schools.values():
        factories.make_person(school=school)
        factories.make_enrolment(school=school)
    return cast


def seen(cast, actor, queryset, path="school", **more):
    """Name the schools whose rows the actor sees."""
    found = set(queryset.visible_to(actor, **more).values_list(path, flat=True))
    return {name for name, school in cast.schools.items() if school.pk in found}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("district", {"home", "far"}),
        ("leader", {"home", "far"}),
        ("auditor", {"home", "far"}),
        ("group", {"home"}),
        ("school", {"home"}),
        ("stranger", {"far"}),
        ("judge", set()),
        ("outreach", set()),
    ],
)
def test_each_post_opens_its_own_rows(rows, who, expected):
    actor = getattr(rows.users, who)
    assert [
        seen(rows, actor, School.objects, "pk"),
        seen(rows, actor, Person.objects),
        seen(rows, actor, Due.objects),
        seen(rows, actor, Enrolment.objects, "due__school"),
    ] == [expected] * 4


def test_a_judge_sees_nothing_of_the_district(rows):
    found = [
        model.objects.visible_to(rows.users.judge).count()
        for model in (
            District,
            CollaborationGroup,
            School,
            Person,
            User,
            Post,
            AccessLink,
            AuditEvent,
            Pairing,
        )
    ]
    assert found == [0] * 9


def test_nobody_sees_nothing(rows):
    asleep = factories.make_user(is_active=False)
    factories.make_post(user=asleep)
    for actor in (AnonymousUser(), asleep, factories.make_user(), System()):
        assert (reach_of(actor), School.objects.visible_to(actor).count()) == (Reach(), 0)


@pytest.mark.parametrize(
    ("from_on", "to_on", "opens"),
    [(0, None, True), (-9, 0, True), (0, 0, True), (-9, -1, False), (1, None, False), (1, 9, False)],
)
def test_a_post_opens_within_its_term_only(rows, from_on, to_on, opens):
    today = timezone.localdate()
    user = factories.make_user()
    factories.make_post(
        user=user,
        role=Role.SCHOOL,
        school=rows.home.school,
        from_on=today + datetime.timedelta(days=from_on),
        to_on=None if to_on is None else today + datetime.timedelta(days=to_on),
    )
    assert seen(rows, user, Person.objects) == ({"home"} if opens else set())


def test_two_posts_open_both(rows):
    user = factories.make_user()
    factories.make_post(user=user, role=Role.SCHOOL, school=rows.home.school)
    factories.make_post(user=user, role=Role.GROUP, group=rows.far.group)
    assert seen(rows, user, Person.objects) == {"home", "far"}
    assert seen(rows, user, Person.objects, roles={Role.GROUP}) == {"far"}
    assert seen(rows, user, Person.objects, roles={Role.DISTRICT}) == set()


def test_a_judge_s_post_beside_another_adds_nothing(rows):
    factories.make_post(user=rows.users.school, role=Role.JUDGE, district=rows.home.district)
    assert seen(rows, rows.users.school, Person.objects) == {"home"}


def test_a_link_leads_to_its_pair_only(rows):
    other = factories.make_pairing(programme=factories.make_programme(name="第二批老校长下乡"))
    holder = rows.users.outreach
    assert list(Pairing.objects.visible_to(holder)) == [rows.home.pairing]
    assert set(HostSchool.objects.visible_to(holder)) == {
        one.host_school for one in rows.home.pairing.partnerships.all()
    }
    link, _ = factories.make_link(other)
    assert list(Pairing.objects.visible_to(LinkHolder(link))) == [other]
    assert (holder.pk, holder.is_staff, School.objects.visible_to(holder).count()) == (None, False, 0)


def test_the_system_reaches_one_district(rows):
    assert seen(rows, System(rows.home.district), Person.objects) == {"home", "far"}


def test_reach_is_asked_once_an_actor(rows, django_assert_num_queries):
    user = User.objects.get(pk=rows.users.school.pk)
    with django_assert_num_queries(1):
        reach_of(user)
        reach_of(user)
