"""Time the certificates of a cycle as their job prints them: 154 at once, and 645, all that were ever given.

Each runs in one fresh process on the demo district, whose honours bear numbers and codes for it. What the
job adds, reading the rows and noting the print, is in the time.
"""

import argparse
import secrets
from typing import Any

import build
import ground

CYCLE, ALL_YEARS = 154, 645
#: Seconds that each may take.
REACH = {CYCLE: 10.0, ALL_YEARS: 30.0}


def prepare() -> list[Any]:
    """Give the demo's honours tokens and codes, and copies of them so many that there are 645."""
    from awards.models import Honour

    honours = list(Honour.objects.all())
    while len(honours) < ALL_YEARS:
        honours += honours[: ALL_YEARS - len(honours)]
    made, series = [], secrets.token_hex(3)
    for place, one in enumerate(honours):
        copy = Honour(
            **{field.attname: getattr(one, field.attname) for field in Honour._meta.concrete_fields}
        )
        copy.pk, copy.person_id = None, None
        copy.certificate_no, copy.check_code = f"{series}-{place:03}", "A2B3C4"
        copy.check_token = secrets.token_urlsafe(16)
        made.append(copy)
    return list(Honour.objects.bulk_create(made))


def make(count: int) -> dict[str, Any]:
    """Print `count` certificates by the job's own function: seconds, peak MB, size."""
    from awards.report_job import certificates
    from guanweihui.models import District, Job, User

    keys = [one.pk for one in prepare()][:count]
    owner = User.objects.get(username=f"district-{District.objects.get().pk}")
    params = {"honours": keys, "origin": "https://portal.example/", "stock": False, "x": 0, "y": 0}
    row = Job(kind="certificates", created_by=owner, params=params)
    said: list[int] = []
    with ground.queries() as seen, ground.Measure() as spent:
        result = certificates.make_certificates(row, lambda done, whole, words="": said.append(done))
    return {
        "seconds": spent.seconds,
        "cpu": spent.cpu,
        "queries": len(seen),
        "told": len(said),
        "kb": len(result.content) // 1000,
        "mb": ground.peak_mb("self"),
    }


PARTS = {"make": make}


def benchmark(asked: argparse.Namespace) -> None:
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            name = build.district(place, "district")
            place.settle(name)
            lines = []
            for count in REACH:
                found = place.run("make", name, count=count)
                lines.append(
                    (
                        f"{count} certificates",
                        f"{found['seconds']:.1f}",
                        f"{found['cpu']:.1f}",
                        REACH[count],
                        found["queries"],
                        found["told"],
                        found["kb"],
                        f"{found['mb']:.0f}",
                    )
                )
            ground.table(
                (
                    f"{engine}: certificates",
                    "seconds",
                    "on the processor",
                    "reach",
                    "queries",
                    "progress",
                    "KB",
                    "peak MB",
                ),
                lines,
            )


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
