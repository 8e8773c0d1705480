"""Reviewing nominations as steps: a verdict on what was read, batches, the panel's marks, what waits."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from awards.models import CycleRule, Nomination, Opinion, PanelMark
from awards.todos import review as todos
from awards.workflow import nominations as steps
from awards.workflow import review
from guanweihui.models import AuditEvent, Remark
from guanweihui.scope import Role, System
from guanweihui.todos import Todo, for_actor
from guanweihui.workflow import Refused
from tests.awards import rows
from tests.factories import make_person, make_post, make_school

S, Kind = Nomination.Status, rows.Kind
Verdict = Opinion.Verdict
pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2020, 3, 5, 10, 0, tzinfo=datetime.UTC)


def actions_of(nomination):
    """Return what the trail says of a nomination since it was sent."""
    said = AuditEvent.objects.of(nomination).values_list("action", flat=True)
    found = list(said)
    return found[found.index("nomination.submit") + 1 :] if "nomination.submit" in found else found


def bare(cast, status, **fields):
    cycle = fields.pop("cycle", None) or rows.make_open_cycle(district=cast.home.district)
    return rows.bare(status, cycle=cycle, unit=fields.pop("unit", cast.home.school), **fields)


# --- the verdict ------------------------------------------------------------------------------------------


def test_a_group_endorses_returns_or_declines_what_waits_for_it(cast):
    group, now = cast.users.group, timezone.now()
    nomination = rows.make_sent(school=cast.home.school, by=cast.users.school)
    returned = review.decide(
        nomination,
        Verdict.RETURN,
        version=nomination.version,
        text="请补充事例。",
        remarks={"deeds": "写明时间。", "abstract": "  "},
        by=group,
        at=now,
    )
    remark = Remark.objects.get()
    opinion = returned.opinions.get(level=Opinion.Level.GROUP)
    assert (returned.status, opinion.verdict, opinion.text) == (S.RETURNED, Verdict.RETURN, "请补充事例。")
    assert (remark.field, remark.text, remark.filing_id) == ("deeds", "写明时间。", nomination.pk)
    again = rows.send(rows.fill(returned, by=cast.users.school), by=cast.users.school)
    endorsed = review.decide(
        again,
        Verdict.AGREE,
        version=again.version,
        signed_by="周组长",
        signed_on=NOW.date(),
        by=group,
        at=now,
    )
    opinion = endorsed.opinions.get(level=Opinion.Level.GROUP)
    assert (endorsed.status, endorsed.rank) == (S.ENDORSED, 1)
    assert (opinion.text, opinion.signed_by, opinion.signed_on) == ("同意推荐。", "周组长", NOW.date())
    assert actions_of(nomination)[-1] == "nomination.endorse"
    other = rows.make_sent(school=make_school(group=cast.home.group), cycle=nomination.cycle)
    declined = review.decide(
        other, Verdict.DECLINE, version=other.version, text="名额有限。", by=group, at=now
    )
    assert (declined.status, actions_of(other)) == (S.DECLINED, ["nomination.decline"])


def test_the_office_accepts_what_no_group_endorses_at_once(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    cycle.categories.update(passes_group=False)
    nomination = bare(cast, S.SUBMITTED, cycle=cycle)
    accepted = review.decide(nomination, Verdict.AGREE, version=1, by=cast.users.district, at=NOW)
    opinion = accepted.opinions.get()
    assert (accepted.status, opinion.level, opinion.text) == (
        S.ACCEPTED,
        Opinion.Level.DISTRICT,
        "复核通过，同意推荐。",
    )
    assert review.status_word(nomination) == "待区级复核"


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.DECLINE])
def test_with_posts_at_both_levels_one_acts_where_it_waits(cast, verdict):
    """Head of a group and of the office at once: his group's turn is his group's opinion."""
    both = make_post(user=cast.users.district, role=Role.GROUP, group=cast.home.group).user
    cycle, level = rows.make_open_cycle(district=cast.home.district), Opinion.Level
    waiting = {
        level.GROUP: bare(cast, S.SUBMITTED, cycle=cycle),
        level.DISTRICT: bare(cast, S.ENDORSED, cycle=cycle, unit=make_school(group=cast.home.group)),
    }
    for expected, nomination in waiting.items():
        review.decide(nomination, verdict, version=1, text="请补充。", by=both, at=NOW)
        assert nomination.opinions.get().level == expected
    abroad = bare(cast, S.SUBMITTED, cycle=cycle, unit=cast.far.school)
    steps.return_back(abroad, reason="请补充。", by=both, at=NOW)
    assert abroad.opinions.get().level == level.DISTRICT, "another group's is none of his group's"


def test_a_verdict_on_what_was_sent_anew_is_refused(cast):
    nomination = bare(cast, S.SUBMITTED, version=3)
    with pytest.raises(Refused, match="重新提交过"):
        review.decide(nomination, Verdict.DECLINE, version=2, text="不符。", by=cast.users.group, at=NOW)
    assert Nomination.objects.get().status == S.SUBMITTED


@pytest.mark.parametrize("status", sorted(set(S) - {S.SUBMITTED, S.ENDORSED}))
def test_what_waits_for_nobody_takes_no_verdict(cast, status):
    nomination = bare(cast, status)
    for by in (cast.users.group, cast.users.district):
        with pytest.raises(Refused, match="已不在您的待审核之列"):
            review.decide(nomination, Verdict.DECLINE, version=1, text="不符。", by=by, at=NOW)


def test_what_waits_for_one_level_takes_no_verdict_of_the_other(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    sent = bare(cast, S.SUBMITTED, cycle=cycle)
    endorsed = bare(cast, S.ENDORSED, cycle=cycle, kind=Kind.ADVANCED_RETIRED)
    for nomination, by in ((sent, cast.users.district), (endorsed, cast.users.group)):
        with pytest.raises(Refused, match="已不在您的待审核之列"):
            review.decide(nomination, Verdict.DECLINE, version=1, text="不符。", by=by, at=NOW)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        review.decide(sent, Verdict.AGREE, version=1, by=cast.users.school, at=NOW)


# --- batches ----------------------------------------------------------------------------------------------


def test_a_batch_passes_what_no_check_holds_up_and_names_the_rest(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    CycleRule.objects.create(cycle=cycle, code=CycleRule.Code.STANDING, effect=CycleRule.Effect.BLOCK)
    fine = bare(cast, S.ENDORSED, cycle=cycle)
    gone = make_person(school=cast.home.school, name="钱立", died_on=datetime.date(2019, 5, 1))
    open_check = bare(cast, S.ENDORSED, cycle=cycle, kind=Kind.ADVANCED_RETIRED, person=gone)
    school = make_school(group=cast.home.group, full_name="早报小学")
    early = bare(cast, S.SUBMITTED, cycle=cycle, unit=school)
    passed, left = review.accept_many([fine, open_check, early], by=cast.users.district, at=NOW)
    assert [one.pk for one in passed] == [fine.pk]
    assert left == [
        "钱立（检查“人员状态”待看，请逐件审核）",
        "早报小学（协作组还没有审核，请先由协作组审核）",
    ]
    assert (actions_of(fine), actions_of(open_check)) == (["nomination.accept"], [])


# --- the panel --------------------------------------------------------------------------------------------


def test_a_panellist_marks_once_and_the_mean_is_that_of_the_points(cast):
    nomination, by = bare(cast, S.ENDORSED), cast.users.district
    review.mark(nomination, "张主任", Decimal("80"), "", by=by, at=NOW)
    review.mark(nomination, "张主任", Decimal("92.5"), "事迹突出", by=by, at=NOW)
    review.mark(nomination, "刘老师", None, "待补材料", by=by, at=NOW)
    review.mark(nomination, "王老师", Decimal("88"), "", by=by, at=NOW)
    marks = list(PanelMark.objects.of(nomination))
    assert sorted((one.panellist, one.points, one.note) for one in marks if one.points) == [
        ("张主任", Decimal("92.5"), "事迹突出"),
        ("王老师", Decimal("88.0"), ""),
    ]
    assert review.mean_of(marks) == Decimal("90.25")
    assert review.mean_of(marks[:0]) is None
    review.unmark(next(one for one in marks if one.note == "待补材料"), by=by, at=NOW)
    assert PanelMark.objects.of(nomination).count() == 2
    assert actions_of(nomination) == ["nomination.mark"] * 4 + ["nomination.unmark"]


def test_nobody_but_the_office_marks_and_only_what_is_judged(cast):
    nomination = bare(cast, S.ENDORSED)
    for by, why in (
        (cast.users.group, "不在您的职责范围内"),
        (System(cast.home.district), "用自己的账号"),
    ):
        with pytest.raises(Refused, match=why):
            review.mark(nomination, "张主任", Decimal("80"), "", by=by, at=NOW)
    for points, words, why in ((Decimal("101"), "", "0 到 100"), (None, " ", "至少填一项")):
        with pytest.raises(Refused, match=why):
            review.mark(nomination, "张主任", points, words, by=cast.users.district, at=NOW)
    assert not PanelMark.objects.exists()


def test_marks_stand_as_they_are_once_nobody_judges_any_more(cast):
    nomination, by = bare(cast, S.ENDORSED), cast.users.district
    mark = review.mark(nomination, "张主任", Decimal("80"), "", by=by, at=NOW)
    for status in sorted(set(S) - {S.SUBMITTED, S.ENDORSED, S.ACCEPTED}):
        Nomination.objects.update(status=status)
        with pytest.raises(Refused, match="评审意见不能再改"):
            review.mark(nomination, "张主任", Decimal("90"), "", by=by, at=NOW)
        with pytest.raises(Refused, match="评审意见不能再改"):
            review.unmark(mark, by=by, at=NOW)
    assert PanelMark.objects.get().points == Decimal("80")


@pytest.mark.parametrize("second", [{"level": "1_UNIT", "text": "同意"}, {"level": "2_GROUP", "text": ""}])
def test_an_opinion_stands_once_a_level_and_says_something(cast, second):
    nomination = bare(cast, S.ENDORSED)
    Opinion.objects.create(nomination=nomination, level="1_UNIT", text="同意", given_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(nomination=nomination, given_at=NOW, **second)


# --- what waits -------------------------------------------------------------------------------------------


def test_reviewers_are_told_once_a_cycle_what_waits_for_them(cast):
    cycle = rows.make_open_cycle(
        district=cast.home.district,
        endorse_by_on=datetime.date(2020, 3, 20),
        review_by_on=datetime.date(2020, 4, 3),
    )
    for school in (cast.home.school, make_school(group=cast.home.group)):
        bare(cast, S.SUBMITTED, cycle=cycle, unit=school)
    bare(cast, S.ENDORSED, cycle=cycle, unit=cast.far.school)
    queue = reverse("review-queue")
    assert todos.nominations_to_endorse(cast.users.group, NOW) == [
        Todo(
            "2020年度先进评选：2 件推荐待审核",
            queue,
            "待审核",
            datetime.datetime(2020, 3, 20, 9, 0, tzinfo=datetime.UTC),
            "学校申报",
        )
    ]
    assert todos.nominations_to_accept(cast.users.district, NOW) == [
        Todo(
            "2020年度先进评选：1 件推荐待审核",
            queue,
            "待审核",
            datetime.datetime(2020, 4, 3, 9, 0, tzinfo=datetime.UTC),
            "协作组推荐",
        )
    ]
    assert todos.nominations_to_accept(cast.users.group, NOW) == []


def test_a_groups_order_is_to_be_confirmed_until_it_is_saved_after_the_last_endorsement(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    schools = [cast.home.school, make_school(group=cast.home.group), make_school(group=cast.home.group)]
    found = [rows.make_endorsed(school=school, cycle=cycle) for school in schools[:2]]
    group, category = cast.users.group, found[0].category
    expected = Todo(
        "先进集体：2 件推荐的排序待确认",
        reverse("review-order", args=[category.pk]),
        "待确认",
        None,
        "2020年度先进评选",
    )
    assert todos.orders_to_confirm(group, NOW) == [expected]
    steps.order_nominations(category, [found[1].pk, found[0].pk], by=group, at=timezone.now())
    assert todos.orders_to_confirm(group, NOW) == []
    rows.make_endorsed(school=schools[2], cycle=cycle)
    assert [one.title for one in todos.orders_to_confirm(group, NOW)] == ["先进集体：3 件推荐的排序待确认"]


def test_a_group_s_order_keeps_the_places_of_what_the_office_took_already(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    ranked = [
        bare(cast, status, cycle=cycle, unit=make_school(group=cast.home.group), rank=place)
        for place, status in enumerate((S.ENDORSED, S.ACCEPTED, S.ENDORSED), start=1)
    ]
    first, taken, last = ranked
    steps.order_nominations(first.category, [last.pk, first.pk], by=cast.users.group, at=NOW)
    assert dict(Nomination.objects.values_list("pk", "rank")) == {last.pk: 1, taken.pk: 2, first.pk: 3}


def test_what_lies_on_the_reviewers_desk_stands_in_the_to_do_list_once(cast):
    nomination = rows.make_sent(school=cast.home.school)
    steps.finish(nomination.due, by=cast.users.school, at=timezone.now())
    found = [todo.url for todo in for_actor(cast.users.group, timezone.now())]
    assert len([url for url in found if "nomination" in url or "review" in url]) == 1
