"""Who may be commended: each rule of a cycle judged on a nomination, with the row that proves it."""

import datetime
from collections.abc import Mapping, Sequence

from awards.eligibility.facts import facts_of
from awards.eligibility.findings import Finding, Verdict, blocking, is_open, seen_by
from awards.eligibility.rules import judge
from awards.models import Nomination

__all__ = ["Finding", "Verdict", "blocking", "check", "check_many", "is_open", "seen_by"]


def check(nomination: Nomination, *, on: datetime.date) -> list[Finding]:
    """Judge one nomination by its cycle's rules, in the order of CycleRule.Code."""
    return list(check_many([nomination], on=on)[nomination.pk])


def check_many(nominations: Sequence[Nomination], *, on: datetime.date) -> Mapping[int, Sequence[Finding]]:
    """Judge nominations of one cycle, by key, at a number of queries that does not grow with them.

    One finding a rule that the cycle has and that can apply, also where it is met. A rule that is switched
    off, or that the cycle has no row for, says nothing. What is judged are the rows as they stand stored.
    """
    found: dict[int, Sequence[Finding]] = {one.pk: () for one in nominations}
    if found:
        facts = facts_of(nominations[0].cycle, set(found), on=on)
        found |= {row.pk: judge(row, facts) for row in facts.subjects}
    return found
