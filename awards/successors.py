"""Where a school's honours count now: each closed school goes on in its chief successor, however far."""

import datetime
from collections.abc import Mapping
from typing import Any

from guanweihui.models import Succession


def present_units(actor: Any, day: datetime.date) -> dict[int, int]:
    """Return for each school that has gone on by `day` the one it goes on in, by keys; one query.

    A chain is followed as far as the actor sees it.
    """
    lines = Succession.objects.visible_to(actor).filter(is_chief=True, succeeded_on__lte=day)
    after = dict(lines.values_list("predecessor", "successor"))
    return {school: _last(school, after) for school in after}


def _last(school: int, after: Mapping[int, int]) -> int:
    line = [school]
    while (successor := after.get(line[-1])) is not None and successor not in line:
        line.append(successor)
    return line[-1]


def units_of(school: int, actor: Any, day: datetime.date) -> list[int]:
    """Return the keys of a school and of all that go on in it."""
    return [school, *(one for one, present in present_units(actor, day).items() if present == school)]
