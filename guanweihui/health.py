"""Two addresses for monitors: is the process alive, can it serve."""

import datetime
import os
import secrets
import tempfile
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanweihui.models.jobs import Job

#: A job that waits longer than this means that no worker is at work.
LONGEST_WAIT = datetime.timedelta(minutes=10)


@login_not_required
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer without touching the database."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 or 503; what is wrong is told only to who carries the monitor's token."""
    results = {check.__name__: _outcome(check) for check in (database, migrations, disk, queue)}
    status = 200 if all(result == "ok" for result in results.values()) else 503
    given = request.headers.get("X-Monitor-Token", "")
    if settings.MONITOR_TOKEN and secrets.compare_digest(given.encode(), settings.MONITOR_TOKEN.encode()):
        return JsonResponse(results, status=status)
    return HttpResponse("ok" if status == 200 else "not ready", content_type="text/plain", status=status)


def database() -> str:
    """Ask the database for one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def migrations() -> str:
    """Look for migrations that have not run."""
    executor = MigrationExecutor(connection)
    return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def disk() -> str:
    """Write where uploads go, and look at what room is left."""
    os.makedirs(settings.MEDIA_ROOT, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as file:
        file.write(b"0" * 4096)
    room = os.statvfs(settings.MEDIA_ROOT)
    return "ok" if room.f_bavail * room.f_frsize > 200 * 2**20 else "less than 200 MB left"


def queue() -> str:
    """Look for a job that nobody takes."""
    waiting = Job._base_manager.filter(state=Job.State.QUEUED, created_at__lt=timezone.now() - LONGEST_WAIT)
    return "jobs wait, is the worker running?" if waiting.exists() else "ok"


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as fault:
        return type(fault).__name__
