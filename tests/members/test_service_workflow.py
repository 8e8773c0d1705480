"""Steps of service hours: claim, confirmation, refusal, striking out, sheets, the quarterly check."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from guanweihui.gate import issue_link
from guanweihui.models import AuditEvent
from guanweihui.scope import LinkHolder, Role, System
from guanweihui.workflow import Refused
from members.demo_service import FIRST_TEAM_WEEKS, SCHOOL_WEEKS, TEAM_WEEKS, seed_service
from members.models import Person, QuarterCheck, ServiceRecord, ServiceRule, ServiceSheet, StarTier
from members.reports.service import hours_of, tier_of, tiers_on
from members.workflow import service
from members.workflow.service import STEPS, claim, confirm, confirm_each, refuse
from members.workflow.service_quarters import check_quarter, days_of, last_quarter
from members.workflow.service_sheets import Entry, SheetFaults, enter_sheet, find_people, open_sheet
from tests.factories import make_person, make_school
from tests.members.service_rows import (
    AT,
    DAY,
    claim_of,
    make_claim,
    make_membership,
    make_record,
    make_rule,
    make_sheet,
    make_team,
    time,
)

S = ServiceRecord.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school, name="曾玉兰")


def lines(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


def slip_of(person):
    link, _ = issue_link(
        district=person.district, role=Role.VOLUNTEER, holder_name=person.name, by=None, at=AT, days=400
    )
    person.slip_link = link
    person.save(update_fields=["slip_link"])
    return LinkHolder(link)


# --- claims -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["district", "school"])
def test_a_claim_waits_for_its_organiser_and_leaves_one_line(cast, person, who):
    row = claim(
        claim_of(person, starts_at=time("09:00"), ends_at=time("11:00")), by=getattr(cast.users, who), at=AT
    )
    row.refresh_from_db()
    assert (row.status, row.half_hours, row.claimed_as, row.claimed_by) == (
        S.CLAIMED,
        4,
        "SCHOOL",
        getattr(cast.users, who),
    )
    assert (row.confirmed_at, row.district, row.evidence) == (None, cast.home.district, "")
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.object_id, line.changes["half_hours"]) == (
        "servicerecord.claim",
        str(row.pk),
        4,
    )


def test_a_volunteer_claims_for_himself_and_for_nobody_else(cast, person):
    holder = slip_of(person)
    values = claim_of(person)
    del values["school"]
    row = claim(values, by=holder, at=AT)
    assert (row.claimed_as, row.claimed_by, row.school) == ("VOLUNTEER", None, cast.home.school)
    other = make_person(school=cast.home.school)
    with pytest.raises(Refused, match="只能登记本人的服务"):
        claim(claim_of(other), by=holder, at=AT)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        confirm(row, by=holder, at=AT)
    assert ServiceRecord.objects.get().status == S.CLAIMED


@pytest.mark.parametrize("who", ["stranger", "group", "leader", "auditor", "judge", "outreach"])
def test_nobody_else_claims(cast, person, who):
    with pytest.raises(Refused):
        claim(claim_of(person), by=getattr(cast.users, who), at=AT)
    assert (ServiceRecord.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_an_organising_school_claims_for_another_school_s_volunteer(cast, person):
    row = claim(claim_of(person, school=cast.far.school), by=cast.users.stranger, at=AT)
    assert (row.school, row.claimed_as) == (cast.far.school, "SCHOOL")


def test_the_district_organises_where_no_school_does(cast, person):
    assert claim(claim_of(person, school=None), by=cast.users.district, at=AT).claimed_as == "DISTRICT"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"hours": Decimal("1.25")}, "1.25 小时请写成 1.0 或 1.5"),
        ({"hours": Decimal(0)}, "0.5 到 24 小时之间"),
        ({"hours": Decimal("NaN")}, "0.5 到 24 小时之间"),
        ({"served_on": datetime.date(2026, 6, 16)}, "2026-06-16 还没有到"),
        ({"hours": Decimal("8.5")}, "每人每日最多计 8.0 小时"),
        ({"starts_at": time("09:00")}, "开始和结束时间要同时填写"),
        ({"starts_at": time("09:00"), "ends_at": time("09:00")}, "结束时间要晚于开始时间"),
        ({"starts_at": time("09:00"), "ends_at": time("10:50")}, "最多 1.5 小时，填了 2.0 小时"),
        ({"served_on": datetime.date(2025, 12, 31)}, "2025 年的服务属于补录"),
        ({"served_on": datetime.date(2025, 12, 31), "evidence": "A"}, "补录须写明依据"),
        ({"evidence": "A", "basis": "签到册"}, "本年的服务不是补录"),
        ({"content": "宣讲\u200b"}, "不能保存的字符"),
    ],
)
def test_a_claim_off_the_rules_is_refused_with_the_cure(cast, person, values, said):
    with pytest.raises(Refused, match=said):
        claim(claim_of(person, **values), by=cast.users.district, at=AT)
    assert (ServiceRecord.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"died_on": DAY}, "离世"),
        ({"stopped_on": DAY}, "停止服务"),
        ({"is_volunteer": False}, "没有登记为志愿者"),
        (
            {"consented_on": DAY, "registered_on": DAY + datetime.timedelta(days=1)},
            "此前的服务不能登记",
        ),
    ],
)
def test_who_could_not_serve_that_day_is_refused(cast, fields, said):
    person = make_person(school=cast.home.school, **fields)
    with pytest.raises(Refused, match=said):
        claim(claim_of(person), by=cast.users.district, at=AT)


@pytest.mark.parametrize(
    "fields",
    [
        {"died_on": DAY + datetime.timedelta(days=1)},
        {"stopped_on": DAY + datetime.timedelta(days=1)},
        {"consented_on": DAY, "registered_on": DAY},
    ],
)
def test_who_could_serve_that_day_may(cast, fields):
    person = make_person(school=cast.home.school, **fields)
    assert claim(claim_of(person), by=cast.users.district, at=AT).status == S.CLAIMED


def test_a_back_entry_carries_its_evidence(cast, person):
    day = datetime.date(2019, 5, 4)
    row = claim(claim_of(person, served_on=day, evidence="B", basis="学校证明"), by=cast.users.school, at=AT)
    assert (row.evidence, row.basis) == ("B", "学校证明")


def test_overlap_names_the_other_record_and_touching_times_are_fine(cast, person):
    times = {"starts_at": time("09:00"), "ends_at": time("11:00")}
    claim(claim_of(person, **times), by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="与 2026-06-10 09:00—11:00 的“红色故事宣讲”（待确认）时间重叠"):
        claim(claim_of(person, starts_at=time("10:30"), ends_at=time("12:30")), by=cast.users.district, at=AT)
    claim(claim_of(person, starts_at=time("11:00"), ends_at=time("13:00")), by=cast.users.district, at=AT)
    assert ServiceRecord.objects.count() == 2


def test_refused_and_struck_records_block_nothing(cast, person):
    times = {"starts_at": time("09:00"), "ends_at": time("11:00"), "half_hours": 4}
    make_record(person=person, status=S.REFUSED, **times)
    make_record(person=person, status=S.STRUCK, **times)
    claim(
        claim_of(person, starts_at=time("09:00"), ends_at=time("17:00"), hours=Decimal(8)),
        by=cast.users.district,
        at=AT,
    )


def test_the_cap_is_that_of_the_day_and_training_stands_apart(cast, person):
    make_rule(district=cast.home.district, from_on=datetime.date(2026, 6, 1), day_cap_half_hours=6)
    make_record(person=person, half_hours=4)
    with pytest.raises(Refused, match="已有 2.0 小时，本条最多还能计 1.0 小时"):
        claim(claim_of(person), by=cast.users.district, at=AT)
    claim(claim_of(person, kind="TRAINING", hours=Decimal(6)), by=cast.users.district, at=AT)
    earlier = datetime.date(2026, 5, 31)
    claim(claim_of(person, served_on=earlier, hours=Decimal(8)), by=cast.users.district, at=AT)


# --- confirmation, refusal, striking out --------------------------------------------------------------


@pytest.mark.parametrize("who", ["district", "school"])
def test_the_organiser_confirms(cast, person, who):
    row = confirm(make_claim(person=person), by=getattr(cast.users, who), at=AT)
    row.refresh_from_db()
    assert (row.status, row.confirmed_by, row.confirmed_at) == (S.CONFIRMED, getattr(cast.users, who), AT)
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.changes) == ("servicerecord.confirm", {"status": ["CLAIMED", "CONFIRMED"]})


def test_the_volunteer_s_school_does_not_confirm_what_another_organised(cast, person):
    row = make_claim(person=person, school=cast.far.school)
    for step in (confirm, lambda one, **more: refuse(one, reason="没有来", **more)):
        with pytest.raises(Refused, match="由组织方“光明中学”办理"):
            step(row, by=cast.users.school, at=AT)
    assert confirm(row, by=cast.users.stranger, at=AT).status == S.CONFIRMED
    own = make_claim(person=person, school=None)
    with pytest.raises(Refused, match="由组织方“区关工委”办理"):
        confirm(own, by=cast.users.school, at=AT)


def test_confirmation_looks_anew_at_what_is_confirmed(cast, person):
    times = {"starts_at": time("09:00"), "ends_at": time("11:00")}
    first, second = make_claim(person=person, **times), make_claim(person=person, **times)
    confirm(first, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="（已确认）时间重叠"):
        confirm(second, by=cast.users.district, at=AT)
    person.died_on = DAY
    person.save(update_fields=["died_on"])
    with pytest.raises(Refused, match="离世"):
        confirm(make_claim(person=person), by=cast.users.district, at=AT)
    assert len(lines("servicerecord.confirm")) == 1


def test_a_claim_of_december_is_no_back_entry_in_january(cast, person):
    december = AT.replace(month=12, day=31)
    row = make_claim(person=person, served_on=december.date(), claimed_at=december)
    assert confirm(row, by=cast.users.school, at=AT.replace(year=2027, month=1)).status == S.CONFIRMED


def test_many_are_confirmed_one_by_one_and_the_refused_are_named(cast, person):
    rows = [make_claim(person=person, half_hours=10), make_claim(person=person, half_hours=10)]
    done, refused = confirm_each(rows, by=cast.users.school, at=AT)
    assert done == 1
    assert refused == [
        "曾玉兰 2026-06-10：每人每日最多计 8.0 小时，这一天已有 5.0 小时，本条最多还能计 3.0 小时。"
        "请减少时间，或先核对当日的其他记录。"
    ]
    assert len(lines("servicerecord.confirm")) == 1


def take_step(name, row, by):
    reason = {} if name == "confirm" else {"reason": "签到表上没有此人"}
    return getattr(service, name)(row, by=by, at=AT, **reason)


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("name", list(STEPS))
def test_every_pair_of_step_and_state(cast, person, name, status):
    row, step = make_record(person=person, status=status), STEPS[name]
    if status in step.from_states:
        assert take_step(name, row, cast.users.district).status == step.to_state
        (line,) = AuditEvent.objects.all()
        assert line.action == f"servicerecord.{name}"
    else:
        with pytest.raises(Refused, match=f"现在是“{S(status).label}”"):
            take_step(name, row, cast.users.district)
        assert (ServiceRecord.objects.get().status, AuditEvent.objects.count()) == (status, 0)


@pytest.mark.parametrize(
    "who", ["leader", "auditor", "group", "school", "stranger", "judge", "outreach", "district"]
)
@pytest.mark.parametrize("name", list(STEPS))
def test_every_pair_of_step_and_role(cast, person, name, who):
    row = make_record(person=person, status=next(iter(STEPS[name].from_states)))
    allowed = {"district"} if name == "strike" else {"district", "school"}
    if who in allowed:
        assert take_step(name, row, getattr(cast.users, who)).status == STEPS[name].to_state
    else:
        with pytest.raises(Refused):
            take_step(name, row, getattr(cast.users, who))
        assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("name", ["refuse", "strike"])
def test_turning_down_and_striking_out_want_a_reason(cast, person, name):
    row = make_record(person=person, status=next(iter(STEPS[name].from_states)))
    with pytest.raises(Refused, match="请写明理由"):
        getattr(service, name)(row, by=cast.users.district, at=AT, reason=" ")


def test_a_merged_file_takes_no_claim(cast, person):
    old = make_person(school=cast.home.school, merged_into=person)
    with pytest.raises(Refused, match="已并入另一份"):
        claim(claim_of(old), by=cast.users.district, at=AT)


# --- sheets -------------------------------------------------------------------------------------------


def sheet_values(**fields) -> dict:
    defaults = {"content": "宣讲", "place": "报告厅", "held_on": DAY}
    return {**defaults, "starts_at": time("09:00"), "ends_at": time("11:00"), **fields}


def test_sheets_are_numbered_by_year_and_leave_one_line(cast, person):
    values = sheet_values(school=cast.home.school, people=[person])
    numbers = [open_sheet(values, by=cast.users.school, at=AT).number for _ in range(2)]
    numbers.append(
        open_sheet({**values, "held_on": datetime.date(2027, 1, 3)}, by=cast.users.school, at=AT).number
    )
    assert numbers == ["QD20260001", "QD20260002", "QD20270001"]
    make_sheet(school=cast.home.school, number="QD20269999")
    make_sheet(school=cast.home.school, number="QD202610000")
    assert open_sheet(values, by=cast.users.district, at=AT).number == "QD202610001"
    assert [one.changes["count"] for one in lines("servicesheet.open")] == [1] * 4
    assert list(ServiceSheet.objects.get(number="QD20260001").expected.all()) == [person]


@pytest.mark.parametrize("who", ["stranger", "group", "leader", "auditor", "judge", "outreach"])
def test_a_sheet_is_opened_by_its_organiser(cast, who):
    for values in (sheet_values(school=cast.home.school), sheet_values()):
        with pytest.raises(Refused):
            open_sheet(values, by=getattr(cast.users, who), at=AT)
    assert ServiceSheet.objects.count() == 0


def test_a_school_opens_no_sheet_of_the_district(cast):
    with pytest.raises(Refused, match="由区关工委建立"):
        open_sheet(sheet_values(), by=cast.users.school, at=AT)
    assert open_sheet(sheet_values(), by=cast.users.district, at=AT).school is None


@pytest.mark.parametrize("who", ["district", "school"])
def test_one_submit_writes_everybody_present_with_one_line(cast, person, who):
    far = make_person(school=cast.far.school, name="郭长青")
    absent = make_person(school=cast.home.school)
    sheet = make_sheet(school=cast.home.school, people=[person, far, absent])
    entries = [Entry(person.pk, True, 4), Entry(far.pk, True, 3), Entry(absent.pk, False)]
    for expected in ((2, 0), (0, 2)):
        entered = enter_sheet(sheet, entries, by=getattr(cast.users, who), at=AT)
        assert (len(entered.records), entered.unchanged) == expected
    rows = ServiceRecord.objects.order_by("half_hours").values_list(
        "person", "half_hours", "status", "school", "sheet", "evidence", "content"
    )
    assert list(rows) == [
        (one.pk, half, S.CONFIRMED, cast.home.school.pk, sheet.pk, "", "红色故事宣讲")
        for one, half in ((far, 3), (person, 4))
    ]
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.changes) == ("servicesheet.enter", {"rows": 2, "half_hours": 7})


def test_all_faults_are_said_by_person_and_nothing_is_written(cast, person):
    dead = make_person(school=cast.home.school, died_on=datetime.date(2026, 1, 1))
    fine = make_person(school=cast.home.school)
    foreign = make_person(school=cast.far.school)
    sheet = make_sheet(school=cast.home.school, people=[person, dead, fine])
    entries = [
        Entry(person.pk, True, 5),
        Entry(dead.pk, True, 4),
        Entry(fine.pk, True, 4),
        Entry(foreign.pk, True, 4),
    ]
    with pytest.raises(SheetFaults) as caught:
        enter_sheet(sheet, entries, by=cast.users.school, at=AT)
    faults = caught.value.faults
    assert sorted(faults) == sorted([person.pk, dead.pk, foreign.pk])
    assert ("最多 2.0 小时" in faults[person.pk], "离世" in faults[dead.pk]) == (True, True)
    assert "职责范围" in faults[foreign.pk]
    assert (ServiceRecord.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_other_hours_for_an_entered_person_are_refused(cast, person):
    sheet = make_sheet(school=cast.home.school, people=[person])
    enter_sheet(sheet, [Entry(person.pk, True, 4)], by=cast.users.school, at=AT)
    with pytest.raises(SheetFaults) as caught:
        enter_sheet(sheet, [Entry(person.pk, True, 2)], by=cast.users.school, at=AT)
    assert caught.value.faults == {person.pk: "已登记 2.0 小时。要改请先作废原记录。"}


def test_a_sheet_of_last_year_makes_back_entries_of_the_best_grade(cast, person):
    sheet = make_sheet(school=cast.home.school, people=[person], held_on=datetime.date(2025, 12, 30))
    (row,) = enter_sheet(sheet, [Entry(person.pk, True, 4)], by=cast.users.school, at=AT).records
    assert (row.evidence, row.basis) == ("A", f"纸质签到表 {sheet.number}")


def test_a_sheet_is_entered_after_its_day_and_by_its_organiser(cast, person):
    coming = make_sheet(school=cast.home.school, people=[person], held_on=datetime.date(2026, 6, 16))
    with pytest.raises(Refused, match="结束以后再登记"):
        enter_sheet(coming, [Entry(person.pk, True, 4)], by=cast.users.school, at=AT)
    sheet = make_sheet(school=cast.home.school, people=[person])
    for who in ("stranger", "group", "leader", "auditor", "judge", "outreach"):
        with pytest.raises(Refused):
            enter_sheet(sheet, [Entry(person.pk, True, 4)], by=getattr(cast.users, who), at=AT)
    assert ServiceRecord.objects.count() == 0


def test_people_are_found_by_name_and_staff_number_within_reach(cast, person):
    twins = [make_person(school=cast.home.school, name="张建国") for _ in range(2)]
    make_person(school=cast.far.school, name="郭长青")
    text = f"曾玉兰\n张建国 {twins[1].staff_no}\n{twins[0].staff_no.lower()}\nzyl\n\n曾玉兰"
    assert find_people(text, by=cast.users.school, day=DAY) == ([person, twins[1], twins[0]], [])
    found, faults = find_people("张建国、郭长青", by=cast.users.school, day=DAY)
    assert found == []
    assert faults[0].startswith("“张建国”不止一人：张建国（和平小学 JG")
    assert faults[1] == "“郭长青”：在您能办理的志愿者中没有找到，请核对姓名。"


# --- the quarterly check ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        ("2026-01-01", (2025, 4)),
        ("2026-03-31", (2025, 4)),
        ("2026-04-01", (2026, 1)),
        ("2026-12-31", (2026, 3)),
    ],
)
def test_the_last_quarter_has_ended(day, quarter):
    day = datetime.date.fromisoformat(day)
    assert last_quarter(day) == quarter
    first, last = days_of(*quarter)
    assert (first.day, (last + datetime.timedelta(days=1)).day, last < day) == (1, 1, True)


MARCH = datetime.date(2026, 3, 31)


def test_a_check_freezes_the_sums_of_what_the_unit_organised(cast, person):
    make_record(person=person, served_on=MARCH, half_hours=4)
    make_record(person=person, served_on=datetime.date(2026, 1, 1), half_hours=3)
    make_record(person=make_person(school=cast.far.school), school=cast.home.school, served_on=MARCH)
    for fields in (
        {"kind": "TRAINING"},
        {"status": S.STRUCK},
        {"school": cast.far.school},
        {"served_on": datetime.date(2026, 4, 1)},
    ):
        make_record(**{"person": person, "served_on": MARCH, **fields})
    row = check_quarter(cast.home.school, 2026, 1, by=cast.users.school, at=AT, remark="无误")
    assert (row.people, row.records, row.half_hours, row.remark) == (2, 3, 11, "无误")
    (line,) = lines("quartercheck.check")
    assert line.changes == {"people": 2, "records": 3, "half_hours": 11}
    with pytest.raises(Refused, match="这个季度已经核对过"):
        check_quarter(cast.home.school, 2026, 1, by=cast.users.district, at=AT)


def test_the_district_checks_its_own_and_its_teams_part(cast, person):
    make_record(person=person, served_on=MARCH, school=None)
    row = check_quarter(cast.home.district, 2026, 1, by=cast.users.district, at=AT)
    assert (row.district, row.school, row.half_hours) == (cast.home.district, None, 4)
    with pytest.raises(Refused):
        check_quarter(cast.home.district, 2025, 4, by=cast.users.school, at=AT)


def test_a_quarter_is_not_checked_while_a_claim_waits_or_before_its_end(cast, person):
    make_claim(person=person, served_on=MARCH)
    with pytest.raises(Refused, match="还有 1 条待确认"):
        check_quarter(cast.home.school, 2026, 1, by=cast.users.school, at=AT)
    with pytest.raises(Refused, match="2026-06-30 结束"):
        check_quarter(cast.home.school, 2026, 2, by=cast.users.school, at=AT)
    assert (QuarterCheck.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("who", ["stranger", "group", "leader", "auditor", "judge", "outreach"])
def test_nobody_else_checks_a_quarter(cast, who):
    with pytest.raises(Refused):
        check_quarter(cast.home.school, 2026, 1, by=getattr(cast.users, who), at=AT)


# --- constraints --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"half_hours": 0}, "hours_fit_a_day"),
        ({"half_hours": 49}, "hours_fit_a_day"),
        ({"starts_at": time("09:00")}, "record_ends_after_it_starts"),
        ({"starts_at": time("09:00"), "ends_at": time("09:00")}, "record_ends_after_it_starts"),
        ({"confirmed_at": None}, "confirmed_record_has_a_time"),
        ({"evidence": "A"}, "back_entry_says_its_basis"),
    ],
)
def test_the_database_refuses_a_wrong_record(cast, person, fields, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_record(person=person, **fields)


def test_the_database_holds_one_record_a_person_and_sheet(cast, person):
    sheet = make_sheet(school=cast.home.school)
    make_record(person=person, sheet=sheet, status=S.STRUCK)
    make_record(person=person, sheet=sheet)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_claim(person=person, sheet=sheet)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_sheet(school=cast.home.school, number=sheet.number)
    with pytest.raises(IntegrityError, match="sheet_ends_after_it_starts"), transaction.atomic():
        make_sheet(school=make_school(), ends_at=time("09:00"))


# --- the demo -----------------------------------------------------------------------------------------


def test_the_demo_s_service_is_always_the_same_and_seeded_once(cast):
    system = System(cast.home.district)
    for number in range(9):
        person = make_person(school=cast.home.school, staff_no=f"D{number}")
        make_membership(person=person, team=make_team(name="讲师团" if number < 5 else "科普队"))
    sheets = seed_service(cast.home.district, by=system, at=AT)
    assert seed_service(cast.home.district, by=system, at=AT) == []
    assert len(sheets) == FIRST_TEAM_WEEKS + len(TEAM_WEEKS) + len(SCHOOL_WEEKS) + 2
    waiting = ServiceRecord.objects.waiting()
    assert [(one.person.staff_no, one.half_hours) for one in waiting.order_by("person__staff_no")] == [
        (f"D{number}", 3) for number in range(5)
    ]
    back = ServiceRecord.objects.filter(served_on__year=2019).order_by("evidence")
    assert list(back.values_list("evidence", flat=True)) == ["A", "B", "C"]
    first = Person.objects.get(staff_no="D0")
    tier = tier_of(hours_of(first, day=AT.date())["service"], tiers_on(cast.home.district, AT.date()))
    assert (tier.name, StarTier.objects.count(), ServiceRule.objects.count()) == ("一星级", 5, 1)
    assert sheets[-1].held_on > AT.date()
