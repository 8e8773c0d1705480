"""The spans of a summary or a ledger: a school year, one of its terms, or a programme from its start."""

import datetime
from dataclasses import dataclass

from guanweihui.figures import Period

#: A school year that begins in September has its second term from February on: five months later.
FIRST_TERM_MONTHS = 5
TERMS = (("year", "全年"), ("term1", "第一学期"), ("term2", "第二学期"))
HALVES = (("year", "全年"), ("term1", "上半年"), ("term2", "下半年"))


@dataclass(frozen=True)
class Span:
    """Some days with their name; `key` is year, term1, term2 or whole."""

    key: str
    year: int
    label: str
    first: datetime.date
    last: datetime.date

    def until(self, day: datetime.date) -> "Span":
        """Return the part up to a cut-off date; a later one changes nothing."""
        return Span(self.key, self.year, self.label, self.first, min(day, self.last))

    @property
    def words(self) -> str:
        return Period(self.year, self.first, self.last).span


def terms(starts_in: int) -> tuple[tuple[str, str], ...]:
    """Return (key, words) of what a year may be cut into: halves where the year is the calendar's."""
    return HALVES if starts_in == 1 else TERMS


def span_of(year: int, key: str, starts_in: int) -> Span:
    """Return the year, or one of its terms. Raises KeyError for another key."""
    period = Period.of(year, starts_in)
    words = dict(terms(starts_in))[key]
    months = 6 if starts_in == 1 else FIRST_TERM_MONTHS
    turn = _months_on(period.first, months)
    first = turn if key == "term2" else period.first
    last = turn - datetime.timedelta(days=1) if key == "term1" else period.last
    label = period.label if key == "year" else f"{period.label}{words}"
    return Span(key, year, label, first, last)


def whole(started_on: datetime.date, last: datetime.date, starts_in: int) -> Span:
    """Return a programme from its start; the year is that in which it began."""
    year = Period.holding(started_on, starts_in).year
    return Span("whole", year, "项目启动以来", started_on, max(last, started_on))


def _months_on(day: datetime.date, months: int) -> datetime.date:
    count = day.month - 1 + months
    return day.replace(year=day.year + count // 12, month=count % 12 + 1)
