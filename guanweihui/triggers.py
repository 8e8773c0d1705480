"""The trail is append-only because the database says so: triggers on both engines.

The migration installs them, a system check reads them back at start, and only the test suite's flush
lifts them for a moment.
"""

from typing import Any

TABLES = ("guanweihui_auditevent", "guanweihui_auditseal")
REFUSAL = "the audit trail is append-only"


def install(connection: Any) -> None:
    with connection.cursor() as cursor:
        for sql in _statements(connection.vendor):
            cursor.execute(sql)


def lift(connection: Any) -> None:
    """Remove the triggers. For the test suite's flush and the migration's way back."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for verb in _verbs(connection.vendor):
                suffix = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb.lower()}{suffix}")


def missing(connection: Any) -> list[str]:
    """Return the names of triggers that should stand and do not."""
    wanted = {f"{table}_no_{verb.lower()}" for table in TABLES for verb in _verbs(connection.vendor)}
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        # A disabled trigger ('D') is as good as none.
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(wanted - {row[0] for row in cursor.fetchall()})


def _verbs(vendor: str) -> tuple[str, ...]:
    return ("UPDATE", "DELETE", "TRUNCATE") if vendor == "postgresql" else ("UPDATE", "DELETE")


def _statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for table in TABLES
            for verb in _verbs(vendor)
        ]
    function = (
        "CREATE OR REPLACE FUNCTION guanweihui_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    return [function] + [
        f"CREATE OR REPLACE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION guanweihui_refuse_change()"
        for table in TABLES
        for verb in _verbs(vendor)
    ]
