"""Background work: hand a job over, run it, show how far it is, take it up again when its worker died.

The task library queues and runs; the `Job` row is the truth that pages show and the sweep judges. A job holds
its row by a lease: the id of the task that runs it. Whoever lost the lease may not report, finish or fail it,
so a worker that wakes up after it was given up for dead changes nothing.

Heartbeats come from a thread of their own, and Django gives each thread its own connection to the same
database: a job deep in one long transaction still shows that it lives. A heartbeat that finds SQLite locked
is simply late; the job counts as dead only after 30 s of silence.
"""

import datetime
import logging
import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connections, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from guanweihui import stored
from guanweihui.models.jobs import Job

log = logging.getLogger("guanweihui.jobs")

BEAT_SECONDS = 2.0
FAILED_MESSAGE = "任务没有完成，请稍后重新提交；仍不成请把任务号告诉管理员。"
GIVEN_UP_MESSAGE = "任务多次中断，已停止。请稍后重新提交；仍不成请把任务号告诉管理员。"


@dataclass(frozen=True)
class Result:
    """The file a job leaves: the name its owner sees, and the bytes."""

    name: str
    content: bytes


class JobError(Exception):
    """End the job as failed, with a Chinese sentence for its owner."""


class LeaseLost(Exception):
    """Stop quietly: the job was cancelled, or another worker has it."""


Progress = Callable[..., None]
Handler = Callable[[Job, Progress], Result | None]
Roles = Callable[[Job], Collection[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of job: its name, what a page calls it, the function that does it, who may fetch its file."""

    name: str
    label: str
    run: Handler
    roles: Roles = lambda row: ()


KINDS: dict[str, Kind] = {}


def job(name: str, label: str, *, roles: Roles = lambda row: ()) -> Callable[[Handler], Handler]:
    """Register the function of a kind: `(job, progress) -> Result | None`, idempotent.

    `roles(job)` names the posts of which the job's owner must still hold one to fetch its file.
    Modules that register stand where the app configuration looks for them, so that worker and web know them.
    """

    def register(run: Handler) -> Handler:
        KINDS[name] = Kind(name, label, run, roles)
        return run

    return register


def enqueue(
    kind: str,
    *,
    by: Any,
    params: Mapping[str, Any],
    at: datetime.datetime | None = None,
    label: str = "",
    district: Any = None,
) -> Job:
    """Store the job and its task in one transaction; KeyError for a kind that nobody registered.

    `params` is JSON; `label` is what the list of jobs calls it, by default the kind's label.
    """
    known = KINDS[kind]
    with transaction.atomic():
        row = Job._base_manager.create(
            kind=kind,
            label=(label or known.label)[:120],
            params=dict(params),
            district=district,
            created_at=at or timezone.now(),
            created_by=by,
        )
        _hand_over(row)
    return row


def cancel(row: Job) -> bool:
    """Stop a job that is not over; answer whether there was something to stop."""
    live = Job._base_manager.filter(pk=row.pk, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    return bool(live.update(state=Job.State.CANCELLED, finished_at=timezone.now(), message="已取消。"))


def run(job_id: int, task_id: str) -> None:
    """Run the job in this process under the lease `task_id`; what the worker's task calls."""
    now = timezone.now()
    mine = Job._base_manager.filter(pk=job_id, task_id=task_id)
    if not mine.filter(state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, started_at=now, heartbeat_at=now, done=0, total=0, message=""
    ):
        return
    row = mine.get()
    try:
        with Heart(row.pk, task_id) as heart:
            result = KINDS[row.kind].run(row, heart.progress)
            heart.still_mine()
        _finish(row, task_id, result)
    except LeaseLost:
        log.warning("job lost its lease", extra={"job": job_id})
    except (OperationalError, InterfaceError):
        # The database went away or was locked too long: the row stays RUNNING and the sweep takes it up.
        log.exception("job interrupted", extra={"job": job_id})
        raise
    except JobError as fault:
        _fail(row, task_id, str(fault))
    except Exception:
        log.exception("job failed", extra={"job": job_id})
        _fail(row, task_id, FAILED_MESSAGE)


class Heart:
    """Write progress and heartbeat of one running job, from a thread with its own connection."""

    def __init__(self, job_id: int, task_id: str) -> None:
        self._job_id, self._task_id = job_id, task_id
        self._shown: dict[str, Any] = {}
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heart-{job_id}", daemon=True)

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Say how far the job is; costs nothing, may be called for each row. Raises LeaseLost."""
        self._shown = {"done": min(done, total), "total": total, "message": message[:300]}
        self.still_mine()

    def still_mine(self) -> None:
        """Raise LeaseLost when the job was cancelled or given to another worker."""
        if self._lost.is_set():
            raise LeaseLost

    def _beat(self) -> None:
        try:
            while not self._stop.wait(BEAT_SECONDS):
                try:
                    self._write()
                except DatabaseError:
                    connections["default"].close()
        finally:
            connections["default"].close()

    def _write(self) -> None:
        mine = Job._base_manager.filter(pk=self._job_id, task_id=self._task_id, state=Job.State.RUNNING)
        if mine.update(heartbeat_at=timezone.now(), **self._shown):
            return
        # A row that this connection cannot see at all is not lost, only not committed yet.
        if Job._base_manager.filter(pk=self._job_id).exists():
            self._lost.set()


def sweep(now: datetime.datetime | None = None) -> int:
    """Hand over anew every job whose worker is silent, or give it up; answer how many were dead.

    The library's rows are read, never edited. Several workers may sweep at once: the row's lease decides.
    """
    now = now or timezone.now()
    silent_since = now - datetime.timedelta(seconds=settings.JOB_SILENCE_SECONDS)
    silent = Job._base_manager.filter(state=Job.State.RUNNING, heartbeat_at__lt=silent_since)
    dead = [*silent, *_orphans(silent_since)]
    return sum(_take_up(row, now) for row in dead)


def _orphans(silent_since: datetime.datetime) -> list[Job]:
    """Find queued jobs whose task was claimed long ago: the worker died between claiming and starting."""
    queued = Job._base_manager.filter(state=Job.State.QUEUED, created_at__lt=silent_since)
    rows = {row.task_id: row for row in queued.exclude(task_id="")}
    waiting = DBTaskResult.objects.filter(pk__in=rows, status=TaskResultStatus.READY)
    fresh = DBTaskResult.objects.filter(pk__in=rows, started_at__gte=silent_since)
    alive = {str(key) for found in (waiting, fresh) for key in found.values_list("pk", flat=True)}
    return [row for task_id, row in rows.items() if task_id not in alive]


def _take_up(row: Job, now: datetime.datetime) -> bool:
    with transaction.atomic():
        # Equal to what was read, or somebody else took it up, or it lives after all.
        lease = Job._base_manager.filter(
            pk=row.pk, state=row.state, task_id=row.task_id, heartbeat_at=row.heartbeat_at
        )
        if row.tries >= settings.JOB_TRIES:
            return bool(lease.update(state=Job.State.FAILED, finished_at=now, message=GIVEN_UP_MESSAGE))
        if not lease.update(state=Job.State.QUEUED, task_id=""):
            return False
        row.state = Job.State.QUEUED
        _hand_over(row)
        log.warning("job taken up again", extra={"job": row.pk})
        return True


def _hand_over(row: Job) -> None:
    from guanweihui.tasks import run_job  # tasks imports this module

    row.task_id = str(run_job.enqueue(row.pk).id)
    row.tries += 1
    row.save(update_fields=["task_id", "tries"])


def _finish(row: Job, task_id: str, result: Result | None) -> None:
    """Put the file on disk first, then say done; a file whose job was lost meanwhile is removed."""
    now = timezone.now()
    fields: dict[str, Any] = {"state": Job.State.DONE, "finished_at": now, "message": ""}
    path = ""
    if result is not None:
        path = _store(result)
        fields |= {
            "result_name": result.name[:200],
            "result_path": path,
            "result_size": len(result.content),
            "expires_at": now + datetime.timedelta(days=settings.JOB_RESULT_DAYS),
        }
    mine = Job._base_manager.filter(pk=row.pk, task_id=task_id, state=Job.State.RUNNING)
    if not mine.update(**fields) and path:
        stored.delete(path)


def _store(result: Result) -> str:
    """Store under a name that tells nothing."""
    return stored.store(f"jobs/{secrets.token_hex(16)}{PurePath(result.name).suffix}", result.content)


def _fail(row: Job, task_id: str, message: str) -> None:
    mine = Job._base_manager.filter(pk=row.pk, task_id=task_id, state=Job.State.RUNNING)
    mine.update(state=Job.State.FAILED, finished_at=timezone.now(), message=message[:300])


def delete_expired(now: datetime.datetime | None = None) -> int:
    """Delete result files past their date; the rows stay and say that the file is gone."""
    now = now or timezone.now()
    gone = Job._base_manager.filter(expires_at__lte=now).exclude(result_path="")
    rows = list(gone)
    for row in rows:
        stored.delete(row.result_path)
        row.result_path = ""
        row.save(update_fields=["result_path"])
    return len(rows)
