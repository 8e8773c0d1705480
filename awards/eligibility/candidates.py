"""Whoever might be nominated, judged before anything of him is begun."""

import datetime
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q

from awards.eligibility.facts import Code, Effect, Facts, proofs_of, root
from awards.eligibility.findings import Finding
from awards.eligibility.rules import judge
from awards.models import Category, CycleRule, Nomination
from guanweihui.models import School
from members.models import Person

#: A share counts those who are sent: nobody is, yet.
SHARES = {Code.RANK_SHARE, Code.FRONT_LINE}


def check_people(
    category: Category,
    school: School,
    people: Sequence[Person],
    *,
    categories: Iterable[Category],
    on: datetime.date,
) -> Mapping[int, Sequence[Finding]]:
    """Judge people as nominees of a school in a category, by their keys; the shares are left out.

    `categories` are those of the cycle. Four queries at most, whatever the number.
    """
    cycle = category.cycle
    found = CycleRule.objects.of(cycle).exclude(effect=Effect.OFF)
    rules = {rule.code: rule for rule in found if rule.code not in SHARES}
    if not people or not rules:
        return {one.pk: () for one in people}
    trials = [Nomination(cycle=cycle, category=category, unit=school, person=one) for one in people]
    rivals = _rivals(category, people)
    names = {one.kind: one.name for one in categories}
    facts = Facts(on, trials, rules, rivals, names=names, **proofs_of(cycle, rules, trials, rivals, on=on))
    return {person.pk: judge(trial, facts) for person, trial in zip(people, trials, strict=True)}


def _rivals(category: Category, people: Sequence[Person]) -> list[tuple[Nomination, Person]]:
    """Return what runs in the cycle for anybody who may be one of these people."""
    roots = {root(one) for one in people}
    same = (
        Q(person__in=roots)
        | Q(person__merged_into__in=roots)
        | Q(person__id_index__in={one.id_index for one in people if one.id_index})
        | Q(person__folded_name__in={one.folded_name for one in people if one.folded_name})
    )
    rows = (
        Nomination.objects.of_cycle(category.cycle_id)
        .in_running()
        .filter(same)
        .select_related("category", "unit", "person")
        .defer("draft")
    )
    return [(one, one.person) for one in rows if one.person is not None]
