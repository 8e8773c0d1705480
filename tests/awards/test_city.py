"""Steps of a recommendation to the city: the choice, its order, the form, the result, who comes next."""

import datetime
import threading

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from awards.models import Category, CityRecommendation
from awards.workflow import city as steps
from guanweihui.answers import Unready
from guanweihui.filings import Outdated
from guanweihui.models import AuditEvent
from guanweihui.scope import System
from guanweihui.workflow import Refused
from tests import factories
from tests.awards import city_rows
from tests.awards.city_rows import S
from tests.races import at_once, race, verdicts

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2021, 3, 1)
AT = datetime.datetime(2021, 3, 1, 9, tzinfo=timezone.get_default_timezone())
VOID = {"voided_on": datetime.date(2021, 1, 4), "void_reason": "重复表彰"}


@pytest.fixture
def doing(cast):
    return {"by": cast.users.district, "at": AT}


@pytest.fixture
def category(cast):
    """Give a category with two places at the city."""
    return city_rows.make_city_cycle(district=cast.home.district, city_places=2)


@pytest.fixture
def winners(category):
    return [city_rows.make_winner(category) for _ in range(4)]


def standing(category) -> list[tuple[int, str]]:
    rows = CityRecommendation.objects.of_category(category).order_by("pk")
    return [(row.position, row.status) for row in rows]


def trail() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", "reason"))


# --- the choice -------------------------------------------------------------------------------------------


def test_the_first_take_the_places_and_the_rest_are_reserves_in_order(category, winners, doing):
    a, b, c, d = winners
    chosen = steps.choose(category, [b, d, a, c], **doing)
    assert [(row.honour, row.position, row.status) for row in chosen] == [
        (b, 1, S.CHOSEN),
        (d, 2, S.CHOSEN),
        (a, 3, S.RESERVE),
        (c, 4, S.RESERVE),
    ]
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.changes) == (
        "category.choose_city",
        {
            "拟推荐": f"{b.printed_unit}、{d.printed_unit}",
            "递补": f"{a.printed_unit}、{c.printed_unit}",
        },
    )


def test_the_draft_begins_with_what_the_nomination_said(category, winners, doing):
    (row,) = steps.choose(category, winners[:1], **doing)
    assert row.typed == {"unit_name": winners[0].printed_unit, "deeds": city_rows.DEEDS}


def test_choosing_anew_keeps_the_drafts_and_drops_who_is_not_named(category, winners, doing):
    a, b, c, _ = winners
    first, second = steps.choose(category, [a, b], **doing)
    steps.save_form(first, {"deeds": city_rows.SHORT}, version=1, **doing)
    steps.choose(category, [c, a], **doing)
    assert standing(category) == [(2, S.CHOSEN), (2, S.DROPPED), (1, S.CHOSEN)]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.typed, second.reason) == ({"deeds": city_rows.SHORT}, steps.LEFT_OUT)
    steps.choose(category, [b], **doing)
    assert standing(category) == [(2, S.DROPPED), (1, S.CHOSEN), (1, S.DROPPED)]


def test_a_certificate_made_anew_keeps_its_recommendation(category, winners, doing):
    (row,) = steps.choose(category, winners[:1], **doing)
    old = winners[0]
    old.voided_on, old.void_reason = VOID["voided_on"], VOID["void_reason"]
    old.save()
    new = factories.make_honour(
        category=category, unit=old.unit, decision=old.decision, nomination=old.nomination, replaces=old
    )
    steps.choose(category, [new], **doing)
    row.refresh_from_db()
    assert (row.honour, CityRecommendation.objects.count()) == (new, 1)


def other_honours(category):
    """Who may not be chosen: void, not nominated, of another category, of another cycle."""
    void = city_rows.make_winner(category, **VOID)
    loaded = factories.make_honour(category=category, decision=void.decision, unit=void.unit)
    beside = factories.make_category(cycle=category.cycle, kind=Category.Kind.GOOD_LEADER)
    other = city_rows.make_winner(beside, name="李明")
    earlier = city_rows.make_winner(city_rows.make_city_cycle(district=void.district, year=2018))
    return void, loaded, other, earlier


def test_only_standing_winners_of_the_category_are_chosen(category, doing):
    for honour in other_honours(category):
        with pytest.raises(Refused, match="不是本届“先进集体”的有效获奖者"):
            steps.choose(category, [honour], **doing)
    assert (standing(category), trail()) == ([], [])


def test_a_choice_is_refused_that_says_nothing_or_the_same_twice_or_has_no_places(category, winners, doing):
    with pytest.raises(Refused, match="请至少选择一个"):
        steps.choose(category, [], **doing)
    with pytest.raises(Refused, match="选了两次"):
        steps.choose(category, [winners[0], winners[0]], **doing)
    Category.objects.update(city_places=0)
    with pytest.raises(Refused, match="没有市级推荐名额"):
        steps.choose(category, winners, **doing)
    assert trail() == []


def test_once_something_has_gone_up_the_choice_stands(category, winners, doing):
    for status in steps.GONE_UP:
        row = city_rows.make_recommendation(category=category, status=status)
        with pytest.raises(Refused, match="已有上报的推荐"):
            steps.choose(category, winners, **doing)
        row.delete()


def test_only_the_office_of_the_district_chooses(cast, category, winners):
    for who in ("leader", "auditor", "group", "school"):
        with pytest.raises(Refused, match="不在您的职责范围内"):
            steps.choose(category, winners, by=getattr(cast.users, who), at=AT)


# --- the form ---------------------------------------------------------------------------------------------


def test_the_form_is_saved_as_typed_and_an_old_tab_is_told(category, doing):
    row = city_rows.make_recommendation(category=category)
    typed = {"deeds": "宣讲\r\n辅导", "abstract": "", "rank_level": "处级"}
    saved = steps.save_form(row, typed, version=1, **doing)
    assert (saved.typed, saved.version, saved.saved_by) == ({"deeds": "宣讲\n辅导"}, 2, doing["by"])
    assert steps.save_form(row, {"deeds": "宣讲\n辅导"}, version=1, **doing).version == 2
    with pytest.raises(Outdated, match="没有保存"):
        steps.save_form(row, {"deeds": "旧页面"}, version=1, **doing)
    assert trail() == [("cityrecommendation.save", "")]


def test_what_has_gone_up_or_is_out_is_not_changed(category, doing):
    for status in set(S) - steps.EDITABLE:
        row = city_rows.make_recommendation(category=category, status=status)
        with pytest.raises(Refused, match="不能修改"):
            steps.save_form(row, {"deeds": "改"}, version=1, **doing)


def test_an_incomplete_form_is_not_sent_and_the_counts_are_told(category, doing):
    row = city_rows.make_recommendation(category=category)
    row.typed = {"deeds": city_rows.DEEDS}
    row.save()
    with pytest.raises(Unready) as caught:
        steps.send(row, version=1, **doing)
    assert [fault.words for fault in caught.value.faults] == [
        "请填写“单位全称”。",
        "“主要事迹”有 45 字，最多 30 字，请删减。",
    ]


def test_a_complete_form_is_sent_with_its_day(category, doing):
    row = city_rows.make_recommendation(category=category)
    sent = steps.send(row, version=1, **doing)
    assert (sent.status, sent.sent_on) == (S.SENT, TODAY)
    assert trail() == [("cityrecommendation.send", "")]


def test_an_old_page_and_a_void_honour_are_not_sent(category, doing):
    row = city_rows.make_recommendation(category=category)
    with pytest.raises(Refused, match="被保存过"):
        steps.send(row, version=2, **doing)
    row.honour.voided_on, row.honour.void_reason = VOID["voided_on"], VOID["void_reason"]
    row.honour.save()
    with pytest.raises(Refused, match="已作废"):
        steps.send(row, version=1, **doing)


# --- results and promotion --------------------------------------------------------------------------------


def test_the_city_s_honour_is_recorded_with_its_document(category, doing):
    row = city_rows.make_recommendation(category=category, status=S.SENT, sent_on=datetime.date(2021, 2, 1))
    done = steps.award(row, title=" 市级先进集体 ", number="示教〔2021〕3号", on=TODAY, **doing)
    assert (done.status, done.result_title, done.result_number, done.result_on) == (
        S.AWARDED,
        "市级先进集体",
        "示教〔2021〕3号",
        TODAY,
    )
    assert trail() == [("cityrecommendation.award", "")]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"title": " "}, "请写明市级荣誉的名称"),
        ({"on": datetime.date(2021, 3, 2)}, "不能晚于今天"),
        ({"on": datetime.date(2021, 1, 31)}, "早于上报日期"),
    ],
)
def test_a_result_that_cannot_be_is_refused(category, doing, fields, why):
    row = city_rows.make_recommendation(category=category, status=S.SENT, sent_on=datetime.date(2021, 2, 1))
    with pytest.raises(Refused, match=why):
        steps.award(row, **{"title": "市级先进集体", "on": TODAY, **fields}, **doing)


def test_results_are_found_for_honour_pages_and_statistics(category, doing):
    row = city_rows.make_recommendation(category=category, status=S.AWARDED)
    city_rows.make_recommendation(category=category, status=S.SENT)
    found = CityRecommendation.objects.all()
    unit, day = row.honour.unit, row.result_on
    assert list(found.awarded()) == [row]
    assert list(found.of_honour(row.honour)) == list(found.of_unit(unit)) == [row]
    assert list(found.awarded_within(day, day)) == list(found.awarded_by(day)) == [row]
    assert list(found.awarded_by(day - datetime.timedelta(days=1))) == []
    assert dict(found.awarded().tally_by_kind()) == {"ADVANCED_COLLECTIVE": 1}


def test_a_free_place_goes_to_the_next_reserve_in_order(category, winners, doing):
    first, second, third, fourth = steps.choose(category, winners, **doing)
    with pytest.raises(Refused, match="名额 2 个，已用 2 个，没有空出"):
        steps.promote(third, **doing)
    dropped = steps.drop(first, reason="调离本区", **doing)
    assert (dropped.status, dropped.reason) == (S.DROPPED, "调离本区")
    with pytest.raises(Refused, match=f"排在前面的是“{winners[2].printed_unit}”"):
        steps.promote(fourth, **doing)
    assert steps.next_in_line(category) == third
    assert steps.promote(third, **doing).status == S.CHOSEN
    assert steps.next_in_line(category) is None
    CityRecommendation.objects.of_category(category).chosen().filter(pk=second.pk).update(status=S.SENT)
    assert steps.refuse(second, reason="名额所限", **doing).reason == "名额所限"
    assert steps.promote(fourth, **doing).status == S.CHOSEN
    assert trail() == [
        ("category.choose_city", ""),
        ("cityrecommendation.drop", "调离本区"),
        ("cityrecommendation.promote", ""),
        ("cityrecommendation.refuse", "名额所限"),
        ("cityrecommendation.promote", ""),
    ]


@pytest.fixture
def two_reserves(transactional_db):
    """Give the reserves of a category with one free place, in their order."""
    category = city_rows.make_city_cycle(city_places=1)
    return [
        city_rows.make_recommendation(category=category, status=S.RESERVE, position=place) for place in (1, 2)
    ]


def promoting(row, *, after=None):
    """Return a promotion that begins once the one before it has looked at what is free."""

    def work():
        assert after is None or after.wait(timeout=10)
        return steps.promote(row, by=System(row.cycle.district), at=AT)

    return work


@pytest.fixture
def looked(monkeypatch):
    """Tell when the first promotion has looked: it is about to write."""
    found, still_stands = threading.Event(), steps.still_stands

    def look(row):
        found.set()
        return still_stands(row)

    monkeypatch.setattr(steps, "still_stands", look)
    return found


def test_of_two_promotions_at_once_one_gets_the_place(two_reserves):
    assert race(*map(promoting, two_reserves)) == ["refused", "won"]
    assert CityRecommendation.objects.chosen().get() == two_reserves[0]
    assert trail() == [("cityrecommendation.promote", "")]


def test_a_promotion_waits_for_the_one_before_it_and_sees_its_place_taken(two_reserves, looked):
    first, second = two_reserves
    won, refused = at_once(promoting(first), promoting(second, after=looked))
    assert won.status == S.CHOSEN
    assert str(refused) == f"“{first.category}”市级推荐名额 1 个，已用 1 个，没有空出，不能递补。"


def test_with_the_count_of_before_both_get_the_place(two_reserves, looked, monkeypatch):
    """The control: what was taken as it stood before either wrote. Both win, so the race proves the look."""
    monkeypatch.setattr(type(CityRecommendation.objects.all()), "chosen", lambda rows: rows.none())
    first, second = two_reserves
    assert verdicts(promoting(first), promoting(second, after=looked)) == ["won", "won"]
    assert CityRecommendation.objects.filter(status=S.CHOSEN).count() == 2


def test_a_reserve_whose_honour_is_void_is_not_promoted(category, doing):
    row = city_rows.make_recommendation(
        category=category, status=S.RESERVE, winner=city_rows.make_winner(category, **VOID)
    )
    with pytest.raises(Refused, match="已作废"):
        steps.promote(row, **doing)


@pytest.mark.parametrize("name", ["refuse", "drop"])
def test_leaving_needs_a_reason(category, doing, name):
    row = city_rows.make_recommendation(category=category, status=S.SENT)
    with pytest.raises(Refused, match="请写明理由"):
        getattr(steps, name)(row, reason=" ", **doing)


WAYS = {
    "send": {"version": 1},
    "award": {"title": "市级先进集体", "on": TODAY},
    "refuse": {"reason": "名额所限"},
    "drop": {"reason": "调离本区"},
    "promote": {},
}


@pytest.mark.parametrize("name", WAYS)
def test_a_step_off_the_table_or_by_anybody_but_the_office_is_refused(cast, category, doing, name):
    row = city_rows.make_recommendation(
        category=category, reason="原因", result_title="荣誉", result_on=TODAY
    )
    mine, step = CityRecommendation.objects.of_honour(row.honour), getattr(steps, name)
    for status in sorted(set(S) - set(steps.STEPS[name].from_states)):
        mine.update(status=status)
        with pytest.raises(Refused, match="不能"):
            step(row, **WAYS[name], **doing)
        assert mine.get().status == status
    mine.update(status=min(steps.STEPS[name].from_states))
    for who in ("leader", "auditor", "group", "school"):
        with pytest.raises(Refused, match="不在您的职责范围内"):
            step(row, **WAYS[name], by=getattr(cast.users, who), at=AT)
    assert trail() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"status": S.REFUSED, "reason": ""},
        {"status": S.DROPPED, "reason": ""},
        {"status": S.AWARDED, "result_title": "", "result_on": TODAY},
        {"status": S.AWARDED, "result_title": "市级先进集体", "result_on": None},
    ],
)
def test_the_database_wants_reasons_and_results(category, fields):
    row = city_rows.make_recommendation(category=category)
    with pytest.raises(IntegrityError), transaction.atomic():
        CityRecommendation.objects.of_honour(row.honour).update(**fields)
