"""Days as the forms of trips and agreements take them: no year that is a slip of the pen."""

import datetime

from django.core.exceptions import ValidationError

FIRST_YEAR, LAST_YEAR = 1990, 2100


def in_our_times(day: datetime.date) -> None:
    """Refuse a year that nobody means, as 0202 for 2020 and 9999 for an agreement without end."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(
            f"年份写的是 {day.year}，请核对：年份填四位，在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。",
            code="year",
        )
