"""Build the district of the demo once and copies of it beside it: the other benchmarks' data.

The first district comes from the demo's workbooks by the portal's own loader. A copy has the same shape
and other people: names of units, staff numbers, ID numbers and phones are its own, and the same every time.
"""

import argparse
import datetime
import hashlib
from collections import Counter
from typing import Any

import ground

WORKBOOKS = (
    "01-学校名录.xlsx",
    "02-离退休教师花名册.xlsx",
    "03-主题读书活动报名汇总.xlsx",
    "04-历届表彰.xlsx",
    "05-老校长下乡.xlsx",
)
#: Models of a district with the way to it, owners before what hangs on them.
COPIED = (
    ("guanweihui.CollaborationGroup", "district"),
    ("guanweihui.School", "district"),
    ("guanweihui.UnitName", "school__district"),
    ("guanweihui.Succession", "predecessor__district"),
    ("members.ElderClass", "district"),
    ("members.Person", "district"),
    ("members.Appointment", "school__district"),
    ("guanweihui.Round", "district"),
    ("guanweihui.Due", "round__district"),
    ("activities.Campaign", "district"),
    ("activities.Enrolment", "due__round__district"),
    ("activities.EnrolmentLine", "enrolment__due__round__district"),
    ("awards.Cycle", "district"),
    ("awards.Category", "cycle__district"),
    ("awards.Decision", "cycle__district"),
    ("awards.Honour", "district"),
    ("awards.OpeningBalance", "district"),
    ("outreach.Programme", "district"),
    ("outreach.HostSchool", "district"),
    ("outreach.Pairing", "programme__district"),
    ("outreach.Partnership", "pairing__programme__district"),
    ("outreach.ResearchVisit", "programme__district"),
    ("outreach.Need", "visit__programme__district"),
    ("outreach.TeachingEvent", "programme__district"),
    ("outreach.Lesson", "event__programme__district"),
)
#: Never cut: without them the rows of a small district would have nothing to hang on.
WHOLE = {"members.ElderClass", "awards.Category", "outreach.HostSchool"}
#: Fields that say where a row stands: without their unit the row is not copied, other links become empty.
PLACES = {"district", "group", "school"}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
BATCH = 500
#: What a year leaves behind in a district: lines of the trail, loads, jobs.
TRAIL, LOADS, JOBS = 5000, 60, 60
YEAR_BEGAN = datetime.datetime(2018, 9, 1, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


class Copy:
    """Copies one district beside itself; `limit` keeps so many rows of each kind."""

    def __init__(self, source: Any, number: int, limit: int | None = None) -> None:
        self.source, self.number, self.limit = source, number, limit
        self.new: dict[Any, dict[int, int]] = {}
        self.days: Counter = Counter()

    def make(self) -> Any:
        from django.apps import apps

        district = type(self.source).objects.get(pk=self.source.pk)
        self._rename(district)
        district.pk = None
        district.save(force_insert=True)
        self.new[type(district)] = {self.source.pk: district.pk}
        for label, way in COPIED:
            self._copy(apps.get_model(label), way, label)
        self._copy_radiated(apps.get_model("outreach.Lesson"))
        return district

    def _copy(self, model: Any, way: str, label: str) -> None:
        rows = list(model._base_manager.filter(**{way: self.source.pk}).order_by("pk"))
        if model.__name__ == "Person" and self.limit:
            rows.sort(key=lambda person: (not person.on_register, person.pk))
        old, kept = [], []
        for row in rows:
            pk = row.pk
            if self._moved(row):
                self._freshen(row)
                row.pk = None
                old.append(pk)
                kept.append(row)
            if self.limit and label not in WHOLE and len(kept) == self.limit:
                break
        model._base_manager.bulk_create(kept, batch_size=BATCH)
        self.new[model] = dict(zip(old, (row.pk for row in kept), strict=True))

    def _moved(self, row: Any) -> bool:
        """Point the row at the copies of its owners; tell whether all that it needs were copied."""
        for field in row._meta.concrete_fields:
            if not field.is_relation or (old := getattr(row, field.attname)) is None:
                continue
            new = self.new.get(field.related_model, {}).get(old)
            if new is None and (not field.null or field.name in PLACES):
                return False
            setattr(row, field.attname, new)
        return True

    def _copy_radiated(self, lesson: Any) -> None:
        through = lesson.radiated.through
        lessons, hosts = self.new[lesson], self.new[lesson.radiated.rel.model]
        rows = through._base_manager.filter(lesson__in=lessons)
        through._base_manager.bulk_create(
            [
                through(lesson_id=lessons[row.lesson_id], hostschool_id=hosts[row.hostschool_id])
                for row in rows
                if row.hostschool_id in hosts
            ]
        )

    # --- what is the copy's own ---

    def _freshen(self, row: Any) -> None:
        kind = type(row).__name__
        if kind in ("CollaborationGroup", "School"):
            self._rename(row)
        elif kind == "UnitName":
            row.name = self._own(row.name)
        elif kind == "Person":
            self._be_somebody_else(row)

    def _own(self, name: str) -> str:
        """Put the copy's district into a name."""
        return name.replace(self.source.short_name, f"示例{self.number}区")

    def _rename(self, unit: Any) -> None:
        for name in ("full_name", "short_name", "committee_name"):
            if hasattr(unit, name):
                setattr(unit, name, self._own(getattr(unit, name)))

    def _be_somebody_else(self, person: Any) -> None:
        from members.keys import fill_keys

        if person.staff_no:
            person.staff_no = f"D{self.number:02}{person.staff_no}"
        if person.id_number:
            person.id_number = self._id_number(person)
            person.phone = self._phone(person.pk, "phone")
            person.emergency_phone = self._phone(person.pk, "emergency")
        fill_keys(person)

    def _id_number(self, person: Any) -> str:
        """Return the next number of that day and sex in region 990105, which does not exist."""
        key = person.id_number[6:14], int(person.id_number[16]) % 2
        self.days[key] += 1
        body = f"990105{key[0]}{2 * self.days[key] - key[1]:03}"
        return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]

    def _phone(self, pk: int, what: str) -> str:
        digest = hashlib.sha256(f"{self.number}:{pk}:{what}".encode()).digest()
        return f"1990{int.from_bytes(digest[:4]) % 10_000_000:07}"


def live_a_year(district: Any, lines: int = TRAIL, loads: int = LOADS) -> None:
    """Give a district the trail, the loads and the jobs of a year, and an account a role."""
    from guanweihui.audit import content_digest
    from guanweihui.models import AuditEvent, ImportBatch, Job

    users = accounts(district)
    office = users["district"]
    hours = [YEAR_BEGAN + datetime.timedelta(hours=number) for number in range(max(lines, loads))]
    batches = [
        ImportBatch(district=district, kinds="离退休教师花名册", filename=f"花名册{number}.xlsx",
                    digest=f"{number:064}", state="CONFIRMED", new_count=number, created_at=at,
                    created_by=office, confirmed_at=at)
        for number, at in enumerate(hours[:loads])
    ]  # fmt: skip
    ImportBatch.objects.bulk_create(batches, batch_size=BATCH)
    events = [
        AuditEvent(district=district, at=at, actor=office, actor_label=office.name, action="person.change",
                   object_type="members.Person", object_id=str(number), object_label="王秀英",
                   changes={"duty": ["教师", "教研组长"]}, address="127.0.0.1")
        for number, at in enumerate(hours[:lines])
    ]  # fmt: skip
    for event in events:
        event.digest = content_digest(event)
    AuditEvent.objects.bulk_create(events, batch_size=BATCH)
    jobs = [
        Job(district=district, kind="report", label="年度统计报表（Excel）", state="DONE", created_at=at,
            created_by=office, finished_at=at, result_name="年度统计报表.xlsx")
        for at in hours[: min(JOBS, loads)]
    ]  # fmt: skip
    Job.objects.bulk_create(jobs)


def accounts(district: Any) -> dict[str, Any]:
    """Make an account of the district, its first group and a school with people; no password opens it."""
    from guanweihui.models import CollaborationGroup, Post, User
    from guanweihui.scope import Role
    from members.models import Person

    person = Person.objects.filter(district=district, on_register=True).order_by("pk")[0]
    units = {
        "district": (Role.DISTRICT, {"district": district}),
        "group": (Role.GROUP, {"group": CollaborationGroup.objects.in_district(district).in_order()[0]}),
        "school": (Role.SCHOOL, {"school": person.school}),
    }
    users = {}
    for name, (role, unit) in units.items():
        users[name] = User.objects.create(username=f"{name}-{district.pk}", name="刘志强", password="!")
        Post.objects.create(user=users[name], role=role, from_on=YEAR_BEGAN.date(), **unit)
    return users


# --- parts that run in processes of their own -----------------------------------------------------------


def copies(first: int, last: int, limit: int | None = None) -> dict[str, Any]:
    """Copy the first district as numbers `first` to `last`, each with its year."""
    from django.db import transaction

    from guanweihui.models import District

    source = District.objects.order_by("pk").first()
    with ground.Measure() as measure:
        for number in range(first, last + 1):
            with transaction.atomic():
                small = {"lines": limit, "loads": limit} if limit else {}
                live_a_year(Copy(source, number, limit).make(), **small)
    return measure.result(pks=list(District.objects.order_by("pk").values_list("pk", flat=True)))


def first_year() -> dict[str, Any]:
    from guanweihui.models import District

    live_a_year(District.objects.get())
    return {}


def counts() -> dict[str, Any]:
    from django.apps import apps

    return {label: apps.get_model(label)._base_manager.count() for label, _ in COPIED}


def district(place: ground.Ground, name: str) -> str:
    """Make a database with the demo district after a year; return its name."""
    ground.note(f"{place.engine}: the district")
    place.create(name)
    place.manage(name, "load", *[str(ground.DEMO / workbook) for workbook in WORKBOOKS])
    place.run_of("build.py", "first_year", name)
    return name


def districts(place: ground.Ground, name: str, size: int, *, small: int = 0) -> dict[str, Any]:
    """Copy the one district of a database until there are `size`; then one with `small` rows of a kind."""
    answer: dict[str, Any] = {}
    if size > 1:
        ground.note(f"{place.engine}: {size - 1} districts more")
        answer = place.run_of("build.py", "copies", name, first=2, last=size)
    if small:
        answer = place.run_of("build.py", "copies", name, first=size + 1, last=size + 1, limit=small)
    place.settle(name)
    return answer


PARTS = {"copies": copies, "first_year": first_year, "counts": counts}


def benchmark(asked: argparse.Namespace) -> None:
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            name = district(place, "district")
            rows = []
            for size in (asked.size,) if asked.size else (1, 16):
                answer = districts(place, name, size)
                found = place.run_of("build.py", "counts", name)
                seconds = f"{answer['seconds']:.1f}" if answer else "by the loader"
                rows.append((f"{engine}, {size}", *(f"{found[label]:,}" for label in SHOWN), seconds))
            ground.table(("database, districts", *SHOWN.values(), "seconds"), rows)


SHOWN = {
    "guanweihui.CollaborationGroup": "groups",
    "guanweihui.School": "schools",
    "members.Person": "persons",
    "activities.Enrolment": "enrolments",
    "awards.Honour": "honours",
    "outreach.Pairing": "pairs",
}

if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
