"""What the whole suite shares: cheap settings, and the rule that CI skips nothing."""

import gc
import os
import shutil

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseNotFound
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from guanweihui import triggers
from tests import factories
from tests.cast import cast, renewed  # noqa: F401 - the fixtures that most view tests take

# A busy machine is no fault of the code: examples may take their time.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")


def pytest_configure(config):
    """Make the slow things cheap: password hashes, and static files without a manifest.

    SQLite gets a file, as in life: an in-memory database has no second connection and no real locks.
    """
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        database.setdefault("TEST", {})["NAME"] = os.path.join(os.environ["GWH_TEST_DATA"], "test.sqlite3")
    else:
        # Debian's template may be SQL_ASCII, which counts Chinese by the byte.
        database.setdefault("TEST", {}).update(CHARSET="UTF8", TEMPLATE="template0")
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def pytest_unconfigure(config):
    """Remove the data folder of this run, in the process that made it."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ["GWH_TEST_DATA"], ignore_errors=True)


def pytest_collection_modifyitems(config, items):
    """Prove what asks no database once, with SQLite: on PostgreSQL it would be the same proof again."""
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        again = [item for item in items if not asks_the_database(item)]
        config.hook.pytest_deselected(items=again)
        items[:] = [item for item in items if item not in set(again)]


def pytest_collection_finish():
    """Spare the collector what lives as long as the run: all modules, all tests; an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def asks_the_database(item):
    """Tell whether a test may open the database; pytest-django lets no other one."""
    of_django = issubclass(item.cls, TransactionTestCase) if getattr(item, "cls", None) else False
    fixtures = {"db", "transactional_db", "django_db_setup"} & set(item.fixturenames)
    return of_django or bool(fixtures) or item.get_closest_marker("django_db") is not None


def refuse_skip(report):
    """Turn a skip into a failure when CI_STRICT is set: there a skipped test hides a missing package."""
    if os.environ.get("CI_STRICT") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"


@pytest.fixture(autouse=True)
def positions_begin_anew():
    """Keep the positions of a test's rows small, however many tests ran before it."""
    factories.begin_positions()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Judge a skipped test."""
    outcome = yield
    refuse_skip(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """Judge a module skipped as a whole."""
    outcome = yield
    refuse_skip(outcome.get_result())


#: What Django fills after a migration, and would fill again after its own flush; no test of ours writes it.
FILLED_ONCE = {"django_content_type", "auth_permission"}


def empty_the_tables():
    """Delete every row that a transactional test left, the trail's too, as Django's flush does.

    Django truncates all tables, a second each time on PostgreSQL; few have a row, and those are soon deleted.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    quoted = {name: connection.ops.quote_name(name) for name in sorted(tables - FILLED_ONCE)}
    asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {table})" for name, table in quoted.items())
    triggers.lift(connection)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(asked))
            for (name,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {quoted[name]}")
    finally:
        triggers.install(connection)


@pytest.fixture(scope="session", autouse=True)
def transactional_tests_are_cleared_away():
    """Clear up after a transactional test in our own, quicker way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_the_tables())
        yield


@pytest.fixture
def plain_404(monkeypatch):
    """Answer what is not there without the page round it, where the status alone counts."""
    bare = lambda request, exception: HttpResponseNotFound()  # noqa: E731
    monkeypatch.setattr("guanweihui.urls.handler404", bare, raising=False)


@pytest.fixture(autouse=True)
def media_of_its_own(settings, tmp_path):
    """Give each test an empty place for files."""
    settings.MEDIA_ROOT = tmp_path / "media"
