"""What is checked before the first request: the database's settings as it really has them."""

import sqlite3
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from guanweihui import crypto, triggers
from guanweihui.models import District

#: A lock on a network file system is not a lock; SQLite loses data there.
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb3", "ceph", "lustre", "glusterfs", "fuse.sshfs", "fuse.glusterfs"}
)


@register(Tags.database)
def database_is_safe(databases: list[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Read the settings back from the open database; a wish in a settings file proves nothing."""
    if not databases or "default" not in databases:
        return []
    connection = connections["default"]
    faults = sqlite_faults(connection) if connection.vendor == "sqlite" else postgresql_faults(connection)
    return [Error(fault, id="guanweihui.E001") for fault in faults]


def sqlite_faults(connection: Any) -> list[str]:
    """Name each setting of the embedded database that could lose what a page called saved."""
    with connection.cursor() as cursor:
        found = {}
        for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = str(cursor.fetchone()[0]).lower()
    journals = {"truncate", "memory"} | ({"wal"} if settings.WAL_IS_SAFE else set())
    faults = []
    if found["journal_mode"] not in journals:
        version = sqlite3.sqlite_version
        faults.append(f"SQLite {version} 的 journal_mode 是 {found['journal_mode']}，应为 truncate。")
    if found["synchronous"] not in ("2", "3"):
        faults.append("SQLite 的 synchronous 不是 FULL，断电会丢数据。")
    if int(found["busy_timeout"]) < 1000:
        faults.append("SQLite 的 busy_timeout 太短。")
    if found["foreign_keys"] != "1":
        faults.append("SQLite 没有打开 foreign_keys。")
    if (kind := file_system(Path(connection.settings_dict["NAME"]))) in NETWORK_FILE_SYSTEMS:
        faults.append(f"SQLite 数据库在网络盘（{kind}）上，请把 DATA_DIR 移到本机磁盘，或改用 PostgreSQL。")
    return faults


def postgresql_faults(connection: Any) -> list[str]:
    """Name each setting of the server that could lose what a page called saved."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        commit = cursor.fetchone()[0]
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
    faults = []
    if commit == "off":
        faults.append("PostgreSQL 的 synchronous_commit 是 off，断电会丢数据，请改为 on。")
    if encoding != "UTF8":
        faults.append(f"PostgreSQL 数据库的编码是 {encoding}，应为 UTF8。")
    if connection.pg_version < 150000:
        faults.append("需要 PostgreSQL 15 或更高版本。")
    return faults


def file_system(path: Path, mounts: str | None = None) -> str:
    """Name the file system that holds `path`; empty where the kernel does not tell."""
    if mounts is None:
        table = Path("/proc/self/mounts")
        mounts = table.read_text(encoding="utf-8", errors="replace") if table.exists() else ""
    place, best, kind = str(path.resolve()), "", ""
    for line in mounts.splitlines():
        fields = line.split()
        point = fields[1].replace("\\040", " ") if len(fields) > 2 else ""
        if (
            point
            and (place == point or place.startswith(point.rstrip("/") + "/"))
            and len(point) >= len(best)
        ):
            best, kind = point, fields[2]
    return kind


@register(Tags.database)
def trail_is_append_only(databases: list[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Read the triggers back: a trail that can be edited is none."""
    if not databases or "default" not in databases:
        return []
    connection = connections["default"]
    if triggers.TABLES[0] not in connection.introspection.table_names():
        return []
    return [
        Error(f"操作记录缺少触发器 {name}，请重新运行 migrate。", id="guanweihui.E002")
        for name in triggers.missing(connection)
    ]


@register(Tags.database)
def keys_fit_the_data(databases: list[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Try both keys on what the first district sealed: with a wrong one the portal must not start."""
    if not databases or "default" not in databases:
        return []
    table = District._meta.db_table
    if table not in connections["default"].introspection.table_names():
        return []
    probes = District._base_manager.order_by("pk").values_list("key_probe", flat=True)
    fault = crypto.check_keys(probes.first() or "")
    return [Error(fault, id="guanweihui.E003")] if fault else []
