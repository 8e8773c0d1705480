"""Vetoes and bans: set on a person or a school with a reason, lifted with one; the office's alone."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from awards.models import Veto
from awards.workflow import vetoes as steps
from guanweihui.models import AuditEvent
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from tests.awards.cycle_rows import AT, office
from tests.cast import count_queries
from tests.factories import make_district, make_person, make_post, make_school

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate(AT)
DAY = datetime.timedelta(days=1)


def values(**fields):
    return {"kind": "VETO", "reason": "师德失范", "from_on": TODAY, "until_on": None, **fields}


def make_veto(target=None, **fields):
    return steps.set_veto(target or make_school(), values(**fields), by=office(), at=AT)


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "reason"))


@pytest.mark.parametrize("make", [make_person, make_school])
def test_a_veto_stands_until_it_is_lifted(make):
    veto = make_veto(make())
    assert (veto.person is None) != (veto.school is None)
    assert list(Veto.objects.standing(TODAY)) == [veto]
    lifted = steps.lift_veto(veto, reason="查无实据", by=office(), at=AT)
    assert (lifted.lifted_at, lifted.lift_reason) == (AT, "查无实据")
    assert not Veto.objects.standing(TODAY).exists()
    assert trail() == [("veto.set", "师德失范"), ("veto.lift", "查无实据")]
    assert AuditEvent.objects.first().district == veto.district


def test_a_ban_holds_between_its_days():
    make_veto(kind="BAN", from_on=TODAY + DAY, until_on=TODAY + 3 * DAY)
    standing = [passed for passed in range(6) if Veto.objects.standing(TODAY + passed * DAY).exists()]
    assert standing == [1, 2, 3]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "请写明理由"),
        ({"until_on": TODAY - DAY, "from_on": TODAY - 9 * DAY}, "截止日期已经过去"),
        ({"from_on": TODAY + 9 * DAY, "until_on": TODAY + DAY}, "不能早于起始日期"),
    ],
)
def test_a_veto_that_says_nothing_or_holds_never_is_refused(fields, words):
    with pytest.raises(Refused, match=words):
        make_veto(**fields)
    assert (Veto.objects.count(), trail()) == (0, [])


def test_one_of_a_kind_at_a_time():
    school = make_school()
    veto = make_veto(school)
    with pytest.raises(Refused, match="已有没有解除的一票否决"):
        make_veto(school, from_on=TODAY + 30 * DAY)
    make_veto(school, kind="BAN")
    steps.lift_veto(veto, reason="整改完成", by=office(), at=AT)
    assert make_veto(school).pk


def test_lifting_is_once_in_time_and_says_why():
    veto = make_veto(until_on=TODAY)
    with pytest.raises(Refused, match="请写明理由"):
        steps.lift_veto(veto, reason="  ", by=office(), at=AT)
    with pytest.raises(Refused, match="已经到期"):
        steps.lift_veto(veto, reason="到期", by=office(), at=AT + DAY)
    steps.lift_veto(veto, reason="整改完成", by=office(), at=AT)
    with pytest.raises(Refused, match="已经解除"):
        steps.lift_veto(veto, reason="整改完成", by=office(), at=AT)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_only_the_office_sets_and_lifts(role):
    veto, other = make_veto(), make_post(role=role, district=make_district()).user
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.set_veto(make_school(), values(), by=other, at=AT)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.lift_veto(veto, reason="整改完成", by=other, at=AT)
    far = make_post(role=Role.DISTRICT, district=make_district(full_name="外区")).user
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.lift_veto(veto, reason="整改完成", by=far, at=AT)


def test_the_database_holds_what_a_veto_says():
    veto = make_veto()
    for fields, name in (
        ({"person": make_person().pk}, "veto_is_of_a_person_or_a_school"),
        ({"reason": ""}, "veto_gives_a_reason"),
        ({"until_on": TODAY - DAY}, "veto_ends_after_it_begins"),
        ({"lifted_at": AT}, "lifted_veto_gives_a_reason"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Veto.objects.filter(pk=veto.pk).update(**fields)


# --- pages --------------------------------------------------------------------------------------------------


def test_the_list_costs_the_same_for_one_and_for_three(cast):
    make_veto()
    one = count_queries(cast.district, reverse("veto-list"))
    make_veto(make_person())
    make_veto(make_person())
    assert (one, count_queries(cast.district, reverse("veto-list"))) == (5, 5)


def test_the_list_says_how_each_stands(cast):
    make_veto(until_on=timezone.localdate())
    make_veto(make_person(name="王玥"), from_on=timezone.localdate() + DAY)
    Veto.objects.create(
        district=cast.home.district,
        school=cast.home.school,
        reason="材料不实",
        from_on=TODAY - 9 * DAY,
        until_on=TODAY - DAY,
        set_by=cast.users.district,
        set_at=AT,
    )
    page = cast.district.get(reverse("veto-list"))
    assert [row.cells[7].word for row in page.context["shown"].rows] == ["未开始", "生效中", "已到期"]


def test_somebody_is_found_by_name_or_number_and_namesakes_are_named(cast):
    person = make_person(school=cast.home.school, name="王玥", staff_no="JG100")
    make_person(school=cast.far.school, name="王玥", staff_no="JG200")
    typed = {"kind": "VETO", "reason": "师德失范", "from_on": "2020-03-02", "who": "王玥"}
    page = cast.district.post(reverse("veto-new"), typed)
    assert page.status_code == 422
    assert (
        "找到不止一个：王玥（和平小学，教工编号 JG100）、王玥（光明中学，教工编号 JG200）"
        in page.content.decode()
    )
    assert 'value="2020-03-02"' in page.content.decode()
    answer = cast.district.post(reverse("veto-new"), {**typed, "who": "JG100"})
    assert (answer.status_code, Veto.objects.get().person) == (302, person)


def test_a_unit_is_found_by_its_name_and_a_stranger_to_the_district_is_not(cast):
    make_school(district=make_district(full_name="外区"), full_name="外区小学")
    typed = {"kind": "BAN", "reason": "材料不实", "from_on": "2020-03-02"}
    page = cast.district.post(reverse("veto-new"), {**typed, "who": "外区小学"})
    assert (page.status_code, "没有找到" in page.content.decode()) == (422, True)
    cast.district.post(reverse("veto-new"), {**typed, "who": "示例区和平小学"})
    assert Veto.objects.get().school == cast.home.school


def test_lifting_needs_a_reason_and_leaves_the_line(cast):
    veto = make_veto(cast.home.school)
    url = reverse("veto-lift", args=[veto.pk])
    assert cast.district.post(url, {"reason": ""}).status_code == 422
    assert cast.district.post(url, {"reason": "查" * 301}).status_code == 422, "longer than it is kept"
    assert cast.district.post(url, {"reason": "查无实据"}).status_code == 302
    assert "师德失范（解除：查无实据）" in cast.district.get(reverse("veto-list")).content.decode()
