"""Time pages in the server, in Django's test client: few rows beside many, and the verdict over both."""

import argparse
import sys
import time
from collections.abc import Iterable
from typing import Any

import ground

WARM, TIMES, ROUNDS = 3, 15, 3
#: What a page may take: queries, milliseconds.
LIST, DASHBOARD, REPORT = (12, 60), (12, 120), (60, 2000)

Runs = list[dict[str, Any]]


def signed_in(usernames: Iterable[str]) -> dict[str, Any]:
    """Give a client for each account, by its name."""
    from django.test import Client

    from guanweihui.models import User

    clients = {name: Client() for name in usernames}
    for name, client in clients.items():
        user = User.objects.get(username=name)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return clients


def fetch(client: Any, url: str, times: int = TIMES, *, reach: tuple[int, int] = LIST) -> dict[str, Any]:
    """Fetch a page often, warm: milliseconds on the wall and on the processor, queries, status, kilobytes."""
    for _ in range(WARM):
        answer = client.get(url)
    with ground.queries() as seen:
        client.get(url)
    milliseconds, busy = [], []
    for _ in range(times):
        began, used = time.perf_counter(), time.process_time()
        client.get(url)
        milliseconds.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - used) * 1000)
    size = 0 if answer.streaming else len(answer.content)
    return {
        "ms": milliseconds,
        "cpu": busy,
        "queries": len(seen),
        "status": answer.status_code,
        "kb": size / 1000,
        "reach": reach,
    }


def few_and_many(asked: argparse.Namespace, numbers: tuple[int, int], what: str) -> None:
    """Fill two databases an engine with the part `fill`, time them by turns with `visit`, tell, and exit."""
    failed = False
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            found: dict[str, Runs] = {"few": [], "many": []}
            for name, number in zip(found, numbers, strict=True):
                place.create(name)
                filled = place.run("fill", name, number=number)
                ground.note(f"{engine}: {number} {what} in {filled['seconds']:.1f} s")
                place.settle(name)
            for turn in range(ROUNDS):
                ground.note(f"{engine}: round {turn + 1}")
                for name, runs in found.items():
                    runs.append(place.run("visit", name))
            failed |= tell(engine, found, numbers)
    sys.exit(failed)


def tell(engine: str, found: dict[str, Runs], numbers: tuple[int, int]) -> bool:
    """Print the table and what is over its reach or grows; tell whether anything is."""
    lines, faults = [], []
    for label in found["many"][0]:
        few, many = ([run[label] for run in found[name]] for name in ("few", "many"))
        lines.append(line(label, few, many))
        faults += verdict(label, few, many)
    head = ("queries", f"{numbers[0]}, ms", f"{numbers[1]}, ms", "p95", "processor, ms", "KB")
    ground.table((f"{engine}: page", *head), lines)
    print(f"\nOver its reach, or grows with the rows: {'; '.join(faults) or 'none'}.")
    return bool(faults)


def line(label: str, few: Runs, many: Runs) -> tuple[Any, ...]:
    return (
        label,
        many[0]["queries"],
        f"{middle(few):.0f}",
        f"{middle(many):.0f}",
        f"{ground.percentile(samples(many), 0.95):.0f}",
        f"{middle(many, 'cpu'):.0f}",
        f"{many[0]['kb']:.0f}",
    )


def verdict(label: str, few: Runs, many: Runs) -> list[str]:
    """Say what is wrong with a page: its answer, its queries, its time.

    A page may ask less for many rows (what is empty offers nothing), never more.
    """
    counts, longest = (few[0]["queries"], many[0]["queries"]), middle(many)
    most, reach = many[0]["reach"]
    found = [f"{label}: status {run['status']}" for run in many if run["status"] != 200]
    found += [f"{label}: queries {counts}"] if counts[1] > min(counts[0], most) else []
    return found + ([f"{label}: {longest:.0f} ms"] if longest > reach else [])


def samples(runs: Runs, what: str = "ms") -> list[float]:
    """The figures of all rounds together."""
    return [one for run in runs for one in run[what]]


def middle(runs: Runs, what: str = "ms") -> float:
    return ground.median(samples(runs, what))
