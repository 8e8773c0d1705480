"""The steps on a person's file: opening it, editing it, its states, what is printed of it in full."""

import datetime

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanweihui.entrance import open_link
from guanweihui.models import AuditEvent
from guanweihui.text import parse_id_number
from guanweihui.workflow import Refused
from members.models import Person
from members.photos import open_photo
from members.workflow.people import (
    AlreadyRegistered,
    Outdated,
    change_state,
    edit_person,
    identity_faults,
    print_form,
    print_summary,
    register_person,
    undo_state,
)
from members.workflow.slips import open_code
from tests.factories import (
    make_district,
    make_elder_class,
    make_id_number,
    make_person,
    make_post,
    make_school,
    make_user,
)
from tests.members.people_rows import BORN, make_jpeg, values
from tests.members.slips_rows import make_slip

OUTSIDE = ["leader", "auditor", "group", "stranger", "judge", "outreach"]


def lines(action):
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


# --- opening a file -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["district", "school"])
def test_a_file_is_opened_with_keys_and_one_line(cast, who):
    by, school = getattr(cast.users, who), cast.home.school
    person = register_person(values(school, name=" 曾 国藩 "), by=by, at=timezone.now())
    stored = Person.objects.get(pk=person.pk)
    assert (stored.name, stored.pinyin, stored.other_initials) == ("曾国藩", "zengguofan", "cgf")
    assert (stored.district, stored.on_register, stored.version) == (cast.home.district, True, 1)
    assert Person.objects.found_by(id_index=stored.id_index).get() == stored
    (line,) = lines("person.register")
    assert (line.actor, line.object_id, line.changes) == (by, str(person.pk), {"school": school.short_name})


@pytest.mark.parametrize("who", OUTSIDE)
def test_nobody_else_opens_a_file(cast, who):
    with pytest.raises(Refused, match="不在您的职责范围内"):
        register_person(values(cast.home.school), by=getattr(cast.users, who), at=timezone.now())
    assert (Person.objects.count(), lines("person.register")) == (0, [])


def test_somebody_in_service_is_not_on_the_register(cast):
    person = register_person(
        values(cast.home.school, retirement_kind=""), by=cast.users.school, at=timezone.now()
    )
    assert (person.on_register, person.is_volunteer, person.consented_on) == (False, False, None)


def test_birth_and_sex_come_from_the_id_number(cast):
    bare = {"name": "曾国藩", "school": cast.home.school, "id_number": make_id_number(BORN, 711)}
    person = register_person(bare, by=cast.users.school, at=timezone.now())
    assert (person.born_on, person.birth_precision, person.sex) == (BORN, "day", "男")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sex": "女"}, "“性别”与身份证号中的性别不一致"),
        ({"born_on": datetime.date(1947, 5, 7)}, "“出生年月”与身份证号中的出生日期不一致"),
        ({"born_on": datetime.date(1947, 6, 1), "birth_precision": "month"}, "“出生年月”与身份证号"),
        ({"id_number": "990105194705067111"}, "校验码不符"),
        ({"name": " "}, "姓名没有填写"),
    ],
)
def test_what_does_not_agree_is_refused(cast, fields, message):
    with pytest.raises(Refused, match=message) as refused:
        register_person(values(cast.home.school, **fields), by=cast.users.school, at=timezone.now())
    assert "19470506" not in str(refused.value)
    assert Person.objects.count() == 0


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2025, 12, 31)), st.integers(0, 999))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_id_number_agrees_with_what_it_says_and_with_no_other_sex(born, serial):
    number = make_id_number(born, serial)
    filled = {"id_number": number, "born_on": None}
    assert identity_faults(filled) == {}
    known = parse_id_number(number)
    assert (filled["born_on"], filled["birth_precision"], filled["sex"]) == (born, "day", known.sex)
    month = {
        "id_number": number,
        "born_on": born.replace(day=1),
        "birth_precision": "month",
        "sex": known.sex,
    }
    assert (identity_faults(month), month["born_on"]) == ({}, born)
    other = "女" if known.sex == "男" else "男"
    next_day = born + datetime.timedelta(days=1)
    wrong = {"id_number": number, "born_on": next_day, "birth_precision": "day", "sex": other}
    assert sorted(identity_faults(wrong)) == ["born_on", "sex"]


def test_an_id_number_in_reach_leads_to_its_file(cast):
    known = make_person(school=cast.home.school, id_number=make_id_number(BORN, 711))
    with pytest.raises(AlreadyRegistered, match="和平小学") as refused:
        register_person(values(cast.home.school), by=cast.users.school, at=timezone.now())
    assert (refused.value.person, Person.objects.count()) == (known, 1)


def test_an_id_number_of_another_school_tells_nothing_of_the_file(cast):
    make_person(school=cast.far.school, name="暗中人", id_number=make_id_number(BORN, 711))
    with pytest.raises(AlreadyRegistered, match="转校申请") as refused:
        register_person(values(cast.home.school), by=cast.users.school, at=timezone.now())
    assert refused.value.person is None
    assert ("暗中人" in str(refused.value), "光明中学" in str(refused.value)) == (False, False)


def test_a_merged_file_does_not_hold_an_id_number(cast):
    kept = make_person(school=cast.home.school)
    make_person(school=cast.home.school, id_number=make_id_number(BORN, 711), merged_into=kept)
    assert register_person(values(cast.home.school), by=cast.users.school, at=timezone.now()).pk


def test_further_classes_are_the_district_s_and_never_the_main_one(cast):
    main, more = make_elder_class(), make_elder_class(name="老模范", position=5)
    person = register_person(
        values(cast.home.school, elder_class=main, further_classes=[main, more]),
        by=cast.users.district,
        at=timezone.now(),
    )
    assert list(person.further_classes.all()) == [more]
    foreign = make_elder_class(district=make_district(full_name="别处区"), name="老科技工作者")
    with pytest.raises(Refused, match="不是本区的类别"):
        register_person(
            values(cast.home.school, serial=713, further_classes=[foreign]),
            by=cast.users.district,
            at=timezone.now(),
        )


# --- editing ------------------------------------------------------------------------------------------


@pytest.fixture
def person(cast):
    return register_person(values(cast.home.school), by=cast.users.district, at=timezone.now())


def edit(cast, person, who="school", version=1, **fields):
    return edit_person(person, fields, version=version, by=getattr(cast.users, who), at=timezone.now())


def test_an_edit_writes_what_changed_and_seals_it_in_the_trail(cast, person):
    after = edit(cast, person, name="曾国荃", phone="19900008888", duty="校长")
    assert (after.version, after.initials, after.duty) == (2, "zgq", "校长")
    assert Person.objects.found_by(phone_index=after.phone_index).get() == person
    (line,) = lines("person.edit")
    assert line.changes == {"name": ["曾国藩", "曾国荃"], "duty": ["", "校长"], "phone": "已修改"}


@pytest.mark.parametrize("who", OUTSIDE)
def test_nobody_else_edits(cast, person, who):
    with pytest.raises(Refused, match="不在您的职责范围内"):
        edit(cast, person, who, duty="校长")
    assert (Person.objects.get(pk=person.pk).duty, lines("person.edit")) == ("", [])


def test_an_edit_without_a_change_is_told(cast, person):
    with pytest.raises(Refused, match="没有改动"):
        edit(cast, person, duty="")
    assert Person.objects.get(pk=person.pk).version == 1


def test_an_old_form_says_who_saved_since_and_writes_nothing(cast, person):
    edit(cast, person, "district", duty="校长")
    with pytest.raises(Outdated, match=r"被district先生（20\d\d-\d\d-\d\d \d\d:\d\d）改过") as refused:
        edit(cast, person, duty="教师")
    assert (refused.value.person.duty, Person.objects.get(pk=person.pk).duty) == ("校长", "校长")
    assert len(lines("person.edit")) == 1


def test_an_old_disagreement_does_not_stop_other_edits(cast):
    old = make_person(school=cast.home.school, sex="男", id_number=make_id_number(BORN, 712))
    assert edit(cast, old, duty="校长").duty == "校长"
    with pytest.raises(Refused, match="不一致"):
        edit(cast, old, version=2, born_on=datetime.date(1950, 1, 1))


def test_an_edit_cannot_take_another_s_id_number(cast, person):
    other = make_person(school=cast.home.school, id_number=make_id_number(BORN, 713))
    with pytest.raises(AlreadyRegistered) as refused:
        edit(cast, person, id_number=other.id_number)
    assert refused.value.person == other


def test_a_school_does_not_give_its_person_away(cast, person):
    with pytest.raises(Refused, match="不在您的职责范围内"):
        edit(cast, person, school=cast.far.school)
    assert edit(cast, person, "district", school=cast.far.school).school == cast.far.school


def test_staff_of_two_districts_do_not_move_a_file_across(cast, person):
    far = make_school(district=make_district(full_name="别处区"))
    both = make_user()
    for district in (cast.home.district, far.district):
        make_post(user=both, district=district)
    with pytest.raises(Refused, match=f"“单位”不能改为{far.full_name}：它不在{cast.home.district}"):
        edit_person(person, {"school": far}, version=1, by=both, at=timezone.now())
    stored = Person.objects.get(pk=person.pk)
    assert (stored.school, stored.district, lines("person.edit")) == (
        cast.home.school,
        cast.home.district,
        [],
    )


def test_a_main_class_leaves_the_further_ones(cast, person):
    first, second = make_elder_class(), make_elder_class(name="老模范", position=5)
    edit(cast, person, further_classes=[first, second])
    after = edit(cast, person, version=2, elder_class=first)
    assert list(after.further_classes.all()) == [second]
    assert lines("person.edit")[-1].changes["further_classes"] == ["老教师、老模范", "老模范"]


def test_who_retires_comes_onto_the_register(cast):
    serving = make_person(school=cast.home.school, retirement_kind="", on_register=False)
    assert edit(cast, serving, retirement_kind="RETIRED").on_register is True
    assert edit(cast, serving, version=2, retirement_kind="").on_register is False


@pytest.mark.django_db(transaction=True)
def test_a_photograph_is_sealed_and_the_old_one_goes(cast):
    person = make_person(school=cast.home.school)
    first, second = make_jpeg(), make_jpeg("blue")
    old = edit(cast, person, photo=first).photo
    with default_storage.open(old) as file:
        assert file.read()[:5] == b"enc1:"
    assert (open_photo(old), old.startswith("photos/")) == (first, True)
    new = edit(cast, person, version=2, photo=second).photo
    assert (open_photo(new), open_photo(old)) == (second, None)
    assert [line.changes for line in lines("person.edit")] == [{"photo": "已修改"}] * 2


# --- states -------------------------------------------------------------------------------------------

TODAY = datetime.date(2026, 11, 27)
NOON = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


@pytest.mark.parametrize(
    ("state", "place", "fields"),
    [
        ("moved", "示例市", {"moved_away_on": TODAY, "moved_away_to": "示例市"}),
        ("stopped", "", {"stopped_on": TODAY}),
        ("died", "", {"died_on": TODAY}),
    ],
)
def test_a_state_is_noted_and_taken_back(cast, person, state, place, fields):
    after = change_state(person, state, TODAY, place=place, by=cast.users.school, at=NOON)
    assert {name: getattr(after, name) for name in fields} == fields
    with pytest.raises(Refused, match="已登记过"):
        change_state(person, state, TODAY, place=place, by=cast.users.school, at=NOON)
    with pytest.raises(Refused, match="理由"):
        undo_state(person, state, by=cast.users.school, at=NOON, reason=" ")
    back = undo_state(person, state, by=cast.users.school, at=NOON, reason="登记错了人")
    assert [getattr(back, name) or None for name in fields] == [None] * len(fields)
    with pytest.raises(Refused, match="不用撤销"):
        undo_state(person, state, by=cast.users.school, at=NOON, reason="再撤一次")
    noted, undone = lines("person.change_state"), lines("person.undo_state")
    assert (len(noted), [line.reason for line in undone]) == (1, ["登记错了人"])
    assert {name: pair[1] for name, pair in noted[0].changes.items()} == {
        name: str(value) for name, value in fields.items()
    }


def test_a_death_closes_the_slip_and_taking_it_back_does_not_open_it(cast, person):
    Person.objects.filter(pk=person.pk).update(is_volunteer=True)
    _, code, token = make_slip(person, by=cast.users.school, at=NOON)
    change_state(person, "died", TODAY, by=cast.users.school, at=NOON)
    assert (open_code(code, at=NOON), open_link(token, at=NOON)) == (None, None)
    (noted,) = lines("person.change_state")
    assert noted.changes == {"died_on": [None, str(TODAY)], "slip_link": "服务单已停用"}
    assert lines("slip.revoke") == []
    undo_state(person, "died", by=cast.users.school, at=NOON, reason="登记错了人")
    assert open_code(code, at=NOON) is None
    _, code, _ = make_slip(person, by=cast.users.school, at=NOON)
    assert open_code(code, at=NOON) is not None


@pytest.mark.parametrize(("state", "place"), [("moved", "示例市"), ("stopped", "")])
def test_whoever_moves_or_stops_keeps_his_slip(cast, person, state, place):
    Person.objects.filter(pk=person.pk).update(is_volunteer=True)
    _, code, _ = make_slip(person, by=cast.users.school, at=NOON)
    change_state(person, state, TODAY, place=place, by=cast.users.school, at=NOON)
    assert open_code(code, at=NOON) is not None
    (noted,) = lines("person.change_state")
    assert "slip_link" not in noted.changes


@pytest.mark.parametrize(
    ("state", "on", "message"),
    [
        ("died", TODAY + datetime.timedelta(days=1), "不能晚于今天"),
        ("died", datetime.date(1940, 1, 1), "早于出生日期"),
        ("moved", TODAY, "请填写安置地"),
    ],
)
def test_a_state_of_no_sense_is_refused(cast, person, state, on, message):
    with pytest.raises(Refused, match=message):
        change_state(person, state, on, by=cast.users.school, at=NOON)
    assert lines("person.change_state") == []


@pytest.mark.parametrize("who", OUTSIDE)
def test_nobody_else_notes_or_takes_back_a_state(cast, person, who):
    by = getattr(cast.users, who)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        change_state(person, "died", TODAY, by=by, at=NOON)
    change_state(person, "died", TODAY, by=cast.users.district, at=NOON)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        undo_state(person, "died", by=by, at=NOON, reason="登记错了人")
    assert Person.objects.get(pk=person.pk).died_on == TODAY


# --- what is printed in full --------------------------------------------------------------------------


def test_a_print_in_full_is_recorded_with_its_purpose(cast, person):
    shown = print_form(person, by=cast.users.school, at=NOON, purpose="报区里存档")
    assert shown["id_number"] == person.id_number
    (line,) = lines("person.print_form")
    assert (line.reason, line.changes) == ("报区里存档", {"fields": ["id_number", "phone"]})
    assert lines("person.reveal") == []


def test_a_summary_in_full_is_one_line_and_of_one_school(cast, person):
    far = make_person(school=cast.far.school)
    phones = print_summary(
        cast.home.school, [person, far], by=cast.users.school, at=NOON, purpose="区里汇总上报"
    )
    assert phones == {person.pk: "19900007777"}
    (line,) = lines("school.print_summary")
    assert line.changes == {"table": "五老志愿者汇总表", "rows": 1, "fields": ["phone"]}
    for who in OUTSIDE:
        with pytest.raises(Refused, match="不在您的职责范围内"):
            print_summary(
                cast.home.school, [person], by=getattr(cast.users, who), at=NOON, purpose="区里汇总上报"
            )
    assert len(lines("school.print_summary")) == 1
