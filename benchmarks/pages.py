"""Time the pages in the server and count their queries: a district of ten rows, the demo's, one among 16.

Django's test client calls the portal as its server does, middleware and all, on a real database. Pages are
warm. Processes take turns, so that a noisy minute falls on all sizes alike, and the ratio is that of the
quickest quarter: a page cannot be quicker than its work. Ends with 1 when a page asks
more queries for more rows, or answers anything but 200.
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import build
import ground
import page_times

TIMES, ROUNDS = 5, 4
SMALL = 10
ROLES = ("district", "group", "school")


@dataclass(frozen=True)
class Page:
    """A page by its route: whose row, what is asked, who looks, its reach (queries, milliseconds)."""

    route: str
    of: str = ""
    query: str = ""
    role: str = "district"
    reach: tuple[int, int] = page_times.LIST

    @property
    def label(self) -> str:
        query = f" {self.query.replace('|', ' ')}" if self.query else ""
        return f"{self.route}{query}" + (f" ({self.role})" if self.role != "district" else "")


PAGES = (
    Page("home", reach=page_times.DASHBOARD),
    Page("home", role="group", reach=page_times.DASHBOARD),
    Page("home", role="school", reach=page_times.DASHBOARD),
    Page("todo-list"),
    Page("todo-list", role="group"),
    Page("todo-list", role="school"),
    Page("todo-done"),
    Page("todo-started"),
    Page("unit-tree"),
    Page("group-list"),
    Page("group-detail", of="group"),
    Page("school-list"),
    Page("school-list", query="?figure=campaign.schools&year=2018"),
    Page("school-detail", of="school"),
    Page("person-list"),
    Page("person-list", role="school"),
    Page("person-list", query="?name={surname}"),
    Page("person-list", query="?name={pinyin}"),
    Page("person-list", query="?figure=volunteers&year=2018"),
    Page("person-list", query="?page=100&per=100"),
    Page("person-detail", of="person"),
    Page("person-detail", of="person", query="?tab=changes"),
    Page("enrolment-list"),
    Page("enrolment-list", query="?figure=campaign.classes&year=2018"),
    Page("enrolment-detail", of="enrolment"),
    Page("honour-list"),
    Page("honour-list", query="?figure=honours.cycle.retired&year=2018"),
    Page("honour-detail", of="honour"),
    Page("pairing-list"),
    Page("pairing-detail", of="pairing"),
    Page("visit-list"),
    Page("event-list"),
    Page("report-centre"),
    Page("report-detail", of="report", reach=page_times.REPORT),
    Page("import-list"),
    Page("import-new"),
    Page("trail-list"),
    Page("trail-list", query="?page=50"),
    Page("account"),
    Page("help"),
)


def visit(district: int, times: int = TIMES) -> dict[str, Any]:
    """Fetch every page as people of the district do: {label: milliseconds, queries, bytes}."""
    from guanweihui.models import District

    home = District.objects.get(pk=district)
    clients = signed_in(district)
    rows = some_rows(home)
    return {page.label: figures for page in PAGES if (figures := fetch(clients, page, rows, times))}


def signed_in(district: int) -> dict[str, Any]:
    """Give the clients of the district's three accounts, by role."""
    found = page_times.signed_in(f"{role}-{district}" for role in ROLES)
    return {name.partition("-")[0]: client for name, client in found.items()}


def some_rows(district: Any) -> dict[str, Any]:
    """Choose the row that each detail page shows."""
    from activities.models import Enrolment
    from awards.models import Honour
    from guanweihui.models import CollaborationGroup, School
    from members.models import Person
    from outreach.models import Pairing

    person = Person.objects.filter(district=district, on_register=True).order_by("pk")[0]
    return {
        "surname": person.name[0],
        "pinyin": person.pinyin[:3],
        "report": "statistics",
        "group": CollaborationGroup.objects.in_district(district).order_by("pk")[0].pk,
        "school": School.objects.in_district(district).order_by("pk")[0].pk,
        "person": person.pk,
        "enrolment": Enrolment.objects.filter(campaign__district=district).order_by("pk")[0].pk,
        "honour": Honour.objects.filter(district=district).order_by("pk")[0].pk,
        "pairing": Pairing.objects.filter(programme__district=district).order_by("pk")[0].pk,
    }


def fetch(clients: dict[str, Any], page: Page, rows: dict[str, Any], times: int) -> dict[str, Any] | None:
    """Fetch one page often; None when the portal has no such route."""
    from django.urls import NoReverseMatch, reverse

    try:
        url = reverse(page.route, args=[rows[page.of]] if page.of else []) + page.query.format(**rows)
    except NoReverseMatch:
        return None
    return page_times.fetch(clients[page.role], url, times)


PARTS = {"visit": visit}


def benchmark(asked: argparse.Namespace) -> None:
    failed = False
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            found = measure(place, asked.size or 16)
            failed |= tell(engine, found, asked.size or 16)
    sys.exit(failed)


def measure(place: ground.Ground, size: int) -> dict[str, list[dict[str, Any]]]:
    """Visit the three districts in turns; the answers of each round stand beside each other."""
    build.district(place, "one")
    homes = {}
    if size > 1:
        place.create("many", copy_of="one")
        pks = build.districts(place, "many", size)["pks"]
        homes["many"] = ("many", pks[size // 2])
    pks = build.districts(place, "one", 1, small=SMALL)["pks"]
    homes |= {"one": ("one", pks[0]), "small": ("one", pks[-1])}
    found: dict[str, list[dict[str, Any]]] = {home: [] for home in homes}
    for number in range(ROUNDS):
        for home, (name, pk) in homes.items():
            ground.note(f"{place.engine}: pages, round {number + 1}, {home}")
            found[home].append(place.run("visit", name, district=pk))
    return found


def tell(engine: str, found: dict[str, list[dict[str, Any]]], size: int) -> bool:
    """Print the table and what misses its reach; tell whether the counts grew with the rows."""
    lines, misses, faults = [], [], []
    for page in PAGES:
        runs = {
            home: [run[page.label] for run in each] for home, each in found.items() if page.label in each[0]
        }
        if not runs:
            misses.append(f"{page.label}: no such route")
            continue
        lines.append(line(page, runs))
        misses += over_reach(page, runs)
        faults += [
            f"{page.label}: status {run[0]['status']}" for run in runs.values() if run[0]["status"] != 200
        ]
        counts = {home: each[0]["queries"] for home, each in runs.items()}
        if len(set(counts.values())) > 1:
            faults.append(f"{page.label}: queries {counts}")
    ground.table(
        (
            f"{engine}: page",
            "queries",
            "ten rows, ms",
            "the district, ms",
            "p95",
            "processor, ms",
            f"among {size}, ms",
            "ratio",
            "KB",
        ),
        lines,
    )
    for words, some in (("Over its reach", misses), ("Grows with the rows", faults)):
        print(f"\n{words}: " + ("; ".join(some) if some else "none") + ".")
    return bool(faults)


def line(page: Page, runs: dict[str, list[dict[str, Any]]]) -> Iterable[Any]:
    many = f"{page_times.middle(runs['many']):.0f}" if "many" in runs else "—"
    ratio = f"{quick(runs, 'many') / quick(runs, 'one'):.2f}" if "many" in runs else "—"
    return (
        page.label,
        runs["one"][0]["queries"],
        f"{page_times.middle(runs['small']):.0f}",
        f"{page_times.middle(runs['one']):.0f}",
        f"{ground.percentile(page_times.samples(runs['one']), 0.95):.0f}",
        f"{page_times.middle(runs['one'], 'cpu'):.0f}",
        many,
        ratio,
        f"{runs['one'][0]['kb']:.0f}",
    )


def over_reach(page: Page, runs: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Say where a page passes its reach; a ratio counts from 5 ms on, below it is the clock's own noise."""
    most, longest = page.reach
    queries, one = runs["one"][0]["queries"], page_times.middle(runs["one"])
    found = [f"{page.label}: {queries} queries"] if queries > most else []
    found += [f"{page.label}: {one:.0f} ms"] if one > longest else []
    if "many" in runs:
        alone, many = quick(runs, "one"), quick(runs, "many")
        if many > max(1.3 * alone, alone + 5):
            found.append(f"{page.label}: {many / alone:.2f} times among many")
    return found


def quick(runs: dict[str, list[dict[str, Any]]], home: str) -> float:
    return ground.percentile(page_times.samples(runs[home]), 0.25)


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
