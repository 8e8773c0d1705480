"""Run background jobs: wraps the library's worker, restarts it, sweeps, seals the audit chain."""

import ctypes
import logging
import signal
import subprocess
import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from guanweihui import jobs

log = logging.getLogger("guanweihui.worker")

SWEEP_SECONDS = 5
MINUTE = 60
GRACE_SECONDS = 25
LONGEST_PAUSE = 30


class Command(BaseCommand):
    help = "执行后台任务（随 bin/serve 启动；生产环境由 systemd 启动）。"

    def handle(self, *args, **options):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        self.child, self.stopping, self.pause, self.start_at = None, False, 1, 0.0
        duties = {self.sweep: 0.0, self.each_minute: time.monotonic() + MINUTE, self.each_hour: 0.0}
        while not self.stopping:
            self.keep_child()
            for duty, due in duties.items():
                if time.monotonic() >= due:
                    duties[duty] = time.monotonic() + self.attempt(duty)
            time.sleep(0.5)
        self.end_child()

    def stop(self, number, frame):
        self.stopping = True

    def keep_child(self):
        """Start the library's worker, and start it again when it died; slower each time it dies young."""
        if self.child and self.child.poll() is None:
            return
        if self.child:
            lived = time.monotonic() - self.start_at
            self.pause = 1 if lived > MINUTE else min(self.pause * 2, LONGEST_PAUSE)
            log.error("worker process ended with %s, again in %s s", self.child.returncode, self.pause)
            self.child = None
            self.next_at = time.monotonic() + self.pause
        if time.monotonic() < getattr(self, "next_at", 0.0):
            return
        self.start_at = time.monotonic()
        command = [sys.executable, sys.argv[0], "db_worker", "--no-reload", "--no-startup-delay", "-v0"]
        self.child = subprocess.Popen(command, cwd=settings.BASE_DIR, preexec_fn=die_with_parent)  # noqa: S603

    def end_child(self):
        """Let the running job finish; what is not done in time is taken up at the next start."""
        if self.child is None or self.child.poll() is not None:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def attempt(self, duty):
        """Do a duty; a database that is away for a while must not end the worker."""
        close_old_connections()
        try:
            return duty()
        except Exception:
            log.exception("duty %s failed", duty.__name__)
            return SWEEP_SECONDS

    def sweep(self):
        jobs.sweep()
        return SWEEP_SECONDS

    def each_minute(self):
        from guanweihui import audit
        from guanweihui.imports import batch

        audit.seal_all()
        jobs.delete_expired()
        batch.delete_old_uploads(timezone.now())
        return MINUTE

    def each_hour(self):
        from guanweihui.upkeep import gather_statistics

        gather_statistics()
        return 60 * MINUTE


def die_with_parent():
    """Ask Linux to end the child when this process is killed, so that no worker stays behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
