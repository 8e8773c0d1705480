"""The deadline evening: 200 coordinators on the portal at once, mixed 40 requests a second for 15 minutes.

The real server (gunicorn as deployed, the worker beside it) on the demo's district with an enrolment round
under way. Requests leave at their time whether or not the ones before are answered, and a time counts
from the appointment: a server that falls behind is seen to. Afterwards every draft is read from the database
and held against what the portal last said it had saved. Ends with 1 on an error or a lost save.

MINUTES=2 in the environment makes the evening shorter.
"""

import argparse
import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import build
import ground

COORDINATORS, RATE, MINUTES = 200, 40, 15
REACH_P95_MS = 300
#: What a coordinator does, and how often out of a hundred times.
MIX = {"save": 55, "fill": 20, "detail": 12, "home": 10, "submit": 3}
CALLERS = 64
PORT = 8177


# --- parts that run in processes of their own -----------------------------------------------------------


def evening() -> dict[str, Any]:
    """Open an enrolment round for the district, and give 200 coordinators a session each."""
    import datetime

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from activities.models import Campaign
    from guanweihui import answers, rounds
    from guanweihui.models import District, Due, Post, Round, User
    from guanweihui.scope import Role, System

    district = District.objects.get()
    now, office = timezone.now(), System(district)
    values = {
        "kind": Round.Kind.ENROLMENT,
        "title": "今晚截止的报名",
        "year": now.year,
        "opens_at": now - datetime.timedelta(days=20),
        "deadline_at": now + datetime.timedelta(hours=3),
        "group_endorses": True,
    }
    round_ = rounds.plan_round(values, by=office, at=now)
    Campaign.objects.create(district=district, theme="今晚截止", year=now.year, round=round_)
    rounds.open_round(round_, by=office, at=now)
    dues = list(Due.objects.of_round(round_).select_related("school").order_by("pk"))
    people = []
    for number in range(COORDINATORS):
        due = dues[number % len(dues)]
        user = User.objects.create(username=f"evening-{number}", name=f"联络员{number}", password="!")
        Post.objects.create(user=user, role=Role.SCHOOL, school=due.school, from_on=now.date())
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        # The second coordinator of a school looks on: two who write to one form are told of each other.
        writes = number < len(dues)
        if writes:
            answers.start(due, by=user, at=now)
        segments = [segment.value.lower() for segment in due.school.segments()]
        people.append(
            {
                "cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}",
                "due": due.pk,
                "writes": writes,
                "segments": segments,
            }
        )
    return {"people": people}


def saved() -> dict[str, Any]:
    """Return every draft of the evening: {due: {item: text}}, and how many filings are on their way."""
    from activities.models import Enrolment

    found = Enrolment.objects.filter(due__round__title="今晚截止的报名")
    return {"drafts": {str(one.due_id): one.typed for one in found}}


PARTS = {"evening": evening, "saved": saved}


# --- the callers ---------------------------------------------------------------------------------------


@dataclass
class Coordinator:
    """One coordinator with a browser: his session, the form as he has it, what he was told is saved."""

    cookie: str
    due: int
    writes: bool
    segments: list[str]
    version: int = 0
    csrf: str = ""
    said: dict[str, str] = field(default_factory=dict)
    #: A save whose answer never came may or may not be in the database.
    doubtful: list[dict[str, str]] = field(default_factory=list)
    is_sent: bool = False
    busy: Any = field(default_factory=threading.Lock)


@dataclass
class Tally:
    """Times by kind of request in milliseconds, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.Lock)

    def note(self, kind: str, milliseconds: float, status: int, fine: bool) -> None:
        with self.lock:
            self.times[kind].append(milliseconds)
            self.statuses[status] += 1
            if not fine:
                self.errors[f"{kind} {status}"] += 1


_local = threading.local()


def call(
    person: Coordinator, method: str, path: str, body: dict[str, str] | None = None
) -> tuple[int, Any, bytes]:
    """Send one request over this thread's connection; a connection that the server closed is opened anew."""
    headers = {"Cookie": person.cookie, "Host": f"127.0.0.1:{PORT}"}
    data = None
    if body is not None:
        data = urlencode(body)
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        headers["Cookie"] += f"; {CSRF_COOKIE}={person.csrf}"
        headers["X-CSRFToken"] = person.csrf
        headers["X-Requested-With"] = "XMLHttpRequest"
    for attempt in (1, 2):
        connection = getattr(_local, "connection", None)
        if connection is None:
            connection = _local.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        try:
            connection.request(method, path, body=data, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # A kept connection that the server has closed meanwhile: a browser opens another one, once.
            connection.close()
            _local.connection = None
            if attempt == 2:
                return 0, {}, b""
        except OSError:
            connection.close()
            _local.connection = None
            return 0, {}, b""
    return 0, {}, b""


CSRF_COOKIE = "csrf"
#: The tick that the known values of a table were looked at.
CHECKED = "checked_"
_VERSION = re.compile(rb'name="_version"[^>]*value="(\d+)"')


def open_form(person: Coordinator) -> int:
    status, headers, body = call(person, "GET", f"/dues/{person.due}/fill/")
    for cookie in headers.get_all("Set-Cookie") or [] if status else []:
        if cookie.startswith(f"{CSRF_COOKIE}="):
            person.csrf = cookie.split("=", 1)[1].split(";", 1)[0]
    if found := _VERSION.search(body):
        person.version = int(found[1])
    return status


def save(person: Coordinator, dice: random.Random) -> int:
    """Autosave one more number; keep what the portal acknowledged."""
    segment = dice.choice(person.segments)
    classes = dice.randint(1, 40)
    typed = {
        **person.said,
        f"classes_{segment}": str(classes),
        f"students_{segment}": str(classes * dice.randint(20, 45)),
        "coaches": str(dice.randint(1, 30)),
        "head_name": "李明",
        "head_phone": "19900005678",
    }
    body = {**typed, "_version": str(person.version)}
    status, _, answer = call(person, "POST", f"/dues/{person.due}/save/", body)
    if status == 200:
        person.version = json.loads(answer)["version"]
        person.said, person.doubtful = typed, []
    elif status == 0:
        person.doubtful.append(typed)
    return status


def act(person: Coordinator, kind: str, dice: random.Random) -> tuple[int, bool]:
    """Do one thing as a coordinator does; tell the status and whether it is one that should be."""
    if not person.writes and kind not in ("home", "detail"):
        kind = "detail"
    if person.is_sent and kind == "fill":
        kind = "detail"  # what was sent is read, not filled in
    if person.is_sent and kind in ("save", "submit"):
        # Found one more mistake: what was sent comes back, is mended and sent again.
        status, _, _ = call(person, "POST", f"/dues/{person.due}/withdraw/", {})
        person.is_sent = status != 302
        open_form(person)
        return status, status == 302
    if kind == "home":
        status, _, _ = call(person, "GET", "/")
    elif kind == "detail":
        status, _, _ = call(person, "GET", f"/dues/{person.due}/")
    elif kind == "fill" or not person.csrf:
        status = open_form(person)
    elif kind == "save":
        status = save(person, dice)
    else:
        reasons = {f"why_{code}_{key}": "学校核实" for code in ("known", "last") for key in person.said}
        body = {
            **person.said,
            **reasons,
            f"{CHECKED}contact": "1",
            "_version": str(person.version),
            "_submit": "1",
        }
        status, _, answer = call(person, "POST", f"/dues/{person.due}/fill/", body)
        person.is_sent = status == 302
        if found := _VERSION.search(answer):
            person.version = int(found[1])  # the draft was saved before it was judged
        # An incomplete form comes back with what is missing; that is an answer, not an error.
        return status, status in (302, 422)
    return status, status == 200


def run(people: list[Coordinator], minutes: float, rate: float) -> Tally:
    """Send the evening's requests at their appointed times."""
    dice = random.Random(20261127)  # noqa: S311 - the same evening every time
    kinds = dice.choices(list(MIX), list(MIX.values()), k=int(minutes * 60 * rate))
    tally = Tally()

    def one(number: int, kind: str, due_at: float) -> None:
        person = people[number * 7919 % len(people)]
        with person.busy:
            status, fine = act(person, kind, random.Random(number))  # noqa: S311
        tally.note(kind, (time.perf_counter() - due_at) * 1000, status, fine)

    with ThreadPoolExecutor(CALLERS) as pool:
        # Everybody has the form open before the clock runs: nobody comes to a cold server at 16:45.
        list(pool.map(open_form, [person for person in people if person.writes]))
        began = time.perf_counter()
        for number, kind in enumerate(kinds):
            wait = began + number / rate - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            pool.submit(one, number, kind, began + number / rate)
    return tally


# --- the benchmark's own process -----------------------------------------------------------------------


@contextmanager
def portal(place: ground.Ground, name: str) -> Iterator[None]:
    """Run the web server and the worker on a database until the block ends."""
    environment = os.environ | ground.SETTINGS
    environment |= {
        "DATABASE_URL": place.url(name),
        "DATA_DIR": str(place.folder),
        "PORT": str(PORT),
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }
    commands = (
        ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "guanweihui.wsgi"],
        ["manage.py", "worker"],
    )
    running = [
        subprocess.Popen(
            [sys.executable, *command], cwd=ground.ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        for command in commands
    ]
    try:
        for _ in range(120):
            time.sleep(0.5)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
                connection.request("GET", "/livez")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                continue
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def lost(people: list[Coordinator], drafts: dict[str, dict[str, str]]) -> int:
    """Count the coordinators whose draft is not what the portal last said it saved."""
    number = 0
    for person in people:
        if not person.writes or not person.said:
            continue
        stored = drafts[str(person.due)]
        held = [person.said, *person.doubtful]
        number += not any(all(stored.get(key) == value for key, value in one.items()) for one in held)
    return number


def benchmark(asked: argparse.Namespace) -> None:
    failed = False
    minutes = float(os.environ.get("MINUTES", MINUTES))
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            build.district(place, "evening")
            ground.note(f"{engine}: {COORDINATORS} coordinators")
            people = [Coordinator(**one) for one in place.run("evening", "evening")["people"]]
            place.settle("evening")
            with portal(place, "evening"):
                tally = run(people, minutes, RATE)
            gone = lost(people, place.run("saved", "evening")["drafts"])
            failed |= tell(engine, tally, gone, people)
    sys.exit(failed)


def tell(engine: str, tally: Tally, gone: int, people: list[Coordinator]) -> bool:
    """Print the evening; tell whether something went wrong that may not."""
    everything = [one for times in tally.times.values() for one in times]
    rows = [
        (
            f"{engine}: {kind}",
            f"{len(times):,}",
            *(f"{ground.percentile(times, share):.0f}" for share in (0.5, 0.95, 0.99)),
        )
        for kind, times in (*tally.times.items(), ("all", everything))
    ]
    ground.table(("request", "number", "p50, ms", "p95, ms", "p99, ms"), rows)
    sent = sum(person.is_sent for person in people)
    print(f"\nAnswers: {dict(tally.statuses)}. Errors: {dict(tally.errors) or 'none'}. Submitted: {sent}.")
    is_quick = ground.percentile(everything, 0.95) <= REACH_P95_MS
    print(f"Acknowledged saves lost: {gone}. p95 within {REACH_P95_MS} ms: {is_quick}.")
    print(f"Load average: {os.getloadavg()[0]:.1f}.", flush=True)
    return bool(tally.errors) or bool(gone)


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
