"""The review pages: the queue, the opinion and where it leads, marks, a group's order."""

import datetime
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from awards.models import CycleRule, FormField, Nomination, PanelMark
from awards.workflow import nominations as steps
from awards.workflow import review
from guanweihui import answers
from tests.awards import rows
from tests.awards.review_rows import make_rules, page
from tests.cast import count_queries
from tests.factories import make_person, make_school

S, Kind = Nomination.Status, rows.Kind
pytestmark = pytest.mark.django_db
QUEUE = "/review/"


def waiting_names(answer):
    """Return the names in the queue's pane, from the top."""
    pane = page(answer).split('class="review-form"')[0]
    return re.findall(r'<a href="/review/\d+/">(.+?)</a>', pane)


def said(client):
    """Return the messages that the next page shows."""
    return [str(one) for one in client.get(reverse("nomination-list")).context["messages"]]


def agree(nomination, **more):
    return {
        "version": nomination.version,
        "verdict": "AGREE",
        "text": "",
        "signed_by": "周组长",
        "signed_on": "2020-03-05",
        **more,
    }


# --- the queue --------------------------------------------------------------------------------------------


def test_the_queue_goes_by_deadline_then_category_then_unit(cast):
    day = datetime.date(2020, 3, 20)
    district = cast.home.district
    late = rows.make_open_cycle(district=district, endorse_by_on=day)
    soon = rows.make_open_cycle(district=district, year=2018, endorse_by_on=datetime.date(2020, 3, 10))
    first = make_school(group=cast.home.group, short_name="一小", position=1)
    second = make_school(group=cast.home.group, short_name="二小", position=2)
    rows.bare(S.SUBMITTED, cycle=late, unit=second)
    rows.bare(S.SUBMITTED, cycle=late, unit=first)
    person = make_person(school=first, name="徐玥")
    rows.bare(S.SUBMITTED, cycle=late, unit=first, kind=Kind.ADVANCED_RETIRED, person=person)
    rows.bare(S.SUBMITTED, cycle=soon, unit=second)
    rows.bare(S.SUBMITTED, cycle=late, unit=cast.far.school)  # another group's
    rows.bare(S.ENDORSED, cycle=late, unit=cast.home.school)  # the district's turn
    assert waiting_names(cast.group.get(QUEUE)) == ["二小", "一小", "二小", "徐玥"]
    assert waiting_names(cast.district.get(QUEUE)) == ["和平小学"]
    answer = cast.group.get(QUEUE)
    assert "待审核（4）" in page(answer)
    assert "退休先进个人 · 一小" in page(answer)


def test_a_long_queue_has_pages_and_each_item_stands_on_its_own(cast, monkeypatch):
    monkeypatch.setattr("awards.views.review.PER_PAGE", 2)
    cycle = rows.make_open_cycle(district=cast.home.district)
    found = [rows.bare(S.ENDORSED, cycle=cycle) for _ in range(3)]
    last = cast.district.get(reverse("review-item", args=[found[2].pk]))
    assert waiting_names(last) == [found[2].unit.short_name]
    assert f'href="{QUEUE}?page=1"' in page(last)
    second = cast.district.get(QUEUE, {"page": 2})
    assert second.context["nomination"] == found[2]


def test_the_queue_costs_the_same_for_one_and_for_three(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    make_rules(cycle)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            person = make_person(school=make_school(group=cast.home.group))
            rows.make_endorsed(person=person, cycle=cycle, kind=Kind.ADVANCED_RETIRED)
        counts.append(count_queries(cast.district, QUEUE))
    assert counts == [12, 12]


def test_the_groups_queue_costs_the_same_for_one_and_for_three(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            rows.make_sent(school=make_school(group=cast.home.group), cycle=cycle)
        counts.append(count_queries(cast.group, QUEUE))
    assert counts == [8, 8]


def test_an_empty_queue_leads_on_to_the_orders_of_the_group(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    endorsed = rows.bare(S.ENDORSED, cycle=cycle, unit=cast.home.school)
    answer = cast.group.get(QUEUE)
    assert "没有待您审核的推荐" in page(answer)
    assert answer.context["orders"] == [("先进集体", reverse("review-order", args=[endorsed.category_id]))]


def test_what_waits_no_more_has_its_own_page(cast):
    nomination = rows.bare(S.ACCEPTED, cycle=rows.make_open_cycle(district=cast.home.district))
    answer = cast.district.get(reverse("review-item", args=[nomination.pk]))
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("nomination-detail", args=[nomination.pk]),
    )


def test_only_what_no_check_holds_up_may_be_ticked(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    CycleRule.objects.create(cycle=cycle, code="STANDING", effect=CycleRule.Effect.WARN)
    fine = rows.bare(S.ENDORSED, cycle=cycle, unit=cast.home.school)
    gone = make_person(school=cast.home.school, died_on=datetime.date(2019, 5, 1))
    held = rows.bare(S.ENDORSED, cycle=cycle, unit=cast.home.school, kind=Kind.GOOD_LEADER, person=gone)
    answer = cast.district.get(reverse("review-item", args=[held.pk]))
    assert re.findall(r'name="nomination" value="(\d+)"', page(answer)) == [str(fine.pk)]
    assert "有检查项没有通过" in page(answer)
    cast.district.post(reverse("review-accept-many"), {"nomination": [fine.pk, held.pk, "x"]})
    messages = said(cast.district)
    assert messages[0] == "已复核通过 1 件。"
    assert messages[1].startswith(f"没有办理 1 件：{held.nominee}（检查“人员状态”待看")
    assert {fine.pk: "ACCEPTED", held.pk: "ENDORSED"} == dict(Nomination.objects.values_list("pk", "status"))


# --- what the reviewer reads ------------------------------------------------------------------------------


def test_what_the_school_changed_since_the_reviewer_looked_is_marked(cast):
    nomination = rows.make_sent(school=cast.home.school, by=cast.users.school)
    url = reverse("review-item", args=[nomination.pk])
    assert "有修改" not in page(cast.group.get(url))
    steps.return_back(nomination, reason="请补充。", by=cast.users.group, at=timezone.now())
    nomination.refresh_from_db()
    again = rows.fill(nomination, by=cast.users.school, abstract="宣讲8场，成效明显。")
    rows.send(again, by=cast.users.school)
    answer = page(cast.group.get(url))
    assert "宣讲<ins>8场，</ins>成效明显。" in answer
    assert answer.count("有修改") == 1
    assert answers.look(again, by=cast.users.group, at=timezone.now()).number == 2


def test_a_telephone_in_the_form_is_masked(cast):
    nomination = rows.make_nomination(school=cast.home.school, by=cast.users.school)
    field = {"section": "1_FACTS", "key": "contact", "label": "联系电话", "format": "phone"}
    FormField.objects.create(category=nomination.category, **field)
    rows.send(rows.fill(nomination, by=cast.users.school, contact="13900001234"), by=cast.users.school)
    for client, route in ((cast.group, "review-item"), (cast.district, "nomination-detail")):
        answer = page(client.get(reverse(route, args=[nomination.pk])))
        assert "联系电话" in answer
        assert "13900001234" not in answer


# --- the opinion ------------------------------------------------------------------------------------------


def test_a_decision_opens_the_next_and_the_last_one_ends_the_queue(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    one, two, three = (
        rows.make_sent(school=make_school(group=cast.home.group), cycle=cycle) for _ in range(3)
    )
    decide = "review-decide"
    answer = cast.group.post(reverse(decide, args=[two.pk]), agree(two))
    assert answer["Location"] == reverse("review-item", args=[three.pk])
    answer = cast.group.post(reverse(decide, args=[three.pk]), agree(three))
    assert answer["Location"] == reverse("review-item", args=[one.pk])
    answer = cast.group.post(reverse(decide, args=[one.pk]), agree(one))
    assert answer["Location"] == QUEUE
    assert said(cast.group)[-1] == f"{one.nominee}：已同意推荐，报区级复核。没有待您审核的推荐了。"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"verdict": "RETURN"}, "请写明退回的理由"),
        ({"verdict": "DECLINE"}, "请写明不予推荐的理由"),
        ({"remark_deeds": "写明时间"}, "只有退回修改才会转给学校"),
        ({"signed_by": " "}, "协作组意见须由负责人签署"),
        ({"signed_on": "2999-01-01"}, "签署日期不能晚于今天"),
        ({"verdict": "RETURN", "text": "请改", "version": "0"}, "重新提交过"),
    ],
)
def test_a_wrong_opinion_is_told_and_nothing_typed_is_lost(cast, typed, why):
    nomination = rows.make_sent(school=cast.home.school, by=cast.users.school)
    data = agree(nomination, **typed)
    answer = cast.group.post(reverse("review-decide", args=[nomination.pk]), data)
    assert answer.status_code == (409 if "version" in typed else 422)
    assert why in page(answer)
    shown = answer.context["form"]
    assert {name: shown[name].value() for name in data} == {name: str(v) for name, v in data.items()}
    assert Nomination.objects.get().status == S.SUBMITTED


def test_what_is_put_aside_is_there_again_for_this_reviewer_alone(cast):
    nomination = rows.make_endorsed(school=cast.home.school, by=cast.users.school)
    url = reverse("review-decide", args=[nomination.pk])
    typed = {"verdict": "RETURN", "text": "写了一半", "remark_deeds": "写明时间", "keep": "1"}
    answer = cast.district.post(url, typed | {"version": nomination.version})
    item = reverse("review-item", args=[nomination.pk])
    assert answer["Location"] == item
    form = cast.district.get(item).context["form"]
    kept = {name: form[name].value() for name in ("verdict", "text", "remark_deeds")}
    assert kept == {"verdict": "RETURN", "text": "写了一半", "remark_deeds": "写明时间"}
    cast.district.post(url, {**kept, "version": nomination.version})
    assert cast.district.session["opinion_drafts"] == {}
    assert Nomination.objects.get().status == S.RETURNED


# --- the panel and the order ------------------------------------------------------------------------------


def test_the_office_enters_marks_and_takes_them_away(cast):
    nomination = rows.make_endorsed(school=cast.home.school, by=cast.users.school)
    url, item = (reverse(f"review-{w}", args=[nomination.pk]) for w in ("mark", "item"))
    wrong = cast.district.post(url, {"panellist": "张主任", "points": "101", "note": "好"})
    assert wrong.status_code == 422
    assert wrong.context["mark_form"]["note"].value() == "好"
    assert cast.district.post(url, {"panellist": "张主任", "points": "92.5"})["Location"] == item
    assert "平均 <b>92.50</b> 分" in page(cast.district.get(item))
    mark = PanelMark.objects.get()
    far = rows.make_endorsed(school=cast.far.school, cycle=nomination.cycle)
    foreign = reverse("review-mark", args=[far.pk])
    assert cast.district.post(foreign, {"remove": mark.pk}).status_code == 404
    cast.district.post(url, {"remove": mark.pk})
    assert not PanelMark.objects.exists()


def test_a_group_orders_by_numbers_or_a_step_at_a_time(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    found = [
        rows.bare(S.ENDORSED, cycle=cycle, unit=make_school(group=cast.home.group), rank=place)
        for place in (1, 2, 3)
    ]
    one, two, three = found
    url = reverse("review-order", args=[one.category_id])

    def order(**typed):
        answer = cast.group.post(url, typed)
        return answer.status_code, [found.index(row) + 1 for row in Nomination.objects.order_by("rank")]

    places = {f"place_{one.pk}": 1, f"place_{two.pk}": 2, f"place_{three.pk}": 3}
    assert order(**places | {f"place_{three.pk}": 9, f"place_{one.pk}": 10}) == (302, [2, 3, 1])
    now = {f"place_{two.pk}": 1, f"place_{three.pk}": 2, f"place_{one.pk}": 3}
    assert order(**now, up=one.pk) == (302, [2, 1, 3])
    assert order(**places, down=three.pk) == (302, [1, 2, 3])
    assert order(**places | {f"place_{two.pk}": 1}) == (422, [1, 2, 3])
    assert count_queries(cast.group, url) == 5


def test_on_a_phone_the_opinion_does_not_stay_over_the_form():
    rules = (settings.BASE_DIR / "static/css/portal.css").read_text(encoding="utf-8")
    phone = next(part for part in rules.split("@media ") if "575.98px" in part and ".review-opinion" in part)
    assert re.search(r"\.review-opinion \{[^}]*position: static;[^}]*max-height: none;", phone)
    assert re.search(r"\.review-buttons \{[^}]*position: static;", phone)


def test_readers_below_the_district_see_no_marks(cast):
    nomination = rows.make_sent(school=cast.home.school, by=cast.users.school)
    review.mark(nomination, "张主任", None, "评语不外传", by=cast.users.district, at=timezone.now())
    for client, route in (
        (cast.group, "review-item"),
        (cast.group, "nomination-detail"),
        (cast.school, "nomination-detail"),
    ):
        assert "评语不外传" not in page(client.get(reverse(route, args=[nomination.pk])))
    for client in (cast.district, cast.leader, cast.auditor):
        assert "评语不外传" in page(client.get(reverse("nomination-detail", args=[nomination.pk])))
