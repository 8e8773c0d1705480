import datetime
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from guanweihui import jobs
from guanweihui.models.jobs import Job
from guanweihui.tasks import run_job

State = Job.State


@pytest.fixture
def user(db):
    return get_user_model()._base_manager.create(username="clerk", is_active=True)


@pytest.fixture
def kind(monkeypatch):
    """Register a kind for this test: kind(run) -> its name."""

    def register(run):
        monkeypatch.setitem(jobs.KINDS, "probe", jobs.Kind("probe", "试验", run))
        return "probe"

    return register


def work():
    """Do what the worker does until nothing is queued."""
    for row in Job._base_manager.filter(state=State.QUEUED):
        run_job.func(SimpleNamespace(task_result=SimpleNamespace(id=row.task_id)), row.pk)


def claim(row):
    """Leave the row as a worker leaves it that died at once."""
    Job._base_manager.filter(pk=row.pk).update(
        state=State.RUNNING, heartbeat_at=timezone.now() - datetime.timedelta(seconds=31)
    )
    DBTaskResult.objects.filter(pk=row.task_id).update(status="RUNNING")


def test_a_job_runs_and_leaves_its_file(user, kind):
    def double(row, progress):
        progress(1, 2, "一半")
        return jobs.Result("统计.txt", f"{row.params['n'] * 2}".encode())

    row = jobs.enqueue(kind(double), by=user, params={"n": 21})
    assert (row.state, row.label, row.tries) == (State.QUEUED, "试验", 1)
    work()
    row.refresh_from_db()

    assert (row.state, row.message, row.result_name, row.result_size) == (State.DONE, "", "统计.txt", 2)
    assert default_storage.open(row.result_path).read() == b"42"
    assert "统计" not in row.result_path
    assert row.expires_at - row.finished_at == datetime.timedelta(days=7)


def test_an_unknown_kind_is_refused_at_once(user):
    with pytest.raises(KeyError):
        jobs.enqueue("no-such-kind", by=user, params={})

    assert not Job._base_manager.exists()


@pytest.mark.parametrize(
    ("fault", "message"),
    [(jobs.JobError("学年还没有数据。"), "学年还没有数据。"), (ValueError("secret"), jobs.FAILED_MESSAGE)],
)
def test_a_job_that_fails_says_why_and_is_not_tried_again(user, kind, fault, message):
    def fail(row, progress):
        raise fault

    row = jobs.enqueue(kind(fail), by=user, params={})
    work()
    row.refresh_from_db()

    assert (row.state, row.message, row.tries) == (State.FAILED, message, 1)


def test_a_job_that_lost_the_database_is_left_for_the_sweep(user, kind):
    def lose(row, progress):
        raise OperationalError("server closed the connection")

    row = jobs.enqueue(kind(lose), by=user, params={})
    with pytest.raises(OperationalError):
        jobs.run(row.pk, row.task_id)
    row.refresh_from_db()

    assert row.state == State.RUNNING


def test_a_silent_job_is_taken_up_again_and_the_library_row_is_left_alone(user, kind):
    row = jobs.enqueue(kind(lambda row, progress: None), by=user, params={})
    first = row.task_id
    claim(row)

    assert jobs.sweep() == 1
    row.refresh_from_db()

    assert (row.state, row.tries) == (State.QUEUED, 2)
    assert row.task_id != first
    assert DBTaskResult.objects.get(pk=first).status == "RUNNING"
    work()
    row.refresh_from_db()
    assert row.state == State.DONE


def test_a_living_job_is_left_alone(user, kind):
    row = jobs.enqueue(kind(lambda row, progress: None), by=user, params={})
    Job._base_manager.filter(pk=row.pk).update(
        state=State.RUNNING, heartbeat_at=timezone.now() - datetime.timedelta(seconds=29)
    )

    assert jobs.sweep() == 0


def test_a_job_waiting_for_its_turn_is_left_alone(user, kind):
    row = jobs.enqueue(kind(lambda row, progress: None), by=user, params={})
    Job._base_manager.filter(pk=row.pk).update(created_at=timezone.now() - datetime.timedelta(hours=1))

    assert jobs.sweep() == 0


def test_a_job_whose_worker_died_before_it_began_is_taken_up(user, kind):
    row = jobs.enqueue(kind(lambda row, progress: None), by=user, params={})
    long_ago = timezone.now() - datetime.timedelta(seconds=40)
    Job._base_manager.filter(pk=row.pk).update(created_at=long_ago)
    DBTaskResult.objects.filter(pk=row.task_id).update(status="RUNNING", started_at=long_ago)

    assert jobs.sweep() == 1


def test_the_third_death_is_the_last(user, kind):
    row = jobs.enqueue(kind(lambda row, progress: None), by=user, params={})
    for _ in range(3):
        row.refresh_from_db()
        claim(row)
        jobs.sweep()
    row.refresh_from_db()

    assert (row.state, row.message, row.tries) == (State.FAILED, jobs.GIVEN_UP_MESSAGE, 3)
    assert jobs.sweep() == 0


def test_a_worker_given_up_for_dead_can_no_longer_finish(user, kind):
    def overtaken(row, progress):
        Job._base_manager.filter(pk=row.pk).update(task_id="another")
        return jobs.Result("late.txt", b"late")

    row = jobs.enqueue(kind(overtaken), by=user, params={})
    jobs.run(row.pk, row.task_id)
    row.refresh_from_db()

    assert (row.state, row.result_path) == (State.RUNNING, "")
    assert default_storage.listdir("jobs") == ([], [])


def test_an_old_task_does_not_run_a_job_handed_over_anew(user, kind):
    ran = []
    row = jobs.enqueue(kind(lambda row, progress: ran.append(row.pk)), by=user, params={})

    jobs.run(row.pk, "an-older-task")

    assert ran == []


def test_a_cancelled_job_never_starts(user, kind):
    ran = []
    row = jobs.enqueue(kind(lambda row, progress: ran.append(row.pk)), by=user, params={})

    assert jobs.cancel(row) is True
    work()
    row.refresh_from_db()

    assert (ran, row.state) == ([], State.CANCELLED)
    assert jobs.cancel(row) is False


def test_an_expired_file_is_deleted_and_its_row_stays(user, kind):
    row = jobs.enqueue(kind(lambda row, progress: jobs.Result("a.txt", b"a")), by=user, params={})
    work()
    row.refresh_from_db()
    path = row.result_path

    assert jobs.delete_expired(row.expires_at - datetime.timedelta(seconds=1)) == 0
    assert jobs.delete_expired(row.expires_at) == 1
    row.refresh_from_db()

    assert (row.state, row.result_path, default_storage.exists(path)) == (State.DONE, "", False)


@pytest.mark.django_db(transaction=True)
def test_heartbeat_and_progress_show_while_the_job_is_in_one_transaction(monkeypatch):
    """On PostgreSQL a second connection writes beside the job's own open transaction."""
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.05)
    user = get_user_model()._base_manager.create(username="clerk")
    seen = []

    def slow(row, progress):
        before = Job._base_manager.get(pk=row.pk).heartbeat_at
        progress(3, 7, "第三页")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            now = Job._base_manager.get(pk=row.pk)
            if now.heartbeat_at > before and now.done:
                seen.append((now.done, now.total, now.message))
                return
            time.sleep(0.02)

    monkeypatch.setitem(jobs.KINDS, "probe", jobs.Kind("probe", "试验", slow))
    row = jobs.enqueue("probe", by=user, params={})
    jobs.run(row.pk, row.task_id)
    row.refresh_from_db()

    assert seen == [(3, 7, "第三页")]
    assert row.state == State.DONE


KILLED = """
import os, sys, time
import django
django.setup()
from guanweihui import jobs
from guanweihui.models.jobs import Job

@jobs.job("probe", "试验")
def hang_once(row, progress):
    marks = os.environ["MARKS"]
    with open(marks, "a") as file:
        file.write("begun\\n")
    if open(marks).read().count("begun") == 1:
        time.sleep(60)
    return jobs.Result("done.txt", b"done")

from django.core.management import call_command
call_command("db_worker", startup_delay=False, interval=0.1, reload=False)
"""


def start_worker(marks):
    """Start a real worker process on this test's database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        known = connection.settings_dict
        url = f"postgresql://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{name}"
    environment = os.environ | {
        "DATABASE_URL": url,
        "MARKS": str(marks),
        "DJANGO_SETTINGS_MODULE": "guanweihui.settings",
        "DATA_DIR": str(settings.MEDIA_ROOT.parent),
    }
    return subprocess.Popen([sys.executable, "-c", KILLED], cwd=settings.BASE_DIR, env=environment)


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_killed_worker_is_taken_up_and_ends_once(kind, tmp_path):
    marks = tmp_path / "marks"
    user = get_user_model()._base_manager.create(username="clerk")
    row = jobs.enqueue(kind(lambda row, progress: None), by=user, params={})
    first = start_worker(marks)
    second = None
    try:
        assert wait_for(lambda: marks.exists())
        first.send_signal(signal.SIGKILL)
        first.wait()
        row.refresh_from_db()
        assert row.state == State.RUNNING

        second = start_worker(marks)
        assert jobs.sweep(timezone.now() + datetime.timedelta(seconds=31)) == 1
        assert wait_for(lambda: Job._base_manager.filter(pk=row.pk, state=State.DONE).exists())
    finally:
        for process in (first, second):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
    row.refresh_from_db()

    assert (row.tries, row.result_name) == (2, "done.txt")
    assert marks.read_text() == "begun\nbegun\n"
    stored = os.listdir(settings.MEDIA_ROOT / "jobs")
    assert [f"jobs/{name}" for name in stored] == [row.result_path]
