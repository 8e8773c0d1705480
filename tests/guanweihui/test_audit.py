"""The trail cannot be edited unseen: triggers, digests, chains, and the command that checks them."""

import datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from guanweihui import audit, triggers
from guanweihui.models import AuditEvent, AuditSeal
from guanweihui.scope import Origin, System
from guanweihui.start import trail_is_append_only
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2018, 11, 5, 1, 30, tzinfo=datetime.UTC)


@pytest.fixture
def lines():
    """Give four lines of one district and two of another, all sealed."""
    home, far = factories.make_district(), factories.make_district(full_name="别处区")
    by = System(home, name="甲", origin=Origin("192.0.2.1", "abc"))
    rows = [home, far, home, home, far, home]
    found = [
        audit.record("district.change", row, by=by, at=AT, changes={"n": [0, n]})
        for n, row in enumerate(rows)
    ]
    assert (audit.seal_all(), audit.seal_all()) == (6, 0)
    return found


def sql(statement, *args):
    with connection.cursor() as cursor:
        cursor.execute(statement, args)


def tamper(statement, *args):
    """Change what cannot be changed, as somebody who owns the database could."""
    triggers.lift(connection)
    sql(statement, *args)
    triggers.install(connection)


def test_a_line_holds_who_what_when_where(lines):
    event = lines[0]
    assert (event.actor_label, event.action, event.address, event.request_id) == (
        "甲",
        "district.change",
        "192.0.2.1",
        "abc",
    )
    assert (event.object_type, event.object_id, event.object_label) == (
        "guanweihui.District",
        str(event.district_id),
        "示例区",
    )
    assert event.digest == audit.content_digest(AuditEvent.objects.get(pk=event.pk))


def test_each_district_has_its_own_chain_without_gaps(lines):
    chains = {}
    for seal in AuditSeal.objects.order_by("pk"):
        chains.setdefault(seal.chain, []).append(seal.position)
    assert chains == {lines[0].district_id: [1, 2, 3, 4], lines[1].district_id: [1, 2]}


@pytest.mark.parametrize("table", triggers.TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET digest = ''", "DELETE FROM {}"])
def test_the_database_refuses_changes(lines, table, change):
    with pytest.raises(DatabaseError, match=triggers.REFUSAL), transaction.atomic():
        sql(change.format(table))
    assert AuditEvent.objects.count() == AuditSeal.objects.count() == 6


def test_postgresql_refuses_to_truncate_too(lines):
    """SQLite has no TRUNCATE: there the statement itself is unknown."""
    connection.check_constraints()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        sql("TRUNCATE guanweihui_auditevent CASCADE")
    assert (triggers.REFUSAL if connection.vendor == "postgresql" else "syntax error") in str(refused.value)


def test_missing_triggers_stop_the_start(lines):
    assert trail_is_append_only(["default"]) == []
    triggers.lift(connection)
    faults = trail_is_append_only(["default"])
    triggers.install(connection)
    assert ({fault.id for fault in faults}, len(faults) >= 4) == ({"guanweihui.E002"}, True)
    assert triggers.missing(connection) == []


def test_a_whole_trail_has_no_break(lines):
    assert list(audit.verify()) == []


def test_an_edited_line_is_found_and_named(lines):
    tamper("UPDATE guanweihui_auditevent SET actor_label = '乙' WHERE id = %s", lines[2].pk)
    assert list(audit.verify()) == [audit.Break(lines[2].district_id, 2, lines[2].pk, "内容与摘要不符")]


def test_an_edited_line_with_a_fitting_digest_is_found(lines):
    event = AuditEvent.objects.get(pk=lines[2].pk)
    event.actor_label = "乙"
    tamper(
        "UPDATE guanweihui_auditevent SET actor_label = '乙', digest = %s WHERE id = %s",
        audit.content_digest(event),
        event.pk,
    )
    assert list(audit.verify()) == [audit.Break(event.district_id, 2, event.pk, "与前一条不衔接")]


def test_a_deleted_line_is_found(lines):
    triggers.lift(connection)
    sql("DELETE FROM guanweihui_auditseal WHERE event_id = %s", lines[2].pk)
    sql("DELETE FROM guanweihui_auditevent WHERE id = %s", lines[2].pk)
    triggers.install(connection)
    assert list(audit.verify()) == [audit.Break(lines[2].district_id, 2, lines[3].pk, "缺少记录")]


def test_an_edited_line_that_waits_for_its_seal_is_found(lines):
    fresh = audit.record("district.change", lines[0].district, by=System(), at=AT)
    tamper("UPDATE guanweihui_auditevent SET reason = '没有的事' WHERE id = %s", fresh.pk)
    assert list(audit.verify()) == [audit.Break(fresh.district_id, 0, fresh.pk, "内容与摘要不符")]


def test_the_command_prints_counts_and_keeps_a_line(lines, capsys):
    audit.record("district.change", lines[0].district, by=System(), at=AT)
    call_command("audit_verify")
    assert capsys.readouterr().out == "操作记录完整：已封存 6 条，待封存 1 条。\n"
    kept = AuditEvent.objects.filter(action="trail.verify").order_by("pk")
    assert [(event.district_id, event.changes) for event in kept] == [
        (lines[0].district_id, {"sealed": 4, "breaks": 0}),
        (lines[1].district_id, {"sealed": 2, "breaks": 0}),
    ]


def test_the_command_names_each_break_and_fails(lines, capsys):
    tamper("UPDATE guanweihui_auditevent SET reason = '改' WHERE id IN (%s, %s)", lines[1].pk, lines[3].pk)
    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify")
    first, second = lines[3], lines[1]
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        f"第 {first.district_id} 号区，封存序号 3，记录 {first.pk}：内容与摘要不符",
        f"第 {second.district_id} 号区，封存序号 1，记录 {second.pk}：内容与摘要不符",
        "操作记录不完整：发现 2 处。",
    ]
