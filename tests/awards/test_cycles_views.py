"""Pages of cycles: planning in the browser, the editor of forms, what each level sees, to-dos."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from awards.models import AwardList, Category, Cycle, Decision, FormField, Quota
from awards.todos.cycles import cycles_to_open, days_due
from guanweihui.models import Round
from tests.awards import rows
from tests.awards.cycle_rows import VALUES, day, plan
from tests.cast import count_queries
from tests.factories import make_district, make_honour

pytestmark = pytest.mark.django_db
State, Kind = Cycle.State, Category.Kind
DAY = datetime.timedelta(days=1)


def words(response) -> str:
    return response.content.decode()


def typed(**fields):
    """Return what the form of a cycle sends."""
    sent = {}
    for name, value in {**VALUES, **fields}.items():
        if isinstance(value, datetime.datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            value = local.strftime("%Y-%m-%dT%H:%M")
        sent[name] = "on" if value is True else value if value is not None else ""
    return {name: value for name, value in sent.items() if value is not False}


def upcoming(by, **fields):
    """Plan a cycle that may be opened today: its days lie ahead."""
    now = timezone.now().replace(second=0, microsecond=0)
    days = {name: None for name in VALUES if name.endswith("_on")}
    return plan(by=by, **{**days, "opens_at": now, "deadline_at": now + 30 * DAY, **fields})


# --- lists and pages ----------------------------------------------------------------------------------------


def test_the_list_costs_the_same_for_one_and_for_three(cast):
    plan(by=cast.users.district)
    one = count_queries(cast.district, reverse("cycle-list"))
    plan(by=cast.users.district, year=2022)
    rows.bare("SUBMITTED", cycle=rows.make_open_cycle(district=cast.home.district, year=2018))
    assert (one, count_queries(cast.district, reverse("cycle-list"))) == (7, 7)


def test_a_cycle_from_before_the_portal_shows_the_honours_that_it_conferred(cast):
    """Its places and nominations are not known: they stay empty, and are no 0."""
    make_honour(unit=cast.home.school)
    make_honour(unit=cast.home.school, voided_on=datetime.date(2019, 1, 1), void_reason="撤销")
    cycle = make_honour(unit=cast.far.school).decision.cycle
    listed = cast.district.get(reverse("cycle-list")).context["shown"].rows[0].cells[3:6]
    page = cast.district.get(reverse("cycle-detail", args=[cycle.pk])).context
    assert (list(listed), page["category_rows"][0].cells[1:-1]) == (
        [None, None, 2],
        (None, None, "", *[None] * 7, 2),
    )


@pytest.mark.parametrize(("player", "cost"), [("district", 9), ("group", 8), ("school", 9)])
def test_a_cycles_page_costs_the_same_for_one_and_for_three_of_everything(cast, player, cost):
    cycle = rows.make_open_cycle(district=cast.home.district, kinds=[Kind.ADVANCED_COLLECTIVE])
    rows.bare("SUBMITTED", cycle=cycle, unit=cast.home.school)
    url = reverse("cycle-detail", args=[cycle.pk])
    one = count_queries(getattr(cast, player), url)
    for kind in (Kind.GOOD_LEADER, Kind.ADVANCED_RETIRED):
        rows.make_form(cycle=cycle, kind=kind, places=3)
        rows.give_places(rows.category_of(cycle, kind), group=cast.home.group)
        rows.bare("ACCEPTED", cycle=cycle, kind=kind, unit=cast.home.school)
    assert (one, count_queries(getattr(cast, player), url)) == (cost, cost)


def test_the_page_of_a_planned_cycle_costs_the_same_however_much_it_asks(cast):
    cycle = plan(by=cast.users.district)
    url = reverse("cycle-detail", args=[cycle.pk])
    four = count_queries(cast.district, url)
    Category.objects.exclude(kind=Kind.GOOD_LEADER).update(cycle=rows.make_open_cycle(year=2018, kinds=[]))
    assert (four, count_queries(cast.district, url)) == (9, 9)


def test_each_level_counts_what_it_may_see(cast):
    cycle = rows.make_open_cycle(district=cast.home.district, kinds=[Kind.GOOD_LEADER])
    category = rows.category_of(cycle, Kind.GOOD_LEADER)
    rows.give_places(category, 5, group=cast.home.group)
    rows.give_places(category, 2, school=cast.far.school)
    for unit, status in (
        (cast.home.school, "DRAFT"),
        (cast.home.school, "SUBMITTED"),
        (cast.far.school, "ACCEPTED"),
    ):
        rows.bare(status, cycle=cycle, kind=Kind.GOOD_LEADER, unit=unit)
    shown = {}
    for player in ("district", "group", "school", "stranger"):
        page = getattr(cast, player).get(reverse("cycle-detail", args=[cycle.pk]))
        labels = [column.label for column in page.context["category_columns"]]
        cells = page.context["category_rows"][0].cells
        shown[player] = (labels[4], *cells[3:9])
    # places used and allotted, in the running, awaiting group, awaiting district, returned, accepted
    assert shown == {
        "district": ("推荐", "0 / 7", 2, 1, 0, 0, 1),
        "group": ("本组推荐", "0 / 5", 1, 1, 0, 0, 0),
        "school": ("本校推荐", "0 / 5", 1, 1, 0, 0, 0),
        "stranger": ("本校推荐", "0 / 2", 1, 0, 0, 0, 1),
    }


def test_the_list_is_begun_from_the_cycles_page_once_the_review_is_done(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    rows.bare("ACCEPTED", cycle=cycle)
    waiting = rows.bare("ENDORSED", cycle=cycle)
    page, offered = reverse("cycle-detail", args=[cycle.pk]), []
    start = reverse("award-list-start", args=[cycle.pk])
    for status in ("ENDORSED", "ACCEPTED"):
        type(waiting).objects.update(status=status)
        offered.append(start in words(cast.district.get(page)))
    offered.append(start in words(cast.leader.get(page)))
    cast.district.post(start)
    offered.append(start in words(cast.district.get(page)))
    assert offered == [False, True, False, False]


def test_a_school_sees_calendar_and_form_but_no_button_of_the_office(cast):
    cycle = plan(by=cast.users.district)
    page = words(cast.school.get(reverse("cycle-detail", args=[cycle.pk])))
    assert "申报截止" in page
    assert [word for word in ("开始申报", "复制到下届", "开始前还缺", "要核对的事项") if word in page] == []
    form = words(cast.school.get(reverse("category-form", args=[rows.category_of(cycle).pk])))
    assert ("主要事迹" in form, "市推荐表" in form, "新增栏目" in form) == (True, False, False)


def test_a_loaded_cycle_with_a_name_alone_has_its_page(cast):
    cycle = Cycle.objects.create(district=cast.home.district, name="2014年度表彰", year=2014)
    page = words(cast.district.get(reverse("cycle-detail", args=[cycle.pk])))
    assert "这一届没有在平台上规定规则" in page


def test_cycles_of_another_district_are_none_of_ours(cast):
    far = rows.make_open_cycle(district=make_district(full_name="外区"))
    field = rows.category_of(far).fields.first()
    urls = [
        *(
            reverse(f"cycle-{word}", args=[far.pk])
            for word in ("detail", "edit", "copy", "open", "close", "rules")
        ),
        *(reverse(f"category-{word}", args=[field.category_id]) for word in ("form", "edit", "remove")),
        reverse("category-new", args=[far.pk]),
        reverse("field-new", args=[field.category_id]),
        *(reverse(f"field-{word}", args=[field.pk]) for word in ("edit", "remove")),
    ]
    assert {cast.district.get(url).status_code for url in urls} == {404}


# --- planning -----------------------------------------------------------------------------------------------


def test_a_cycle_is_planned_in_the_browser(cast):
    answer = cast.district.post(reverse("cycle-new"), typed())
    cycle = Cycle.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("cycle-detail", args=[cycle.pk]))
    assert {name: getattr(cycle, name) for name in VALUES} == VALUES
    assert cycle.categories.count() == 4


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"deadline_at": VALUES["opens_at"] - DAY}, "申报截止要晚于申报开始"),
        ({"decides_on": day(10, 9)}, "表彰决定要在期满以后"),
        ({"notice_workdays": 0}, "公示工作日数填 1 到 30"),
        ({"year": 20}, "表彰年度填四位年份"),
        ({"name": ""}, "请填写“名称”"),
    ],
)
def test_a_bad_calendar_keeps_what_was_typed(cast, fields, said):
    page = cast.district.post(reverse("cycle-new"), typed(**fields))
    assert (page.status_code, said in words(page), VALUES["basis_number"] in words(page)) == (422, True, True)
    assert not Cycle.objects.exists()


def test_a_second_cycle_of_the_year_keeps_what_was_typed(cast):
    plan(by=cast.users.district)
    page = cast.district.post(reverse("cycle-new"), typed(name="另一次评选"))
    assert (page.status_code, "本年度已有评选周期" in words(page), "另一次评选" in words(page)) == (
        422,
        True,
        True,
    )


def test_the_copy_comes_with_its_list_of_what_to_review(cast):
    cycle = plan(by=cast.users.district)
    url = reverse("cycle-copy", args=[cycle.pk])
    form = cast.district.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    answer = cast.district.post(url, typed(**{name: value for name, value in sent.items() if name in VALUES}))
    page = cast.district.get(answer["Location"])
    assert (page.context["cycle"].year, page.context["cycle"].copied_from) == (2022, cycle)
    assert "依据文号" in [fact.label for fact in page.context["review"]]


def test_two_tabs_of_a_cycle(cast):
    cycle = plan(by=cast.users.district)
    url = reverse("cycle-edit", args=[cycle.pk])
    old = cast.district.get(url).context["form"]["mark"].value()
    assert cast.district.post(url, typed(mark=old, organiser="区教工委")).status_code == 302
    page = cast.district.post(url, typed(mark=old, organiser="区教委"))
    assert (page.status_code, "“主办单位”现在是“区教工委”" in words(page)) == (422, True)
    # What was typed stands there under the mark of now, so a second look may save it.
    form = page.context["form"]
    again = typed(mark=form["mark"].value(), organiser=form["organiser"].value())
    assert cast.district.post(url, again).status_code == 302
    cycle.refresh_from_db()
    assert (cycle.organiser, cycle.version) == ("区教委", 3)


def test_another_deadline_of_an_open_cycle_asks_the_reason(cast):
    cycle = upcoming(cast.users.district)
    cast.district.post(reverse("cycle-open", args=[cycle.pk]), {"confirmed": "on"})
    url = reverse("cycle-edit", args=[cycle.pk])
    form = cast.district.get(url).context["form"]
    assert {"year", "opens_at", "notice_workdays", "base_count"}.isdisjoint(form.fields)
    sent = {name: form[name].value() or "" for name in form.fields}
    later = timezone.localtime(cycle.deadline_at + 7 * DAY).strftime("%Y-%m-%dT%H:%M")
    page = cast.district.post(url, {**typed(**sent), "deadline_at": later})
    assert (page.status_code, "须写明理由" in words(page)) == (422, True)
    assert (
        cast.district.post(url, {**typed(**sent), "deadline_at": later, "reason": "延期"}).status_code == 302
    )
    assert Round.objects.get().deadline_at == cycle.deadline_at + 7 * DAY


# --- awards, forms, rules -----------------------------------------------------------------------------------


def test_a_field_is_added_changed_and_removed_in_the_browser(cast):
    category = rows.category_of(plan(by=cast.users.district), Kind.GOOD_LEADER)
    sent = {"label": "健康承诺", "section": "1_FACTS", "format": "choice", "choices": "良好\n一般\n"}
    sent |= {"least": 0, "longest": 20, "most": 1, "position": 30, "is_printed": "on"}
    url = reverse("field-new", args=[category.pk])
    assert cast.district.post(url, {**sent, "choices": "良好"}).status_code == 422
    cast.district.post(url, sent)
    field = FormField.objects.get(label="健康承诺")
    assert (field.key, field.form, field.choices) == ("own_1", "1_DISTRICT", ["良好", "一般"])
    edit = reverse("field-edit", args=[field.pk])
    mark = cast.district.get(edit).context["form"]["mark"].value()
    cast.district.post(edit, {**sent, "mark": mark, "is_required": "on"})
    field.refresh_from_db()
    assert field.is_required is True
    cast.district.post(reverse("field-remove", args=[field.pk]))
    assert not FormField.objects.filter(pk=field.pk).exists()


def test_deleting_a_field_of_an_open_cycle_is_refused(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    field = rows.category_of(cycle).fields.first()
    page = cast.district.post(reverse("field-remove", args=[field.pk]))
    assert (page.status_code, "已经冻结，不能再改" in words(page)) == (422, True)
    assert FormField.objects.filter(pk=field.pk).exists()


def test_a_share_over_a_hundred_percent_is_refused_with_the_text_kept(cast):
    cycle = plan(by=cast.users.district)
    url = reverse("cycle-rules", args=[cycle.pk])
    form = cast.district.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    page = cast.district.post(url, {**sent, "value_RANK_SHARE": 120, "effect_VETO": "WARN"})
    assert (page.status_code, page.context["form"]["value_RANK_SHARE"].value()) == (422, "120")
    assert cast.district.post(url, {**sent, "value_RANK_SHARE": 10}).status_code == 302
    assert cycle.rules.get(code="RANK_SHARE").value == 10
    award = rows.category_of(cycle)
    edit = reverse("category-edit", args=[award.pk])
    form = cast.district.get(edit).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not False}
    assert cast.district.post(edit, {**sent, "surplus_percent": 120}).status_code == 422
    assert cast.district.post(edit, {**sent, "surplus_percent": 20, "places": 10}).status_code == 302
    award.refresh_from_db()
    assert (award.proposals, award.kind) == (12, Kind.ADVANCED_COLLECTIVE)


def test_a_new_award_is_of_a_kind_that_the_cycle_has_not(cast):
    cycle = plan(by=cast.users.district)
    url = reverse("category-new", args=[cycle.pk])
    assert "四个奖项都已设立" in words(cast.district.get(url))
    cast.district.post(reverse("category-remove", args=[rows.category_of(cycle, Kind.GOOD_LEADER).pk]))
    sent = {"kind": Kind.GOOD_LEADER, "name": "好领导", "places": 40, "surplus_percent": 0, "position": 2}
    answer = cast.district.post(url, {**sent, "city_places": 1})
    added = rows.category_of(cycle, Kind.GOOD_LEADER)
    assert answer["Location"] == reverse("category-form", args=[added.pk])
    assert (added.may_be_empty, added.passes_group) == (False, False), "boxes left empty"


# --- opening and closing ------------------------------------------------------------------------------------


def test_a_cycle_is_opened_in_the_browser(cast):
    cycle = upcoming(cast.users.district)
    url = reverse("cycle-open", args=[cycle.pk])
    assert cast.district.post(url, {}).status_code == 422
    assert cast.district.post(url, {"confirmed": "on"}).status_code == 302
    cycle.refresh_from_db()
    assert (cycle.state, cycle.round.dues.count(), Quota.objects.count()) == (State.OPEN, 2, 4)
    page = cast.district.get(reverse("cycle-detail", args=[cycle.pk]))
    assert page.context["category_totals"][0][1][:3] == [154, 154, "0 / 154"]


def test_a_short_time_to_nominate_needs_a_tick(cast):
    now = timezone.now()
    cycle = upcoming(cast.users.district, opens_at=None, deadline_at=now + DAY / 2)
    url = reverse("cycle-open", args=[cycle.pk])
    page = cast.district.post(url, {"confirmed": "on"})
    assert (page.status_code, "不足两个工作日" in words(page)) == (422, True)
    assert cast.district.post(url, {"confirmed": "on", "short_ok": "on"}).status_code == 302


def test_what_is_missing_stands_on_the_page_and_refuses_the_opening(cast):
    cycle = upcoming(cast.users.district, basis_number="")
    assert cast.district.get(reverse("cycle-detail", args=[cycle.pk])).context["missing"] == [
        "没有填写设立依据和依据文号。"
    ]
    page = cast.district.post(reverse("cycle-open", args=[cycle.pk]), {"confirmed": "on"})
    assert (page.status_code, "还不能开始" in words(page)) == (422, True)


def test_a_cycle_is_closed_in_the_browser_once_nothing_waits(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    url = reverse("cycle-close", args=[cycle.pk])
    page = cast.district.post(url, {"confirmed": "on"})
    assert (page.status_code, "请先在报送任务页面定稿" in words(page)) == (422, True)
    Round.objects.update(state=Round.State.CLOSED)
    assert cast.district.post(url, {"confirmed": "on"}).status_code == 302
    cycle.refresh_from_db()
    assert cycle.state == State.CLOSED


# --- to-dos -------------------------------------------------------------------------------------------------


def test_a_planned_cycle_whose_opening_has_come_waits_for_the_office(cast):
    now = timezone.now()
    cycle = upcoming(cast.users.district)
    plan(
        by=cast.users.district,
        year=2040,
        opens_at=now + DAY,
        deadline_at=now + 9 * DAY,
        **dict.fromkeys(name for name in VALUES if name.endswith("_on")),
    )
    found = cycles_to_open(cast.users.district, now)
    assert [(todo.title, todo.url) for todo in found] == [
        (f"{cycle}：申报开始时间已到", reverse("cycle-open", args=[cycle.pk]))
    ]
    assert cycles_to_open(cast.users.leader, now) == []


def test_the_days_of_the_calendar_wait_until_they_are_done(cast):
    now = timezone.now()
    today = timezone.localdate(now)
    days = {"meets_on": today, "posts_on": today + DAY, "decides_on": today - DAY}
    cycle = rows.make_open_cycle(district=cast.home.district, **days)

    def titles():
        return sorted(todo.title.removeprefix(f"{cycle}：") for todo in days_due(cast.users.district, now))

    written = f"{today.year}年{today.month}月{today.day}日"
    assert [title.partition("定于")[0] for title in titles()] == ["表彰决定", "评审会"]
    assert f"评审会定于{written}" in titles()
    AwardList.objects.create(cycle=cycle)
    Decision.objects.create(cycle=cycle, doc_number="示例教关〔2020〕9号", decided_on=today)
    assert titles() == []
