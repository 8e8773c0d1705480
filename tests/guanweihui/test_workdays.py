"""Working days with 调休 and corrections."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanweihui.workdays import (
    add_workdays,
    is_workday,
    missing_data,
    period_end,
    workdays_between,
    year_has_data,
)

NATIONAL_DAY = date(2025, 10, 1)
MADE_UP_SUNDAY = date(2025, 9, 28)


def test_holidays_rest_and_made_up_sundays_work():
    days = [NATIONAL_DAY, MADE_UP_SUNDAY, date(2025, 9, 27), date(2025, 9, 29)]
    assert [is_workday(day, {}) for day in days] == [False, True, False, True]


def test_a_correction_wins():
    corrections = {NATIONAL_DAY: True, MADE_UP_SUNDAY: False}
    assert [is_workday(day, corrections) for day in (NATIONAL_DAY, MADE_UP_SUNDAY)] == [True, False]


def test_a_year_without_data_counts_weekdays_and_is_said():
    friday, saturday = date(2099, 1, 2), date(2099, 1, 3)
    assert [is_workday(friday, {}), is_workday(saturday, {}), is_workday(saturday, {saturday: True})] == [
        True,
        False,
        True,
    ]
    assert [year_has_data(year) for year in (2003, 2004, 2026, 2099)] == [False, True, True, False]
    assert missing_data(date(2025, 1, 1), date(2026, 12, 31), {}) == ""
    assert (
        missing_data(date(2098, 12, 30), friday, {})
        == "2098、2099年的节假日安排尚未录入，暂按周一至周五为工作日计算，请核对后再使用"
    )


def test_a_year_that_staff_typed_in_has_data():
    typed = {date(2099, 1, 1) + timedelta(days=passed): False for passed in range(10)}
    assert year_has_data(2099, typed) is True
    assert year_has_data(2099, {date(2099, 1, 1): False}) is False
    assert missing_data(date(2099, 1, 1), date(2099, 1, 2), typed) == ""


@pytest.mark.parametrize(
    ("first", "count", "last"),
    [
        (date(2025, 7, 18), 5, date(2025, 7, 24)),
        (date(2022, 9, 19), 5, date(2022, 9, 23)),
        (date(2023, 12, 21), 3, date(2023, 12, 25)),
        (date(2025, 9, 26), 5, date(2025, 10, 9)),
        (date(2025, 10, 1), 1, date(2025, 10, 9)),
        (date(2025, 7, 18), 1, date(2025, 7, 18)),
    ],
)
def test_a_notice_runs_its_working_days_from_the_first(first, count, last):
    assert period_end(first, count, {}) == last
    assert workdays_between(first, last, {}) == count


def test_days_are_added_after_the_start():
    friday = date(2025, 7, 18)
    assert [add_workdays(friday, count, {}) for count in (0, 1, 5)] == [
        friday,
        date(2025, 7, 21),
        date(2025, 7, 25),
    ]


def test_senseless_counts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        add_workdays(NATIONAL_DAY, -1, {})
    with pytest.raises(ValueError, match="at least one"):
        period_end(NATIONAL_DAY, 0, {})
    assert workdays_between(date(2025, 7, 18), date(2025, 7, 17), {}) == 0


DAYS = st.dates(date(2015, 1, 1), date(2028, 12, 31))


@given(DAYS, st.integers(1, 30), st.dictionaries(DAYS, st.booleans(), max_size=20))
def test_adding_and_counting_agree(start, count, corrections):
    end = add_workdays(start, count, corrections)
    assert is_workday(end, corrections)
    assert workdays_between(start + timedelta(days=1), end, corrections) == count
