import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from guanweihui import start
from guanweihui.settings import wal_is_safe


def run(*command, **environment):
    """Run a process of the project as an operator would, with these settings."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_wal_only_where_its_reset_is_repaired(version, safe):
    assert wal_is_safe(version) is safe


@pytest.mark.django_db
def test_the_open_database_has_the_settings_it_was_given():
    assert start.database_is_safe(databases=["default"]) == []


@pytest.mark.django_db
def test_an_unsafe_embedded_setting_is_read_back():
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        assert start.postgresql_faults(connection) == [
            "PostgreSQL 的 synchronous_commit 是 off，断电会丢数据，请改为 on。"
        ]
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=10")
    try:
        assert start.sqlite_faults(connection) == ["SQLite 的 busy_timeout 太短。"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout=10000")


def test_a_database_on_a_network_disk_is_recognised(tmp_path):
    mounts = f"/dev/sda1 / ext4 rw 0 0\nfiles:/srv {tmp_path} nfs4 rw 0 0\n"

    assert start.file_system(tmp_path / "db.sqlite3", mounts) == "nfs4"
    assert start.file_system(tmp_path.parent / "db.sqlite3", mounts) == "ext4"


def test_a_malformed_setting_stops_the_start_with_one_line():
    process = run("manage.py", "check", PORT="eighty")

    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr == "设置 PORT 的值不对：应是不带单位的整数。\n"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            {"HOST": "0.0.0.0", "DEBUG": "1"},
            "本库含调试模式（DEBUG=1），只能在 127.0.0.1 上启动，现在的 HOST 是 0.0.0.0。",
        ),
        (
            {"HOST": "10.0.0.5", "DEMO": "1"},
            "本库含演示数据，只能在 127.0.0.1 上启动，现在的 HOST 是 10.0.0.5。",
        ),
    ],
)
def test_a_demo_and_debug_stay_on_this_machine(environment, message):
    process = run(
        "-m", "gunicorn", "--check-config", "-c", "deploy/gunicorn.conf.py", "guanweihui.wsgi", **environment
    )

    assert process.returncode != 0
    assert process.stderr.strip() == message


def test_the_shipped_server_settings_pass_the_deployment_checks():
    process = run(
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        HTTPS="1",
        SECOND_FACTOR="1",
        BEHIND_PROXY="1",
    )

    assert process.returncode == 0, process.stderr
