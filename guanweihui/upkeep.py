"""What the database needs to choose its indexes well."""

from django.db import connection

#: Rows of an index that SQLite looks at; enough to tell a rare key from a common one, and over at once.
LOOK_AT = 1000


def gather_statistics() -> None:
    """Let SQLite count how its keys are spread; without it a name search walks the district's whole index.

    PostgreSQL gathers by itself (autovacuum).
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {LOOK_AT}")
        cursor.execute("ANALYZE")
