"""Service that another step attests: confirmed at once, under every rule of service hours."""

import datetime

import pytest

from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused
from members.models import ServiceRecord
from members.workflow.service import record_attended
from tests.factories import make_person
from tests.members.service_rows import AT, DAY, make_record

pytestmark = pytest.mark.django_db
PROOF = {"evidence": "B", "basis": "下校记录，李主任在线确认"}


def values_of(person, **fields) -> dict:
    values = {
        "person": person,
        "content": "老校长下乡",
        "place": "示例山区中学",
        "served_on": DAY,
        "half_hours": 12,
    }
    return {**values, **fields}


def test_an_attested_day_is_confirmed_at_once_with_one_line(cast):
    person = make_person()
    row = record_attended(values_of(person, **PROOF), by=cast.users.host, at=AT)
    row.refresh_from_db()
    assert (row.status, row.half_hours, row.school, row.claimed_as, row.confirmed_at) == (
        "CONFIRMED",
        12,
        None,
        "DISTRICT",
        AT,
    )
    assert (row.confirmed_by, row.evidence, row.basis) == (None, "", "")
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.link, line.object_id) == (
        "servicerecord.attend",
        cast.users.host.link,
        str(row.pk),
    )


def test_a_day_of_an_earlier_year_keeps_its_evidence_and_needs_it(cast):
    person, day = make_person(), datetime.date(2019, 3, 12)
    row = record_attended(values_of(person, served_on=day, **PROOF), by=cast.users.district, at=AT)
    assert (row.evidence, row.basis, row.confirmed_by) == ("B", PROOF["basis"], cast.users.district)
    with pytest.raises(Refused, match="属于补录"):
        record_attended(values_of(person, served_on=day), by=cast.users.district, at=AT)


@pytest.mark.parametrize(
    ("fields", "person", "said"),
    [
        ({"half_hours": 17}, {}, "最多计 8.0 小时"),
        ({"served_on": datetime.date(2026, 6, 16)}, {}, "还没有到"),
        ({}, {"is_volunteer": False}, "没有登记为志愿者"),
        ({}, {"died_on": DAY}, "离世"),
        ({"content": "坏\x00字"}, {}, "不能保存的字符"),
    ],
)
def test_rules_hold_and_what_they_refuse_leaves_nothing(cast, fields, person, said):
    with pytest.raises(Refused, match=said):
        record_attended(values_of(make_person(**person), **fields), by=cast.users.district, at=AT)
    assert (ServiceRecord.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_what_stands_on_the_day_counts_too(cast):
    person = make_person()
    make_record(person=person, half_hours=6)
    with pytest.raises(Refused, match="这一天已有 3.0 小时"):
        record_attended(values_of(person), by=cast.users.district, at=AT)
