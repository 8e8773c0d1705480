"""The register, where a sheet still names a file that was merged into another one."""

import pytest

from members.links import relink
from members.models import Person
from members.workflow.merging import unmerge
from tests.factories import make_appointment, make_elder_class, make_person, make_school
from tests.members.merging_rows import make_merge
from tests.members.test_resources import loaded, said
from tests.workbooks import NOW, counts, register_row


@pytest.fixture
def school(db):
    make_elder_class(name="老教师", position=4)
    make_elder_class(name="老干部", position=1)
    return make_school(full_name="示例市示例区第1小学", short_name="第1小学")


@pytest.fixture
def merged(school):
    """Give the files that two rows made, the second merged into the first."""
    loaded(register_row(), register_row(教工编号="T9", 身份证号=None, 姓名="叶苹"))
    one, other = Person.objects.order_by("pk")
    return make_merge(survivor=one, merged=other, at=NOW)


def test_the_merged_file_s_row_is_the_survivor_s_and_brings_no_news(merged):
    plan = loaded(register_row(教工编号="T9", 身份证号=None, 姓名="叶苹"))
    assert (counts(plan), said(plan)) == ({"UNCHANGED": 1}, [])
    assert Person.objects.count() == 2


def test_what_such_a_row_says_besides_changes_the_survivor(merged):
    plan = loaded(register_row(教工编号="T9", 身份证号=None, 姓名="叶苹", 紧急联系人="丁一"))
    survivor, other = Person.objects.order_by("pk")
    assert counts(plan) == {"CHANGED": 1}
    assert (survivor.emergency_contact, survivor.staff_no, survivor.name) == ("丁一", "T00002", "叶萍")
    assert (other.staff_no, other.merged_into) == ("T9", survivor)


def test_another_name_beside_the_merged_number_is_told(merged):
    plan = loaded(register_row(教工编号="T9", 身份证号=None, 姓名="丁一"))
    assert said(plan) == ["3 教工编号 T9：已登记在“叶萍”名下。请核对教工编号和姓名。"]


def test_of_two_rows_that_are_one_person_the_later_is_wrong(merged):
    plan = loaded(register_row(), register_row(教工编号="T9", 身份证号=None, 姓名="叶苹"))
    assert said(plan) == ["4 教工编号 T9：与第 3 行是同一人。两份档案已经合并，请删去其中已不用的一行。"]


def test_the_whole_district_s_sheet_finds_it_too(merged, monkeypatch):
    from members.resources import Stored

    monkeypatch.setattr(Stored, "FEW", 0)
    assert counts(loaded(register_row(教工编号="T9", 身份证号=None, 姓名="叶苹"))) == {"UNCHANGED": 1}


def test_an_id_number_of_a_merged_file_leads_to_the_survivor(school):
    loaded(register_row(教工编号="T1", 身份证号=None))
    one = Person.objects.get()
    same = {"name": "叶苹", "phone": one.phone, "elder_class": one.elder_class}
    other = make_person(school=school, staff_no="T9", id_number="990105194608250206", **same)
    row = make_merge(survivor=one, merged=other, at=NOW)
    loaded(register_row(教工编号="T9", 姓名="叶苹"))
    assert counts(loaded(register_row(教工编号="T9", 姓名="叶苹"))) == {"UNCHANGED": 1}
    assert Person.objects.get(pk=one.pk).staff_no == "T1"
    unmerge(row, by=make_admin(school), at=NOW, reason="合并错了")
    loaded(register_row(教工编号="T9", 姓名="叶苹", 紧急联系人="丁一"))
    assert [each.emergency_contact for each in Person.objects.order_by("pk")] == ["万凯", "丁一"]


def make_admin(school):
    from guanweihui.scope import System

    return System(school.district)


def test_a_printed_name_of_the_merged_file_leads_to_the_survivor(merged):
    seat = make_appointment(school=merged.survivor.school, printed_name="叶苹")
    relink(merged.district)
    seat.refresh_from_db()
    assert seat.person == merged.survivor
    relink(merged.district)
    seat.refresh_from_db()
    assert seat.person == merged.survivor
