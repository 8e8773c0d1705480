"""Steps of a cycle: planned with the four awards, copied two years on, changed, opened, closed."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from awards import cycle_calendar, presets
from awards.cycle_review import to_review
from awards.models import Category, Cycle, CycleRule, FormField, Quota, QuotaMove
from awards.workflow import cycle_parts as parts
from awards.workflow import cycles as steps
from guanweihui.models import AuditEvent, Due, Round
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from tests.awards import rows
from tests.awards.cycle_rows import AT, DEADLINE, SHANGHAI, VALUES, day, office, plan
from tests.factories import make_post, make_school

pytestmark = pytest.mark.django_db
State, Kind, Form, Section = Cycle.State, Category.Kind, FormField.Form, FormField.Section


def trail(*named):
    """Return the actions of the trail, oldest first; of these models alone when some are named."""
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    return [action for action in actions if not named or action.partition(".")[0] in named]


def opened(**values):
    make_school()
    by = office()
    return steps.open_cycle(plan(by=by, **values), by=by, at=AT)


# --- what a new cycle has -----------------------------------------------------------------------------------


def test_a_new_cycle_has_the_four_awards_of_the_founding_text():
    cycle = plan()
    awards = cycle.categories.order_by("position").values_list("kind", "places", "certificate_mark")
    assert cycle.state == State.PLANNED
    assert list(awards) == [
        (Kind.ADVANCED_COLLECTIVE, 37, "JT"),
        (Kind.GOOD_LEADER, 40, "LD"),
        (Kind.ADVANCED_IN_SERVICE, 32, "ZZ"),
        (Kind.ADVANCED_RETIRED, 45, "TX"),
    ]
    assert cycle.categories.first().certificate_text == "在2020年度关心下一代工作中成绩突出，授予"
    assert trail() == ["cycle.plan"]


def lengths(category, form):
    deeds = FormField.objects.of(category, form).filter(section=Section.DEEDS)
    return list(deeds.values_list("key", "longest"))


def test_deeds_are_asked_in_several_lengths_and_differ_for_the_city():
    cycle = plan()
    collective, person = rows.category_of(cycle), rows.category_of(cycle, Kind.GOOD_LEADER)
    assert lengths(collective, Form.DISTRICT) == [("deeds", 2000), ("abstract", 300)]
    assert lengths(person, Form.DISTRICT) == [("deeds", 1500), ("abstract", 300)]
    assert lengths(person, Form.CITY) == [("deeds", 2000), ("deeds_short", 1000), ("abstract", 200)]


def test_materials_and_the_fields_that_the_shares_count_by():
    cycle = plan()
    files, counted = {}, {}
    for one in cycle.categories.with_fields():
        asked = [field for field in one.fields.all() if field.form == Form.DISTRICT]
        files[one.kind] = [(f.key, f.is_required, f.most) for f in asked if f.section == Section.MATERIALS]
        counted[one.kind] = [f.key for f in asked if f.key in presets.COUNTED_OPTION]
    stamped, photos = ("stamped", True, 5), ("photos", False, 3)
    assert files == {
        Kind.ADVANCED_COLLECTIVE: [stamped, photos],
        Kind.GOOD_LEADER: [stamped, ("consulted", False, 2), photos],
        Kind.ADVANCED_IN_SERVICE: [stamped, photos],
        Kind.ADVANCED_RETIRED: [stamped, photos],
    }
    assert counted.pop(Kind.ADVANCED_COLLECTIVE) == []
    assert set(map(tuple, counted.values())) == {("rank_level", "front_line")}
    health = FormField.objects.get(key="health", form=Form.DISTRICT)
    assert (health.category.kind, health.is_printed) == (Kind.ADVANCED_RETIRED, False)


def test_every_source_of_the_usual_forms_exists():
    from awards.sources import SOURCES

    asked = {field.source for one in presets.AWARDS.values() for field in (*one.district, *one.city)}
    assert asked - {""} <= set(SOURCES)


def test_the_usual_rules():
    rules = plan().rules.values_list("code", "effect", "value")
    assert {code: (effect, value) for code, effect, value in rules} == {
        **dict.fromkeys(
            ("STANDING", "RETIREMENT", "ONE_AWARD", "TWO_SCHOOLS", "VETO", "BAN"), ("BLOCK", None)
        ),
        "EARLIER_WINNER": ("WARN", 1),
        "RANK_SHARE": ("WARN", 20),
        "FRONT_LINE": ("WARN", 60),
    }


# --- its calendar -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts_first_day", "ends"),
    [(True, datetime.date(2025, 10, 9)), (False, datetime.date(2025, 10, 10))],
)
def test_the_notice_counts_working_days(counts_first_day, ends):
    values = {"posts_on": datetime.date(2025, 9, 26), "notice_workdays": 5}
    assert cycle_calendar.notice_ends({**values, "counts_first_day": counts_first_day}, {}) == ends


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"deadline_at": AT}, "申报截止要晚于申报开始"),
        ({"review_by_on": day(5, 14)}, "区级复核截止不能早于协作组审核截止（2020年5月15日）"),
        ({"meets_on": None, "posts_on": day(5, 28)}, "公示开始不能早于区级复核截止"),
        ({"decides_on": day(10, 10)}, "2020年10月10日才期满，表彰决定要在期满以后"),
    ],
)
def test_days_out_of_order_are_refused(values, words):
    with pytest.raises(Refused, match=words):
        plan(**values)
    assert (Cycle.objects.count(), trail()) == (0, [])


def test_the_calendar_as_a_line_of_stages():
    cycle = opened()
    found = cycle_calendar.stages(cycle, day(5, 20))
    assert [(stage.label, stage.state, stage.note) for stage in found][:5] == [
        ("申报开始", "done", "3月2日"),
        ("申报截止", "done", "4月30日（星期四）17:00"),
        ("协作组审核截止", "done", "5月15日"),
        ("区级复核截止", "current", "5月29日"),
        ("评审会", "todo", "6月12日"),
    ]
    assert {stage.state for stage in cycle_calendar.stages(plan(year=2030), day(5, 20))} == {"todo"}


def test_a_deadline_of_another_year_than_the_cycle_s_says_its_year():
    at = datetime.datetime(2027, 1, 8, 17, tzinfo=SHANGHAI)
    cycle = Cycle(year=2026, deadline_at=at, endorse_by_on=at.date(), state=Cycle.State.OPEN)
    closes, endorsed = cycle_calendar.stages(cycle, day(5, 20))
    assert (closes.note, endorsed.note) == ("2027年1月8日（星期五）17:00", "2027年1月8日")


def test_a_second_cycle_of_the_year_is_refused():
    by = office()
    plan(by=by)
    with pytest.raises(Refused, match="本年度已有评选周期"):
        plan(by=by, name="另一次评选")


def test_only_the_office_plans():
    with pytest.raises(Refused, match="不在您的职责范围内"):
        plan(by=make_post(role=Role.SCHOOL, school=make_school()).user)


# --- copying ------------------------------------------------------------------------------------------------


def test_the_next_cycle_lies_two_years_on_with_its_days_on_working_days():
    values = steps.shifted(plan())
    moved = {
        name: values[name] for name in ("name", "year", "period", "basis_number", "deadline_at", "meets_on")
    }
    assert moved == {
        "name": "2022年度关心下一代工作先进评选",
        "year": 2022,
        "period": "2020年1月至2021年12月",
        "basis_number": "示例教关〔2020〕3号",
        # 30 April 2022 is a Saturday, the first days of May are holidays; 12 June is a Sunday.
        "deadline_at": datetime.datetime(2022, 5, 5, 17, tzinfo=SHANGHAI),
        "meets_on": day(6, 13, 2022),
    }
    assert values["decides_on"] > cycle_calendar.notice_ends(values, {})


def test_a_copy_takes_awards_forms_and_rules_along():
    by = office()
    before = plan(by=by)
    category = rows.category_of(before)
    parts.edit_category(category, {"places": 41}, mark=parts.mark_of(category), by=by, at=AT)
    parts.remove_field(category.fields.get(key="set_up_on", form=Form.DISTRICT), by=by, at=AT)
    parts.set_rules(before, {"RANK_SHARE": ("BLOCK", 10)}, mark=parts.rules_mark(before), by=by, at=AT)
    cycle = steps.plan_cycle(steps.shifted(before), by=by, at=AT, copied_from=before)
    copied = rows.category_of(cycle)
    assert (cycle.copied_from, copied.places) == (before, 41)
    assert copied.certificate_text == "在2022年度关心下一代工作中成绩突出，授予"
    assert copied.fields.count() == category.fields.count()
    assert not copied.fields.filter(key="set_up_on", form=Form.DISTRICT).exists()
    assert cycle.rules.filter(code="RANK_SHARE", effect="BLOCK", value=10).exists()


def test_a_copy_of_a_loaded_cycle_gets_the_usual_forms_and_rules():
    by = office()
    loaded = Cycle.objects.create(district=by.posts.get().district, name="2018年度表彰", year=2018)
    Category.objects.create(cycle=loaded, kind=Kind.GOOD_LEADER, name="好领导")
    cycle = plan(by=by, copied_from=loaded)
    copied = cycle.categories.get()
    assert (copied.name, copied.fields.filter(key="deeds").count()) == ("好领导", 2)
    assert cycle.rules.count() == len(CycleRule.Code)


def test_the_review_names_what_was_taken_over_and_what_is_empty():
    by = office()
    before = plan(by=by)
    cycle = steps.plan_cycle(steps.shifted(before), by=by, at=AT, copied_from=before)
    found = to_review(cycle, list(cycle.categories.all()), list(cycle.rules.all()), {})
    said = {fact.label: fact.value for fact in found}
    name = "2020年度关心下一代工作先进评选"
    assert said["依据文号"] == f"与“{name}”相同：示例教关〔2020〕3号。是否仍然适用？"
    assert said["经费来源"] == f"与“{name}”相同：区教工委专项经费。是否仍然适用？"
    assert said["评审会"] == "上次 2020年6月12日，这次 2022年6月13日。"
    assert said["参评总数"] == "还没有填写。"
    assert "评选时段" not in said, "it was moved on with the years"
    assert said["规则"] == "9 条规则。全部规则都检查。"


# --- editing ------------------------------------------------------------------------------------------------


def test_everything_may_change_while_it_is_planned():
    by = office()
    cycle = plan(by=by)
    changed = steps.edit_cycle(cycle, {"year": 2021, "notice_workdays": 7}, version=1, by=by, at=AT)
    assert (changed.year, changed.notice_workdays, changed.version) == (2021, 7, 2)
    assert trail() == ["cycle.plan", "cycle.edit"]


def test_an_old_tab_is_told_what_stands_now():
    by = office()
    cycle = plan(by=by)
    steps.edit_cycle(cycle, {"organiser": "区教工委"}, version=1, by=by, at=AT)
    with pytest.raises(parts.Moved, match="“主办单位”现在是“区教工委”") as caught:
        steps.edit_cycle(cycle, {"organiser": "区教委"}, version=1, by=by, at=AT)
    cycle.refresh_from_db()
    assert (cycle.organiser, caught.value.mark) == ("区教工委", "2")


def test_an_open_cycle_changes_words_and_days_and_tells_its_round():
    cycle = opened()
    by = office()
    later = DEADLINE + datetime.timedelta(days=7)
    values = {"deadline_at": later, "instructions": "请按时报送。", "year": 2021, "notice_workdays": 9}
    with pytest.raises(Refused, match="须写明理由"):
        steps.edit_cycle(cycle, values, version=cycle.version, by=by, at=AT)
    changed = steps.edit_cycle(cycle, values, version=cycle.version, by=by, at=AT, reason="区里另有安排")
    changed.round.refresh_from_db()
    assert (changed.deadline_at, changed.round.deadline_at) == (later, later)
    assert changed.round.instructions == "请按时报送。"
    assert (changed.year, changed.notice_workdays) == (2020, 5)
    assert trail()[-2:] == ["round.edit", "cycle.edit"]


def test_a_deadline_moved_at_the_round_is_the_cycles_own():
    cycle = opened()
    later = DEADLINE + datetime.timedelta(days=7)
    Round.objects.update(deadline_at=later)
    cycle = Cycle.objects.select_related("round").get(pk=cycle.pk)
    assert cycle_calendar.deadline_of(cycle) == later
    changed = steps.edit_cycle(
        cycle, {"deadline_at": later, "reward": "证书"}, version=cycle.version, by=office(), at=AT
    )
    assert changed.reward == "证书", "the deadline did not change, so no reason is asked"


# --- awards, forms, rules ----------------------------------------------------------------------------------


def test_an_award_goes_and_comes_back_with_its_usual_form():
    by = office()
    cycle = plan(by=by)
    parts.remove_category(rows.category_of(cycle, Kind.GOOD_LEADER), by=by, at=AT)
    assert (cycle.categories.count(), FormField.objects.filter(category__kind=Kind.GOOD_LEADER).count()) == (
        3,
        0,
    )
    values = {"kind": Kind.GOOD_LEADER, "name": "好领导", "places": 10}
    added = parts.add_category(cycle, values, by=by, at=AT)
    assert added.fields.filter(key="consulted").exists()
    with pytest.raises(Refused, match="本届已有这个奖项"):
        parts.add_category(cycle, values, by=by, at=AT)
    assert trail("category") == ["category.remove", "category.add"]


FIELD = {"section": Section.FACTS, "label": "微信号", "format": "text", "longest": 30}


def test_a_field_gets_a_key_of_its_own_and_keeps_it():
    by = office()
    category = rows.category_of(plan(by=by))
    first, second = (parts.add_field(category, FIELD, form=Form.DISTRICT, by=by, at=AT) for _ in range(2))
    edited = parts.edit_field(first, {"label": "邮箱"}, mark=parts.mark_of(first), by=by, at=AT)
    assert (edited.key, edited.label, second.key) == ("own_1", "邮箱", "own_2")
    with pytest.raises(parts.Moved, match="“栏目”现在是“邮箱”"):
        parts.edit_field(first, {"label": "网址"}, mark=parts.mark_of(first), by=by, at=AT)
    parts.remove_field(second, by=by, at=AT)
    assert trail("formfield") == ["formfield.add", "formfield.add", "formfield.edit", "formfield.remove"]


@pytest.mark.parametrize(
    ("values", "key", "words"),
    [
        ({"format": "scan"}, "", "不放在“附件”部分"),
        ({"longest": 6000}, "", "1 到 5000 之间"),
        ({"format": "choice", "choices": ["甲"]}, "", "选项至少写两个"),
        ({"format": "choice", "choices": ["局级", "其他"]}, "rank_level", "选项中须有“处级”"),
        ({}, "deeds", "已有这个代码"),
        ({"section": Section.MATERIALS, "format": "scan", "most": 11}, "", "1 到 10 件"),
    ],
)
def test_a_field_that_cannot_be_filled_in_is_refused(values, key, words):
    by = office()
    category = rows.category_of(plan(by=by))
    with pytest.raises(Refused, match=words):
        parts.add_field(category, {**FIELD, **values}, form=Form.DISTRICT, key=key, by=by, at=AT)
    assert trail("formfield") == []


def test_rules_are_set_and_a_share_over_a_hundred_is_refused():
    by = office()
    cycle = plan(by=by)
    mark = parts.rules_mark(cycle)
    with pytest.raises(Refused, match="0 到 100"):
        parts.set_rules(cycle, {"RANK_SHARE": ("WARN", 101)}, mark=mark, by=by, at=AT)
    with pytest.raises(Refused, match="至少往前查 1 届"):
        parts.set_rules(cycle, {"EARLIER_WINNER": ("WARN", 0)}, mark=mark, by=by, at=AT)
    parts.set_rules(cycle, {"RANK_SHARE": ("BLOCK", 10)}, mark=mark, by=by, at=AT)
    with pytest.raises(parts.Moved):
        parts.set_rules(cycle, {"RANK_SHARE": ("OFF", 10)}, mark=mark, by=by, at=AT)
    line = AuditEvent.objects.get(action="cycle.set_rules")
    assert line.changes == {"处级干部比例": ["提醒（最多 20%）", "拦截（最多 10%）"]}


def frozen_steps(cycle, category, field):
    """Every change that an open cycle refuses."""
    by = {"by": office(), "at": AT}
    mark = parts.mark_of(category)
    return [
        lambda: parts.add_category(cycle, {"kind": Kind.GOOD_LEADER, "name": "好领导"}, **by),
        lambda: parts.edit_category(category, {"places": 99}, mark=mark, **by),
        lambda: parts.remove_category(category, **by),
        lambda: parts.add_field(category, FIELD, form=Form.DISTRICT, **by),
        lambda: parts.edit_field(field, {"label": "另名"}, mark=parts.mark_of(field), **by),
        lambda: parts.remove_field(field, **by),
        lambda: parts.set_rules(cycle, {"VETO": ("OFF", None)}, mark=parts.rules_mark(cycle), **by),
    ]


@pytest.mark.parametrize("state", [State.OPEN, State.CLOSED])
def test_what_a_cycle_asks_is_frozen_once_it_is_open(state):
    cycle = opened()
    Cycle.objects.update(state=state)
    category = rows.category_of(cycle)
    before = trail()
    for step in frozen_steps(cycle, category, category.fields.filter(form=Form.DISTRICT).first()):
        with pytest.raises(Refused, match="已经冻结，不能再改"):
            step()
    assert trail() == before


def test_the_citys_part_may_still_change_while_the_cycle_is_open():
    cycle, by = opened(), office()
    category = rows.category_of(cycle)
    parts.add_field(category, FIELD, form=Form.CITY, by=by, at=AT)
    changed = parts.edit_category(
        category, {"city_places": 2, "certificate_text": "特授予"}, mark=parts.mark_of(category), by=by, at=AT
    )
    assert (changed.city_places, changed.certificate_text) == (2, "特授予")


# --- opening and closing ------------------------------------------------------------------------------------


def test_opening_asks_every_school_and_grants_the_places_with_their_surplus():
    school, by = make_school(), office()
    cycle = plan(by=by)
    category = rows.category_of(cycle)
    parts.edit_category(category, {"surplus_percent": 20}, mark=parts.mark_of(category), by=by, at=AT)
    found = steps.open_cycle(cycle, by=by, at=AT)
    round_ = found.round
    assert (found.state, round_.kind, round_.state) == (State.OPEN, Round.Kind.NOMINATION, Round.State.OPEN)
    assert (round_.deadline_at, round_.group_endorses, round_.year) == (DEADLINE, True, 2020)
    assert Due.objects.get().school == school
    reserve = Quota.objects.of_cycle(cycle).of_district().order_by("category__position")
    assert list(reserve.values_list("places", "used")) == [(45, 0), (40, 0), (32, 0), (45, 0)]
    moves = QuotaMove.objects.of_cycle(cycle).values_list("kind", "places", "reason")
    assert set(moves) == {("GRANT", places, f"{cycle}核定推荐名额") for places in (45, 40, 32)}
    assert trail()[-3:] == ["round.plan", "round.open", "cycle.open"]


def test_a_round_that_no_group_endorses():
    make_school()
    by = office()
    cycle = plan(by=by)
    Category.objects.update(passes_group=False)
    assert steps.open_cycle(cycle, by=by, at=AT).round.group_endorses is False


def test_an_incomplete_cycle_is_not_opened_and_everything_is_said_at_once():
    make_school()
    by = office()
    cycle = plan(by=by, basis_number="", deadline_at=None)
    Category.objects.filter(kind=Kind.GOOD_LEADER).update(places=0)
    FormField.objects.filter(category__kind=Kind.ADVANCED_COLLECTIVE, key__in=["deeds", "abstract"]).delete()
    FormField.objects.filter(category__kind=Kind.ADVANCED_RETIRED, key="rank_level").delete()
    with pytest.raises(Refused) as caught:
        steps.open_cycle(cycle, by=by, at=AT)
    assert str(caught.value).splitlines() == [
        "还不能开始：",
        "没有填写设立依据和依据文号。",
        "没有填写申报截止时间。",
        "“先进集体”的区推荐表还没有主要事迹栏目。",
        "“关心关工委工作的好领导”没有填写表彰名额。",
        "“处级干部比例”要检查，但“退休先进个人”的区推荐表没有供它核对的栏目。",
    ]
    assert (Round.objects.count(), Quota.objects.count()) == (0, 0)


def test_opening_and_closing_have_their_order():
    by = office()
    cycle = opened()
    with pytest.raises(Refused, match="进行中，不能再开始"):
        steps.open_cycle(cycle, by=by, at=AT)
    with pytest.raises(Refused, match="推荐的报送任务还没有定稿"):
        steps.close_cycle(cycle, by=by, at=AT)
    Round.objects.update(state=Round.State.CLOSED)
    nomination = rows.bare("ACCEPTED", cycle=cycle)
    with pytest.raises(Refused, match="还有 1 份推荐没有结论"):
        steps.close_cycle(cycle, by=by, at=AT)
    type(nomination).objects.update(status="RESERVE")
    assert steps.close_cycle(cycle, by=by, at=AT).state == State.CLOSED
    assert trail()[-1] == "cycle.close"
    for step in (steps.close_cycle, steps.open_cycle):
        with pytest.raises(Refused, match="已结束"):
            step(cycle, by=by, at=AT)
    with pytest.raises(Refused, match="已经结束，不能再改"):
        steps.edit_cycle(cycle, VALUES, version=9, by=by, at=AT)


# --- what the database holds --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"state": State.OPEN}, "open_cycle_collects_by_a_round"),
        ({"notice_workdays": 0}, "notice_lasts_a_workday"),
    ],
)
def test_what_a_cycle_may_not_be(values, name):
    cycle = plan()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Cycle.objects.filter(pk=cycle.pk).update(**values)


def test_a_rule_stands_once_in_a_cycle():
    cycle = plan()
    with pytest.raises(IntegrityError), transaction.atomic():
        CycleRule.objects.create(cycle=cycle, code="VETO")
