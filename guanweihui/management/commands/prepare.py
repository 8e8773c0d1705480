"""Bring the database and the static files up to date; says `empty` when nobody has an account yet."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from guanweihui.start import database_is_safe


class Command(BaseCommand):
    help = "数据库迁移与静态文件，缺什么补什么；没有账号时输出 empty。"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="只检查，不改动；有待迁移即退出 1")

    def handle(self, *args, check, **options):
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        try:
            connection.ensure_connection()
        except OperationalError as fault:
            raise CommandError(f"连不上数据库：{str(fault).splitlines()[0]}") from None
        if faults := database_is_safe(databases=["default"]):
            raise CommandError(faults[0].msg)
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if check and pending:
            raise CommandError("有未执行的数据库迁移，请先运行 manage.py prepare。")
        if pending:
            call_command("migrate", interactive=False, verbosity=0)
        if faults := run_checks(tags=[Tags.database], databases=["default"]):
            raise CommandError(faults[0].msg)
        if check:
            return
        collect_static()
        if not get_user_model()._base_manager.exists():
            self.stdout.write("empty")


def collect_static():
    """Collect only when a source file changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())
