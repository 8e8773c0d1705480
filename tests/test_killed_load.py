"""A load killed at any moment leaves the state before or after, never between: real processes, kill -9."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
COUNT = """
import django; django.setup()
from guanweihui.models import AuditEvent, ImportBatch, ImportedRow
from members.models import Person
print(*(model.objects.count() for model in (Person, ImportBatch, ImportedRow, AuditEvent)))
"""


@pytest.fixture
def place(tmp_path, django_db_setup, django_db_blocker):
    """Give a data folder and an empty, migrated database of its own on the suite's engine."""
    environment = os.environ | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "guanweihui.settings"}
    drop = None
    if connection.vendor == "postgresql":
        name = f"killed_{os.getpid()}"
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        own = settings.DATABASES["default"]
        environment["DATABASE_URL"] = (
            f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{name}"
        )
        drop = name
    manage(environment, "migrate", "-v0")
    manage(environment, "load", str(ROOT / "guanweihui/demo/01-学校名录.xlsx"))
    yield environment
    if drop:
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {drop} WITH (FORCE)")


def manage(environment, *words) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def counts(environment) -> tuple[int, ...]:
    command = [sys.executable, "-c", COUNT]
    said = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return tuple(map(int, said.stdout.split()))


def is_writing(environment) -> bool:
    """Tell whether somebody is in the middle of writing: a rollback journal, or a transaction that wrote."""
    if "DATABASE_URL" not in environment or "postgresql" not in environment["DATABASE_URL"]:
        journal = Path(environment["DATA_DIR"]) / "db.sqlite3-journal"
        return journal.exists() and journal.stat().st_size > 0  # an idle journal is truncated, not removed
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else one transaction sees one picture for ever
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_xid IS NOT NULL",
            [environment["DATABASE_URL"].rsplit("/", 1)[1]],
        )
        return cursor.fetchone()[0] > 0


def load_register(environment, *, kill_after_writing: float | None) -> None:
    """Load the register; kill it with its children so many seconds after it began to write."""
    command = [sys.executable, "manage.py", "load", str(ROOT / "guanweihui/demo/02-离退休教师花名册.xlsx")]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
    )
    if kill_after_writing is not None:
        deadline = time.monotonic() + 60
        while not is_writing(environment):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(kill_after_writing)
        os.killpg(process.pid, signal.SIGKILL)
    assert process.wait(60) == (0 if kill_after_writing is None else -signal.SIGKILL)


@pytest.mark.django_db
def test_a_killed_load_leaves_before_or_after(place):
    before = counts(place)
    assert before[:2] == (0, 1)
    for moment in (0, 0.3):
        load_register(place, kill_after_writing=moment)
        time.sleep(0.2)  # a server needs a moment to notice a dead client
        assert counts(place) == before
    load_register(place, kill_after_writing=None)
    assert counts(place) == (13000, 2, before[2] + 13000, before[3] + 1)
