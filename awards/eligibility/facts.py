"""The rows that the rules of a cycle look at: read once for all nominations that are judged."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, DateField, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from awards.models import Category, Cycle, CycleRule, Honour, Nomination, Veto
from awards.models.nominations import OUT, SENT
from guanweihui.models import Succession
from members.models import DistinctPair, Person
from members.models.people import Precision

Code, Effect = CycleRule.Code, CycleRule.Effect
#: The fields of a form that the two shares count, and the answers that count.
RANK_KEY, HIGH_RANK = "rank_level", "处级"
FRONT_KEY, ON_FRONT = "front_line", "是"
#: The awards that somebody is sent on to who stands in the wrong one.
FITTING = (Category.Kind.ADVANCED_IN_SERVICE, Category.Kind.ADVANCED_RETIRED)
_PAIRED, _BARRED = {Code.ONE_AWARD, Code.TWO_SCHOOLS}, {Code.VETO, Code.BAN}

#: What the rules read of a person; every sealed field stays closed.
_OF_PERSON = (
    "name",
    "folded_name",
    "id_index",
    "born_on",
    "birth_precision",
    "retirement_kind",
    "retired_on",
    "retired_precision",
    "stopped_on",
    "died_on",
    "merged_into_id",
    "school_id",
)
_SHOWN = (
    "status",
    "submitted_at",
    "printed_name",
    "printed_unit",
    "cycle_id",
    "category__kind",
    "category__name",
    "unit__full_name",
    "unit__short_name",
    "unit__group_id",
    *(f"person__{name}" for name in _OF_PERSON),
    "person__school__full_name",
)


@dataclass(frozen=True)
class Share:
    """How many of the persons sent in a cycle gave the answer that a share counts."""

    answers: Mapping[int, str]
    sent: Collection[int]
    counted: str

    def counted_with(self, key: int) -> tuple[int, int]:
        """Return how many count and of how many, this nomination among them."""
        is_new = key not in self.sent
        return self._counted_of_sent + (is_new and self.counts(key)), len(self.sent) + is_new

    @cached_property
    def _counted_of_sent(self) -> int:
        return sum(self.counts(key) for key in self.sent)

    def counts(self, key: int) -> bool:
        return self.answers.get(key) == self.counted


@dataclass(frozen=True)
class Bar:
    """A 一票否决 or 停评 that stands; of a school when it bears a school's name."""

    kind: str
    from_on: datetime.date
    until_on: datetime.date | None
    school: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that the rules of one cycle ask of a set of nominations, on one day.

    Honours of a person and bars are by the file that stands for him, those of a unit by the one that goes on.
    """

    on: datetime.date
    subjects: Sequence[Nomination]
    rules: Mapping[str, CycleRule]
    rivals: Sequence[tuple[Nomination, Person]] = ()
    distinct: Collection[frozenset[int]] = frozenset()
    honours_of_person: Mapping[int, Sequence[Honour]] = field(default_factory=dict)
    honours_of_unit: Mapping[int, Sequence[Honour]] = field(default_factory=dict)
    bars_of_person: Mapping[int, Sequence[Bar]] = field(default_factory=dict)
    bars_of_school: Mapping[int, Sequence[Bar]] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)
    #: What the cycle calls the awards of FITTING, by kind; empty where it has none.
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _rivals_by_key(self) -> Mapping[str | int, Sequence[tuple[Nomination, Person]]]:
        found = defaultdict(list)
        for rival, person in self.rivals:
            for key in _keys(person):
                found[key].append((rival, person))
        return found

    def rivals_of(self, person: Person) -> list[tuple[Nomination, Person]]:
        """Return what runs in the cycle for somebody who shares a file, an ID number or the name."""
        found = {
            rival.pk: (rival, of) for key in _keys(person) for rival, of in self._rivals_by_key.get(key, ())
        }
        return [found[key] for key in sorted(found)]

    def are_distinct(self, one: Person, two: Person) -> bool:
        """Tell whether the office has found two files to be two people."""
        return frozenset({root(one), root(two)}) in self.distinct


def _keys(person: Person) -> set[str | int]:
    """Return what two files of one person have in common: the file that stands, a number, a name."""
    keys: set[str | int] = {root(person), person.id_index, person.folded_name or person.name}
    return keys - {""}


def root(person: Person) -> int:
    """Return the key of the file that stands for a person: his own, or the one it was merged into."""
    return person.merged_into_id or person.pk


def facts_of(cycle: Cycle, keys: Collection[int], *, on: datetime.date) -> Facts:
    """Read what the rules that are switched on in a cycle ask of nominations of it, given by key.

    Five queries at most, whatever the number; one more for answers to the shares not read before.
    """
    found = CycleRule.objects.of(cycle).exclude(effect=Effect.OFF)
    rules = {rule.code: rule for rule in found.annotate(**{_named(kind): _name_of(kind) for kind in FITTING})}
    if not rules:
        return Facts(on, (), rules)
    any_rule = next(iter(rules.values()))
    names: dict[str, str] = {kind: getattr(any_rule, _named(kind)) or "" for kind in FITTING}
    rows = list(_concerned(cycle, keys))
    subjects = [one for one in rows if one.pk in keys]
    rivals = [(one, one.person) for one in rows if one.person is not None and one.status not in OUT]
    more = proofs_of(cycle, rules, subjects, rivals, on=on)
    if {Code.RANK_SHARE, Code.FRONT_LINE} & rules.keys() and any(one.person_id for one in subjects):
        more["shares"] = shares_of(cycle, keys)
    return Facts(on, subjects, rules, rivals, names=names, **more)


def proofs_of(
    cycle: Cycle,
    rules: Mapping[str, CycleRule],
    subjects: Collection[Nomination],
    rivals: Sequence[tuple[Nomination, Person]],
    *,
    on: datetime.date,
) -> dict[str, Any]:
    """Read what bars or binds these nominees: fields of Facts, in two queries at most."""
    roots = {root(one.person) for one in subjects if one.person is not None}
    ties = _ties_of(cycle, rules, subjects, roots, {root(person) for _, person in rivals} - roots, on)
    found: dict[str, Any] = {
        "distinct": ties.distinct,
        "bars_of_person": ties.bars_of_person,
        "bars_of_school": ties.bars_of_school,
    }
    if Code.EARLIER_WINNER in rules:
        back = rules[Code.EARLIER_WINNER].value or 1
        found |= _honours(cycle, back, roots, ties.successors)
    return found


def _concerned(cycle: Cycle, keys: Collection[int]) -> Any:
    """Keep the nominations themselves, and what else runs for somebody who may be the same person."""
    people = Person.objects.filter(nominations__in=keys)
    into = people.exclude(merged_into=None).values("merged_into")
    same = (
        Q(person__in=people.values("pk"))
        | Q(person__in=into)
        | Q(person__merged_into__in=people.values("pk"))
        | Q(person__merged_into__in=into)
        | Q(person__id_index__in=people.exclude(id_index="").values("id_index"))
        | Q(person__folded_name__in=people.exclude(folded_name="").values("folded_name"))
    )
    return (
        Nomination.objects.of_cycle(cycle)
        .filter(Q(pk__in=keys) | same)
        .select_related("category", "unit", "person__school")
        .only(*_SHOWN)
        .order_by("pk")
    )


def _named(kind: str) -> str:
    return f"name_of_{kind.lower()}"


def _name_of(kind: str) -> Subquery:
    return Subquery(Category.objects.filter(cycle=OuterRef("cycle"), kind=kind).values("name")[:1])


def _honours(
    cycle: Cycle, back: int, roots: Collection[int], successors: Mapping[int, int]
) -> dict[str, dict[int, list[Honour]]]:
    """Group standing honours of the last cycles: those of people, and collective ones by who goes on."""
    collective = Q(person=None, category__kind=Category.Kind.ADVANCED_COLLECTIVE)
    rows = (
        Honour.objects.standing()
        .of_cycles(Cycle.objects.before(cycle).values("pk")[:back])
        .filter(Q(person__in=roots) | Q(person__merged_into__in=roots) | collective)
        .select_related("category", "decision__cycle", "person")
        .only(
            *("certificate_no", "printed_unit", "unit_id", "category__name"),
            *("decision__doc_number", "decision__cycle__name", "person__merged_into_id"),
        )
        .order_by("-decision__cycle__year", "category__position", "pk")
    )
    of_person, of_unit = defaultdict(list), defaultdict(list)
    for one in rows:
        if one.person is not None:
            of_person[root(one.person)].append(one)
        else:
            for unit in going_on(one.unit_id, successors):
                of_unit[unit].append(one)
    return {"honours_of_person": of_person, "honours_of_unit": of_unit}


def going_on(unit: int, after: Mapping[int, int]) -> list[int]:
    """Return a unit's key and those of its chief successors, one after the other."""
    line = [unit]
    while (successor := after.get(line[-1])) is not None and successor not in line:
        line.append(successor)
    return line


@dataclass(frozen=True)
class _Ties:
    """Short rows that bind two keys, read in one query: who succeeds whom, who is barred, who are two."""

    successors: dict[int, int] = field(default_factory=dict)
    distinct: set[frozenset[int]] = field(default_factory=set)
    bars_of_person: dict[int, list[Bar]] = field(default_factory=lambda: defaultdict(list))
    bars_of_school: dict[int, list[Bar]] = field(default_factory=lambda: defaultdict(list))


def _ties_of(
    cycle: Cycle,
    rules: Mapping[str, CycleRule],
    subjects: Collection[Nomination],
    roots: Collection[int],
    others: Collection[int],
    on: datetime.date,
) -> _Ties:
    """Read the ties that a rule asks for; `others` are files that may be a nominee's second one."""
    lines = []
    if Code.EARLIER_WINNER in rules and any(one.person_id is None for one in subjects):
        chiefs = Succession.objects.filter(
            predecessor__district=cycle.district_id, is_chief=True, succeeded_on__lte=on
        )
        lines.append(_line(chiefs, "SUCCESSOR", "predecessor", "successor"))
    if _PAIRED & rules.keys() and (others or len(roots) > 1):
        pairs = DistinctPair.objects.filter(Q(first__in=roots) | Q(second__in=roots))
        lines.append(_line(pairs, "DISTINCT", "first", "second"))
    if _BARRED & rules.keys():
        vetoes = Veto.objects.standing(on).filter(district=cycle.district_id)
        schools = {one.unit_id for one in subjects}
        schools |= {one.person.school_id for one in subjects if one.person is not None}
        of_schools = vetoes.filter(school__in=schools)
        lines.append(_line(of_schools, F("kind"), None, "school", *_TERM, "school__full_name"))
        if roots:
            of_people = vetoes.filter(Q(person__in=roots) | Q(person__merged_into__in=roots))
            lines.append(_line(of_people, F("kind"), Coalesce("person__merged_into", "person"), None, *_TERM))
    ties = _Ties()
    rows = lines[0].union(*lines[1:], all=True) if lines else ()
    for what, first, second, from_on, until_on, school in rows:
        if what == "SUCCESSOR":
            ties.successors[first] = second
        elif what == "DISTINCT":
            ties.distinct.add(frozenset({first, second}))
        elif first is not None:
            ties.bars_of_person[first].append(Bar(what, from_on, until_on))
        else:
            ties.bars_of_school[second].append(Bar(what, from_on, until_on, school))
    return ties


_TERM = ("from_on", "until_on")
_COLUMNS = (TextField, BigIntegerField, BigIntegerField, DateField, DateField, TextField)


def _line(rows: Any, *columns: Any) -> Any:
    """Give rows as lines of one union: the branches have one type a column, what is not named is empty."""
    filled = [*columns, *[None] * (len(_COLUMNS) - len(columns))]
    filled[0] = Value(columns[0]) if isinstance(columns[0], str) else columns[0]
    typed = {
        f"tie_{place}": Cast(Value(None) if one is None else one, kind())
        for place, (one, kind) in enumerate(zip(filled, _COLUMNS, strict=True))
    }
    return rows.order_by().annotate(**typed).values_list(*typed)


def shares_of(cycle: Cycle, keys: Collection[int]) -> dict[str, Share]:
    """Read the two answers of every person sent in the cycle, and of these nominations.

    They stand in sealed drafts, so what was read once is kept until the draft is saved again.
    """
    people = Nomination.objects.of_cycle(cycle).filter(person__isnull=False)
    rows = people.filter(Q(status__in=SENT) | Q(pk__in=keys))
    found: dict[int, tuple[str, str]] = {}
    sent, unread = set(), {}
    for pk, status, version, saved_at in rows.values_list("pk", "status", "version", "saved_at"):
        if status in SENT:
            sent.add(pk)
        if (known := _read.get((pk, version, saved_at))) is not None:
            found[pk] = known
        else:
            unread[pk] = (pk, version, saved_at)
    if unread:
        for one in Nomination.objects.filter(pk__in=unread).only("draft"):
            typed = one.typed
            found[one.pk] = (typed.get(RANK_KEY, ""), typed.get(FRONT_KEY, ""))
            _keep(unread[one.pk], found[one.pk])
    return {
        code: Share({pk: said[place] for pk, said in found.items()}, sent, counted)
        for place, (code, counted) in enumerate(((Code.RANK_SHARE, HIGH_RANK), (Code.FRONT_LINE, ON_FRONT)))
    }


#: The two answers by (key, version, moment of saving) of the draft that gives them.
_read: dict[tuple[int, int, datetime.datetime | None], tuple[str, str]] = {}
MOST_KEPT = 5000


def _keep(draft: tuple[int, int, datetime.datetime | None], said: tuple[str, str]) -> None:
    if draft[2] is None:  # never saved by hand: nothing tells it from a later one
        return
    if len(_read) >= MOST_KEPT:
        _read.clear()
    _read[draft] = said


def same_person(one: Person, two: Person) -> bool:
    """Tell whether two files may be one person: by ID number, or by name and month of birth."""
    if one.id_index and two.id_index:
        return one.id_index == two.id_index
    known = {one.birth_precision, two.birth_precision} <= {Precision.DAY, Precision.MONTH}
    if one.born_on is None or two.born_on is None or not known:
        return False
    months = [(day.year, day.month) for day in (one.born_on, two.born_on)]
    names = [person.folded_name or person.name for person in (one, two)]
    return months[0] == months[1] and names[0] == names[1]
