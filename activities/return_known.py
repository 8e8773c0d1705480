"""What the portal knows of a school on the day of an annual return, and what it said the year before.

Numbers come from the figures' own sources, so that they are those of the dashboard and the statistics.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from activities.annual_return import CLASSES, QUESTIONNAIRE, Beside, for_school
from activities.models import ReturnAnswer
from activities.return_tables import (
    HONOURS,
    TRAINING_CONTENT,
    Training,
    ages_of_school,
    enrolment_of_school,
    honours_of_school,
    training_of_school,
)
from guanweihui.figures import Period, get
from guanweihui.figures_page import values_by_school
from guanweihui.models import Due, Round
from guanweihui.questionnaire import Asked, Known, Value
from guanweihui.reports import partial
from guanweihui.scope import System
from guanweihui.tables import Table
from members.models import Appointment, RetirementKind, ServiceRecord, Sex
from members.reports.people import age_on

ENROLLED = ("campaign.classes", "campaign.students")
PARTY = "中共党员"
#: The seats that make 委员人数; liaisons stand in a column of their own.
SEATS = (
    Appointment.Position.DIRECTOR,
    Appointment.Position.EXECUTIVE_DEPUTY,
    Appointment.Position.DEPUTY_DIRECTOR,
    Appointment.Position.SECRETARY_GENERAL,
    Appointment.Position.COMMITTEE_MEMBER,
)


@dataclass(frozen=True)
class Ground:
    """What a round counts at: stock on `day`, what happened within `year`, no later than `day`."""

    actor: Any
    day: datetime.date
    year: Period

    @property
    def stock(self) -> Period:
        return replace(self.year, last=self.day)

    @property
    def flow(self) -> Period:
        return replace(self.year, last=min(self.year.last, self.day))

    @property
    def words(self) -> str:
        return f"截至{self.day.year}年{self.day.month}月{self.day.day}日"


def ground_of(round_: Round, actor: Any = None) -> Ground:
    """Return what a round counts at: its as-of date, else the day of its deadline.

    Without an actor the portal itself reads, in the round's district.
    """
    day = round_.as_of_on or timezone.localdate(round_.deadline_at)
    actor = actor or System(round_.district)
    return Ground(actor, day, Period.of(round_.year, round_.district.year_starts_in))


@dataclass(frozen=True)
class Seat:
    """Somebody who serves on a committee that day."""

    position: int
    name: str
    duty: str
    service: str
    person: int | None
    political_status: str | None

    @property
    def identity(self) -> int | str:
        return self.person or self.name


@dataclass
class Facts:
    """What the portal holds of one school."""

    retirees: Counter[str] = field(default_factory=Counter)
    #: (class name, class key, sex, political status, age on the day) a volunteer.
    volunteers: list[tuple[str, int | None, str, str, int | None]] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    trainings: dict[tuple[datetime.date, str], Training] = field(default_factory=dict)
    figures: Mapping[str, int] = field(default_factory=dict)
    last: dict[str, Value] = field(default_factory=dict)

    @property
    def ages(self) -> list[tuple[str, int | None]]:
        """Return the sex and age of each volunteer."""
        return [(sex, age) for _, _, sex, _, age in self.volunteers]


def ask(due: Due) -> Asked:
    """Return the questionnaire of one school, with what the portal knows of it; see ask_many()."""
    return ask_many([due])[due.pk]


def ask_many(dues: Sequence[Due]) -> dict[int, Asked]:
    """Return what each due of one round is asked, by its key.

    Eight queries, whatever their number, when the dues carry their school and round with its district.
    """
    if not dues:
        return {}
    round_ = dues[0].round
    ground = ground_of(round_)
    facts = facts_of([due.school_id for due in dues], ground, round_)
    return {due.pk: _asked(due, facts[due.school_id], ground) for due in dues}


def facts_of(schools: Iterable[int], ground: Ground, round_: Round | None = None) -> dict[int, Facts]:
    """Gather the facts of schools, every one of them with an entry; with a round also last year's answers."""
    facts: dict[int, Facts] = {school: Facts() for school in schools}
    _gather_people(facts, ground)
    _gather_seats(facts, ground)
    _gather_trainings(facts, ground)
    found = values_by_school([*ENROLLED, *HONOURS], ground.actor, ground.flow)
    for school, fact in facts.items():
        fact.figures = found.get(school) or dict.fromkeys([*ENROLLED, *HONOURS], 0)
    if round_ is not None:
        _gather_last(facts, ground, round_)
    return facts


def _gather_people(facts: dict[int, Facts], ground: Ground) -> None:
    retired = get("retired").rows(ground.actor, ground.stock).filter(school__in=facts)
    for school, kind, number in (
        retired.order_by().values_list("school", "retirement_kind").annotate(Count("pk"))
    ):
        facts[school].retirees[kind] += number
    volunteers = get("volunteers").rows(ground.actor, ground.stock).filter(school__in=facts)
    for school, name, key, sex, political_status, born_on in volunteers.order_by().values_list(
        "school", "elder_class__name", "elder_class", "sex", "political_status", "born_on"
    ):
        age = age_on(born_on, ground.day) if born_on else None
        facts[school].volunteers.append((name or "", key, sex, political_status, age))


def _gather_seats(facts: dict[int, Facts], ground: Ground) -> None:
    rows = Appointment.objects.visible_to(ground.actor).serving(ground.day).at_schools()
    for school, *seat in rows.filter(school__in=facts).values_list(
        "school", "position", "printed_name", "duty", "service", "person", "person__political_status"
    ):
        facts[school].seats.append(Seat(*seat))


def _gather_trainings(facts: dict[int, Facts], ground: Ground) -> None:
    records = ServiceRecord.objects.visible_to(ground.actor).training().confirmed()
    records = records.within(ground.flow.first, ground.flow.last).filter(person__school__in=facts)
    for school, held_on, content, half_hours in records.order_by("served_on", "content").values_list(
        "person__school", "served_on", "content", "half_hours"
    ):
        trainings = facts[school].trainings
        known = trainings.get((held_on, content), Training(held_on, content[:TRAINING_CONTENT]))
        trainings[held_on, content] = known.with_one_more(half_hours)


def _gather_last(facts: dict[int, Facts], ground: Ground, round_: Round) -> None:
    """Read what the schools' accepted returns of the round before said; a telephone is asked anew."""
    before = Round.objects.visible_to(ground.actor).before(round_).first()
    if before is None:
        return
    answers = ReturnAnswer.objects.visible_to(ground.actor).of_round(before).counted()
    items = {item.key: item for item in QUESTIONNAIRE.items() if item.format != "phone"}
    for school, key, number, words in answers.of_schools(facts).for_table():
        if item := items.get(key):
            value = words or number
            if number is not None:
                value = number if item.format == "money" else int(number)
            facts[school].last[key] = value


def _asked(due: Due, facts: Facts, ground: Ground) -> Asked:
    source = f"平台人员档案，{ground.words}"
    ages = [age for _, age in facts.ages if age is not None]
    beside = Beside(
        elders=len(facts.volunteers) if facts.retirees else None,
        average_age=sum(ages) / len(ages) if ages else None,
        enrolled=facts.figures["campaign.students"],
        source=source,
    )
    known = {
        **_known_school(due),
        **_known_seats(due, facts.seats, ground),
        **_known_people(due, facts, ground, source),
    }
    return Asked(for_school(beside), known, facts.last, _beside(due, facts, ground))


def _beside(due: Due, facts: Facts, ground: Ground) -> tuple[Table, ...]:
    """Return the generated tables that the filer confirms."""
    unit, words = due.school.short_name, f"{ground.flow.span}"
    return (
        ages_of_school(facts.ages, unit, ground.words),
        training_of_school(facts.trainings.values(), unit, words),
        honours_of_school(facts.figures, unit, words),
        enrolment_of_school(facts.figures, unit, words),
    )


def _known_school(due: Due) -> dict[str, Known]:
    day = partial(due.school.committee_set_up_on, due.school.committee_set_up_precision)
    if not day:
        return {}
    return {"set_up": Known(day, "平台学校资料", reverse("school-detail", args=[due.school_id]))}


def _known_people(due: Due, facts: Facts, ground: Ground, source: str) -> dict[str, Known]:
    """Retirees by kind and volunteers by class, women and party; nothing while the register is empty."""
    if not facts.retirees:
        return {}
    retired = get("retired").url(ground.year, school=due.school_id)
    serving = get("volunteers").url(ground.year, school=due.school_id)
    volunteers = facts.volunteers
    keys = {name: key for name, key, *_ in volunteers}
    known = {
        "retirees_honoured": (facts.retirees[RetirementKind.RETIRED_HONOURED], retired),
        "retirees_retired": (facts.retirees[RetirementKind.RETIRED], retired),
        "volunteers_women": (sum(one[2] == Sex.FEMALE for one in volunteers), serving),
        "volunteers_party": (sum(one[3] == PARTY for one in volunteers), serving),
    }
    classes = Counter(one[0] for one in volunteers)
    for key, name in CLASSES.items():
        url = f"{serving}&elder_class={keys[name]}" if keys.get(name) else serving
        known[f"volunteers_{key}"] = (classes[name], url)
    return {key: Known(value, source, url) for key, (value, url) in known.items()}


def _known_seats(due: Due, seats: Sequence[Seat], ground: Ground) -> dict[str, Known]:
    """Who serves on the school's committee that day; how many, once it is known of each of them.

    The liaison's telephone is left to him: what is sealed is not shown unasked.
    """
    source = f"平台任职记录，{ground.words}"
    url = reverse("committee-detail", args=["school", due.school_id])
    first: dict[int, Seat] = {}
    for seat in seats:
        first.setdefault(seat.position, seat)
    found: dict[str, Value] = {}
    if director := first.get(Appointment.Position.DIRECTOR):
        found |= {"director": director.name, "director_duty": director.duty or None}
    if deputy := first.get(Appointment.Position.EXECUTIVE_DEPUTY):
        found["deputy"] = deputy.name
        found["deputy_service"] = _service(deputy.service)
    if liaison := first.get(Appointment.Position.LIAISON):
        found["liaison"] = liaison.name
    found |= _count_members(seats)
    return {key: Known(value, source, url) for key, value in found.items() if value is not None}


def _service(value: str) -> str | None:
    return Appointment.Service(value).label if value else None


def _count_members(seats: Sequence[Seat]) -> dict[str, Value]:
    """Count the members of a committee, each once whatever seats he holds."""
    members: dict[int | str, list[Seat]] = defaultdict(list)
    for seat in seats:
        if seat.position in SEATS:
            members[seat.identity].append(seat)
    found: dict[str, Value] = {}
    services = [next((seat.service for seat in held if seat.service), "") for held in members.values()]
    if services and all(services):
        found["members_in_service"] = services.count(Appointment.Service.IN_SERVICE)
        found["members_retired"] = services.count(Appointment.Service.RETIRED)
    statuses = [held[0].political_status for held in members.values()]
    if statuses and all(statuses):
        found["members_party"] = statuses.count(PARTY)
    return found
