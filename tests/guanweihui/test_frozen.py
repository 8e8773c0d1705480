"""Tables that are stored as they were: exact to the cell, and closed to whatever happens later."""

import copy
import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanweihui import filing_kinds, frozen, round_tables, rounds
from guanweihui.models import AuditEvent, Due, FrozenTable, Round
from guanweihui.tables import Column, Row, Table
from guanweihui.workflow import Refused
from tests.factories import make_school
from tests.guanweihui.round_rows import AFTER, BEFORE, HOUR, census, make_due, make_open_round
from tests.races import at_once

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.just(datetime.UTC)),
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.one_of(st.none(), st.tuples(CELLS, CELLS)))
def test_a_table_comes_back_as_it_was(rows, total):
    table = Table(
        "t",
        "表",
        (Column("a", "甲", ("其中", "中学"), 9, "center", "percent"), Column("b", "乙", total=True)),
        tuple(Row(cells, "subtotal") for cells in rows),
        total=Row(total, "total") if total else None,
        reporting_unit="示例区",
        period="2018学年",
        unit_line="所",
        notes=("说明",),
        signatures=("填报人",),
        head=("左", "", "右"),
    )
    back = frozen.from_json(json.loads(json.dumps(frozen.to_json(table))))
    assert back == table
    kinds = [[type(cell) for cell in row.cells] for row in table.all_rows()]
    assert [[type(cell) for cell in row.cells] for row in back.all_rows()] == kinds


def test_links_are_left_out():
    table = Table("t", "表", (Column("a", "甲"),), (Row(("1",), links={"a": "/rows/"}),))
    assert frozen.from_json(frozen.to_json(table)).rows == (Row(("1",)),)


@pytest.fixture
def counted(cast, monkeypatch):
    """A round past its deadline of a kind with one table of its own; one school sent, one did not."""
    kind = filing_kinds.FilingKind(
        "registration",
        None,
        None,
        None,
        None,
        census,
        "按定稿时学校的名称列出",  # type: ignore[arg-type]
    )
    monkeypatch.setitem(filing_kinds._KINDS, "registration", kind)
    round_ = make_open_round(as_of_on=datetime.date(2018, 10, 31))
    make_due(round_, cast.home.school, "ACCEPTED", met_at=BEFORE)
    make_due(round_, cast.far.school)
    return round_


def close(cast, round_) -> Round:
    return rounds.close_round(round_, by=cast.users.district, at=AFTER)


def test_closing_stores_every_table_with_its_day_and_rules(cast, counted):
    live = round_tables.live(cast.users.district, counted)
    closed = close(cast, counted)
    rows = FrozenTable.objects.of_round(closed)
    assert [(row.key, row.position) for row in rows] == [
        ("round_progress", 0),
        ("round_completeness", 1),
        ("census", 2),
    ]
    for row in rows:
        assert (row.as_of_on, row.rules) == (datetime.date(2018, 10, 31), "按定稿时学校的名称列出")
        assert (row.frozen_at, row.frozen_by, row.district) == (
            AFTER,
            cast.users.district,
            cast.home.district,
        )
    assert [frozen.from_json(row.content).rows for row in rows] == [table.rows for table in live]
    assert AuditEvent.objects.get().changes == {"tables": [0, 3]}


def test_a_kind_without_a_questionnaire_keeps_who_sent(cast):
    round_ = make_open_round()
    make_due(round_, cast.home.school)
    close(cast, round_)
    assert [row.key for row in FrozenTable.objects.of_round(round_)] == [
        "round_progress",
        "round_completeness",
    ]


def test_what_happens_later_does_not_change_it(cast, counted):
    closed = close(cast, counted)
    before = round_tables.of_round(cast.users.leader, closed)
    school = cast.home.school
    school.short_name, school.group = "更名小学", cast.far.group
    school.save()
    late = Due.objects.get(school=cast.far.school)
    rounds.extend(late, until=AFTER + HOUR, by=cast.users.district, at=AFTER, reason="补报")
    Due.objects.filter(pk=late.pk).update(state="ACCEPTED", met_at=AFTER)
    Due.objects.create(round=closed, school=make_school(group=cast.home.group))
    after = round_tables.of_round(cast.users.leader, closed)
    assert after == before
    assert [row.cells for row in after.get("census").rows] == [("和平小学", "已通过"), ("光明中学", "未报")]
    # The control: the same tables, read live, did change.
    assert round_tables.live(cast.users.leader, closed)[2].rows[0].cells == ("更名小学", "已通过")


@pytest.mark.parametrize("player", ["district", "leader", "auditor"])
def test_the_district_reads_what_was_stored_and_who_stored_it(cast, counted, player):
    found = round_tables.of_round(getattr(cast.users, player), close(cast, counted))
    said = "统计时点2018-10-31，2018-11-12 18:00由district先生定稿。"
    assert (found.is_frozen, found.stamp, found.rules) == (True, said, "按定稿时学校的名称列出")
    assert found.get("census").notes == (said, "口径：按定稿时学校的名称列出")
    assert found.get("nothing") is None


@pytest.mark.parametrize(
    ("player", "names"), [("group", ["和平小学"]), ("school", ["和平小学"]), ("stranger", ["光明中学"])]
)
def test_a_group_and_a_school_read_their_own_rows_of_a_closed_round(cast, counted, player, names):
    closed = close(cast, counted)
    Due.objects.update(state="NIL", reason="停办")
    found = round_tables.of_round(getattr(cast.users, player), closed)
    assert (found.is_frozen, "已经定稿" in found.stamp) == (False, True)
    assert [row.cells for row in found.get("census").rows] == [(name, "零报告") for name in names]
    assert [row.cells[2] for row in found.get("round_completeness").rows] == names


def test_an_open_round_is_read_live(cast, counted):
    found = round_tables.of_round(cast.users.district, counted)
    Due.objects.update(state="WAIVED", reason="停办")
    again = round_tables.of_round(cast.users.district, counted)
    assert (found.is_frozen, found.get("census") == again.get("census")) == (False, False)


def test_a_round_closed_without_tables_says_so(cast):
    round_ = make_open_round(state="CLOSED")
    found = round_tables.of_round(cast.users.district, round_)
    assert (found.is_frozen, "没有封存的报表" in found.stamp) == (False, True)


def test_a_percent_stays_exact(cast, counted):
    close(cast, counted)
    table = round_tables.of_round(cast.users.district, Round.objects.get()).tables[0]
    assert table.total.cells[2:8] == (1, Decimal("50.0"), 0, Decimal("0.0"), 1, Decimal("50.0"))


# --- races ------------------------------------------------------------------------------------------------


def said_by(*works) -> list[str]:
    return sorted(str(one) if isinstance(one, Refused) else "won" for one in at_once(*works))


@pytest.mark.django_db(transaction=True)
def test_of_two_openings_one_makes_the_dues(cast):
    round_ = make_open_round(state="PLANNED")
    work = lambda: rounds.open_round(round_, by=cast.users.district, at=BEFORE)  # noqa: E731
    assert said_by(work, work) == ["won", "只有待开始的报送任务可以开始。"]
    assert (Due.objects.count(), AuditEvent.objects.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_closings_one_stores_the_tables(cast):
    round_ = make_open_round()
    make_due(round_, cast.home.school)
    work = lambda: close(cast, round_)  # noqa: E731
    assert said_by(work, work) == ["won", "这次报送已截止，不能定稿。"]
    assert (FrozenTable.objects.count(), AuditEvent.objects.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("state", "step", "at", "said"),
    [
        ("PLANNED", rounds.open_round, BEFORE, "该校已在应报名单中。"),
        ("OPEN", rounds.close_round, AFTER, "这次报送的这张表已封存。"),
    ],
)
def test_without_the_fresh_look_only_the_database_is_left(cast, monkeypatch, state, step, at, said):
    """The control: without lock and fresh row both pass the check, or the races above prove nothing."""
    round_ = make_open_round(state=state)
    monkeypatch.setattr(rounds, "own", lambda row, **_: copy.copy(round_))
    work = lambda: step(round_, by=cast.users.district, at=at)  # noqa: E731
    assert said_by(work, work) == ["won", said]
    assert AuditEvent.objects.count() == 1
