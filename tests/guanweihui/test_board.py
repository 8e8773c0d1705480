"""The 应报未报 board: always 100 %, judged to the second, each reader's slice, the words that chase."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guanweihui import board
from guanweihui.models import Due
from tests.factories import make_school
from tests.guanweihui.round_rows import (
    AFTER,
    BEFORE,
    DEADLINE,
    HOUR,
    SECOND,
    make_due,
    make_open_round,
)

ON_TIME, LATE, MISSING, WAIVED = Due.Standing


# --- percents ---------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
@example([1, 1, 1])
@example([0, 0, 0, 0])
def test_percents_make_a_hundred_and_none_is_off_by_a_digit(counts):
    found = board.shares(counts)
    whole = sum(counts)
    assert sum(found) == (100 if whole else 0)
    for count, share in zip(counts, found, strict=True):
        exact = Decimal(count) * 100 / whole if whole else Decimal(0)
        assert abs(share - exact) < Decimal("0.1")
        assert share >= 0
        assert count or share == 0  # what nobody did is never given a share


@given(st.lists(st.integers(0, 400), min_size=2, max_size=4))
def test_equal_counts_differ_by_one_digit_at_most_and_the_earlier_gets_it(counts):
    found = board.shares(counts)
    for place, count in enumerate(counts):
        for other in range(place + 1, len(counts)):
            if count == counts[other]:
                assert found[place] - found[other] in (Decimal("0.0"), Decimal("0.1"))


def test_a_share_is_rounded_to_the_nearest_that_still_makes_a_hundred():
    assert board.shares([2, 1, 2, 2]) == [Decimal(one) for one in ("28.6", "14.3", "28.6", "28.5")]


# --- standing ---------------------------------------------------------------------------------------------


@pytest.fixture
def round_(cast):
    return make_open_round(grace_minutes=10)


def standings(round_) -> dict:
    return dict(Due.objects.standing(round_).values_list("pk", "standing"))


@pytest.mark.parametrize("own", [None, DEADLINE + 24 * HOUR])
@pytest.mark.parametrize("state", ["SUBMITTED", "ENDORSED", "ACCEPTED", "NIL"])
def test_what_came_in_the_grace_is_on_time_and_a_second_later_is_late(cast, round_, own, state):
    due = make_due(round_, cast.home.school, state, deadline_at=own)
    edge = due.closes_at()
    assert edge == (own or DEADLINE) + round_.grace
    for met_at, standing in (
        (edge - SECOND, ON_TIME),
        (edge, ON_TIME),
        (edge + SECOND / 1000, LATE),
        (edge + SECOND, LATE),
    ):
        Due.objects.update(met_at=met_at)
        assert standings(round_) == {due.pk: standing.value}, met_at


@pytest.mark.parametrize("state", Due.State)
@pytest.mark.parametrize("met_at", [None, BEFORE, AFTER])
def test_every_due_has_exactly_one_standing(cast, round_, state, met_at):
    due = make_due(round_, cast.home.school, state, met_at=met_at)
    sent = LATE if met_at == AFTER else ON_TIME
    expected = WAIVED if state == "WAIVED" else MISSING if state in Due.UNMET else sent
    assert standings(round_) == {due.pk: expected.value}
    line = board.total(board.by_group(Due.objects.standing(round_).for_list()))
    assert (line.whole, sum(line.shares)) == (1, 100)


def test_each_round_is_judged_by_its_own_deadline(cast, round_):
    later = make_open_round(title="另一次", deadline_at=AFTER)
    one = make_due(round_, cast.home.school, "ACCEPTED", met_at=AFTER)
    two = make_due(later, cast.home.school, "ACCEPTED", met_at=AFTER)
    found = dict(Due.objects.standing(round_, later).values_list("pk", "standing"))
    assert found == {one.pk: "LATE", two.pk: "ON_TIME"}
    counted = Due.objects.standing(round_, later).count_standings("round")
    assert counted == {(round_.pk, "LATE"): 1, (later.pk, "ON_TIME"): 1}


@pytest.fixture
def mixed(cast, round_):
    """Two groups, a school in every way that one can stand."""
    home, far = cast.home.group, cast.far.group
    names = iter(("甲校", "乙校", "丙校", "丁校", "戊校", "己校", "庚校"))

    def due(group, state, **fields):
        position = Due.objects.count()
        school = make_school(group=group, short_name=next(names), position=position)
        return make_due(round_, school, state, **fields)

    due(home, "SUBMITTED", met_at=DEADLINE)
    due(home, "ACCEPTED", met_at=BEFORE)
    due(home, "ENDORSED", met_at=AFTER)
    due(far, "RETURNED", met_at=BEFORE)
    due(far, "DRAFT")
    due(far, "NIL", met_at=BEFORE)
    due(far, "WAIVED")
    return round_


def test_the_groups_add_up_to_the_whole(cast, mixed):
    counted = Due.objects.standing(mixed).count_standings()
    lines = board.tallies([cast.home.group, cast.far.group], counted)
    assert [(line.name, line.counts) for line in lines] == [
        ("东苑协作组", (2, 1, 0, 0)),
        ("西苑协作组", (1, 0, 2, 1)),
    ]
    assert board.by_group(Due.objects.standing(mixed).for_list()) == lines
    table = board.progress_table(mixed, lines)
    percent = [Decimal(one) for one in ("66.7", "33.3", "25.0", "50.0", "42.8", "14.3", "28.6")]
    zero = Decimal("0.0")
    assert [row.cells for row in table.all_rows()] == [
        ("合　计", 7, 3, percent[4], 1, percent[5], 2, percent[6], 1, percent[5]),
        ("东苑协作组", 3, 2, percent[0], 1, percent[1], 0, zero, 0, zero),
        ("西苑协作组", 4, 1, percent[2], 0, zero, 2, percent[3], 1, percent[2]),
    ]


def test_a_group_that_owes_nothing_has_no_line_and_a_round_without_schools_is_empty(cast, mixed):
    counted = Due.objects.standing(mixed).in_group(cast.home.group).count_standings()
    assert [line.name for line in board.tallies([cast.home.group, cast.far.group], counted)] == ["东苑协作组"]
    empty = board.progress_table(mixed, [])
    assert (empty.rows, empty.total.cells[:3]) == ((), ("合　计", 0, 0))
    assert board.completeness_table(mixed, []).rows == ()


def test_every_school_due_stands_in_the_table_with_its_times(cast, mixed):
    Due.objects.filter(school__short_name="戊校").update(deadline_at=AFTER)
    table = board.completeness_table(mixed, Due.objects.standing(mixed).for_list())
    assert [row.cells[2:] for row in table.rows] == [
        ("甲校", "按时", "已报", "2018-11-12 17:00", "2018-11-12 17:00:00", ""),
        ("乙校", "按时", "已通过", "2018-11-12 17:00", "2018-11-12 16:00:00", ""),
        ("丙校", "逾期补报", "协作组已审", "2018-11-12 17:00", "2018-11-12 18:00:00", ""),
        ("丁校", "未报", "已退回", "2018-11-12 17:00", "2018-11-12 16:00:00", ""),
        ("戊校", "未报", "填报中", "2018-11-12 18:00（延期）", None, ""),
        ("己校", "按时", "零报告", "2018-11-12 17:00", "2018-11-12 16:00:00", "停办"),
        ("庚校", "免报", "免报", "2018-11-12 17:00", None, "停办"),
    ]
    assert table.notes == (
        "应报 7 所：按时 3（42.8%），逾期补报 1（14.3%），未报 2（28.6%），免报 1（14.3%）。",
        "截止时间2018-11-12 17:00，截止后宽限 10 分钟，以平台时间为准。",
    )


# --- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words", "exact"),
    [
        (26 * 3600, "还剩 26 小时", "还剩 26 小时"),
        (2 * 3600 + 15 * 60 + 59, "还剩 2 小时", "还剩 2 小时 15 分钟"),
        (3600, "还剩 1 小时", "还剩 1 小时"),
        (3599, "还剩 59 分钟", "还剩 59 分钟"),
        (59, "还剩不足 1 分钟", "还剩不足 1 分钟"),
        (0, "还剩不足 1 分钟", "还剩不足 1 分钟"),
        (-1, "已逾期不足 1 分钟", "已逾期不足 1 分钟"),
        (-3600, "已逾期 1 小时", "已逾期 1 小时"),
        (-50 * 3600 - 61, "已逾期 50 小时", "已逾期 50 小时 1 分钟"),
    ],
)
def test_the_time_left_is_said_in_hours(seconds, words, exact):
    now = DEADLINE - SECOND * seconds
    assert board.time_left(DEADLINE, now) == words
    assert board.time_left(DEADLINE, now, with_minutes=True) == exact


def test_the_grace_is_said_while_it_runs(cast, round_):
    assert board.urgency(round_, DEADLINE) == "还剩不足 1 分钟"
    assert board.urgency(round_, DEADLINE + SECOND) == "已到截止时间，宽限到 17:10"
    assert board.urgency(round_, round_.closes_at) == "已到截止时间，宽限到 17:10"
    assert board.urgency(round_, round_.closes_at + HOUR) == "已逾期 1 小时"
    assert board.grace_words(make_open_round(title="另一次")) == "到时不再接收，以平台时间为准"


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        ("WAITING", "", "逾期"),
        ("DRAFT", "填报中", "填报中，逾期"),
        ("RETURNED", "已退回", "已退回，逾期"),
        ("SUBMITTED", "已报", "已报"),
        ("NIL", "零报告", "零报告"),
        ("WAIVED", "", ""),
    ],
)
def test_the_board_says_how_far_a_school_is(cast, round_, state, before, after):
    due = make_due(round_, cast.home.school, state)
    edge = due.closes_at()
    assert [board.further_words(due, at) for at in (edge, edge + SECOND)] == [before, after]


def test_a_reminder_names_exactly_the_unfinished_schools_of_its_group(cast, mixed):
    dues = list(Due.objects.standing(mixed).for_list())
    found = board.reminders(mixed, dues, DEADLINE - 26 * HOUR)
    assert [(one.group, one.schools, one.words) for one in found] == [
        (
            "西苑协作组",
            2,
            "【催报】“2018年五老志愿者登记”截止时间为11月12日（星期一）17:00，还剩 26 小时。"
            "西苑协作组还有 2 所学校未报：丁校（已退回，待修改）、戊校。"
            "请尽快登录平台填报并提交；确实没有内容可报的，请用“零报告”答复。",
        )
    ]


def test_a_reminder_after_the_deadline_says_how_to_send_late(cast, mixed):
    Due.objects.filter(school__short_name="丁校").update(deadline_at=DEADLINE + 48 * HOUR)
    dues = Due.objects.standing(mixed).for_list()
    (one,) = board.reminders(mixed, dues, DEADLINE + 3 * HOUR)
    assert one.words == (
        "【催报】“2018年五老志愿者登记”截止时间为11月12日（星期一）17:00，已逾期 3 小时。"
        "西苑协作组还有 2 所学校未报：丁校（已退回，待修改；延期至11月14日（星期三）17:00）、戊校。"
        "请尽快与区关工委办公室联系延期，再登录平台补报。"
    )
