"""The ground a benchmark stands on: a database of its own, work in fresh processes, figures as Markdown."""

import argparse
import base64
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "guanweihui" / "demo"
#: The server that makes databases; each benchmark drops those it made.
POSTGRESQL = os.environ.get("POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/").rstrip("/")
SETTINGS = {
    "ENV_FILE": "",
    "SECRET_KEY": "benchmarks-only-" + "k" * 50,
    "FIELD_KEYS": "1:" + base64.b64encode(b"f" * 32).decode(),
    "INDEX_KEY": base64.b64encode(b"i" * 32).decode(),
    "DEBUG": "0",
    "DEMO": "0",
    "ALLOWED_HOSTS": "testserver",
    "HTTPS": "0",
    "BEHIND_PROXY": "0",
    "SECOND_FACTOR": "0",
    "LOG_FORMAT": "plain",
    "LOG_LEVEL": "WARNING",
}
ENGINES = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "both": ("sqlite", "postgresql")}

Part = Callable[..., dict[str, Any]]


# --- the benchmark's own process -----------------------------------------------------------------------


def main(parts: dict[str, Part], benchmark: Callable[[argparse.Namespace], None], about: str) -> None:
    """Run the benchmark, or one part of it when the benchmark started this process for it."""
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) > 2 and sys.argv[1] == "--part":
        setup()
        arguments = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
        print(json.dumps(parts[sys.argv[2]](**arguments)))
        return
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--database", choices=tuple(ENGINES), default="both")
    parser.add_argument("--size", type=int, choices=(1, 16), help="districts; both by default")
    benchmark(parser.parse_args())


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanweihui.settings")
    import django

    django.setup()


@dataclass
class Ground:
    """A folder and an engine; databases are named here and made on demand."""

    engine: str
    folder: Path
    made: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        return f"{POSTGRESQL}/{self.database(name)}"

    def database(self, name: str) -> str:
        return f"guanweihui_benchmark_{os.getpid()}_{name}"

    def create(self, name: str, *, copy_of: str = "") -> str:
        """Make an empty, migrated database or a copy of another; return its name here."""
        if self.engine == "sqlite" and copy_of:
            shutil.copyfile(self.folder / f"{copy_of}.sqlite3", self.folder / f"{name}.sqlite3")
        elif self.engine == "postgresql":
            template = f' TEMPLATE "{self.database(copy_of)}"' if copy_of else " TEMPLATE template0"
            postgresql(f"CREATE DATABASE \"{self.database(name)}\" ENCODING 'UTF8'{template}")
            self.made.append(self.database(name))
        if not copy_of:
            self.manage(name, "prepare")
        return name

    def drop(self, name: str) -> None:
        if self.engine == "sqlite":
            (self.folder / f"{name}.sqlite3").unlink()
        else:
            postgresql(f'DROP DATABASE IF EXISTS "{self.database(name)}" WITH (FORCE)')
            self.made.remove(self.database(name))

    def settle(self, name: str) -> None:
        """Do what the server does by itself in a quiet minute, so that it happens before the clock runs."""
        if self.engine == "postgresql":
            postgresql("VACUUM ANALYZE", self.database(name))

    def manage(self, name: str, *command: str) -> None:
        self._call([str(ROOT / "manage.py"), *command], name)

    def run(self, part: str, name: str, **arguments: Any) -> dict[str, Any]:
        """Run a part of the calling script in a fresh process on a database; return what it answers."""
        return self.run_of(Path(sys.argv[0]).name, part, name, **arguments)

    def run_of(self, script: str, part: str, name: str, **arguments: Any) -> dict[str, Any]:
        """Run a part of that script in a fresh process on a database; return what it answers."""
        path = str(ROOT / "benchmarks" / script)
        return json.loads(self._call([path, "--part", part, json.dumps(arguments)], name).splitlines()[-1])

    def _call(self, command: Sequence[str], name: str) -> str:
        environment = os.environ | SETTINGS
        environment |= {"DATABASE_URL": self.url(name), "DATA_DIR": str(self.folder), "DATABASE_POOL": "0"}
        done = subprocess.run(
            [sys.executable, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout


@contextmanager
def ground(engine: str) -> Iterator[Ground]:
    """Give a ground and clear it away afterwards, whatever happens."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a stopped benchmark clears away too
    folder = Path(tempfile.mkdtemp(prefix="guanweihui-benchmark-"))
    place = Ground(engine, folder)
    try:
        yield place
    finally:
        for database in place.made:
            postgresql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        shutil.rmtree(folder)


def postgresql(statement: str, database: str = "postgres") -> None:
    import psycopg

    with psycopg.connect(f"{POSTGRESQL}/{database}", autocommit=True) as connection:
        connection.execute(statement)


# --- inside a part -------------------------------------------------------------------------------------


class Measure:
    """Seconds on the wall and on the processor, and the most memory this process has held so far."""

    def __enter__(self) -> "Measure":
        self.reader_mb = 0.0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look_at_children, daemon=True)
        self._watch.start()
        self._wall, self._cpu = time.perf_counter(), _cpu()
        return self

    def __exit__(self, *fault: object) -> None:
        self.seconds, self.cpu = time.perf_counter() - self._wall, _cpu() - self._cpu
        self._over.set()
        self._watch.join()
        self.mb = peak_mb("self")

    def _look_at_children(self) -> None:
        """Follow the reader's child process; its peak stands in its status until it ends."""
        own = Path(f"/proc/self/task/{os.getpid()}/children")
        while not self._over.wait(0.02):
            for child in own.read_text().split():
                self.reader_mb = max(self.reader_mb, peak_mb(child))

    def result(self, **more: Any) -> dict[str, Any]:
        figures = {"seconds": self.seconds, "cpu": self.cpu, "mb": self.mb, "reader_mb": self.reader_mb}
        return figures | more


def _cpu() -> float:
    """Return the seconds that this process and its ended children have used."""
    return sum(os.times()[:4])


def peak_mb(process: str) -> float:
    """Return the peak of resident memory; getrusage would tell the parent's for a young process."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) / 1000


@contextmanager
def queries() -> Iterator[list[str]]:
    """Collect the statements of the block."""
    from django.db import connection

    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


# --- tables --------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a Markdown table; the first column to the left, the others to the right."""
    print(f"\n| {' | '.join(head)} |")
    print(f"|---|{'---:|' * (len(head) - 1)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |", flush=True)


def note(text: str) -> None:
    """Say on stderr how far the work is."""
    print(f"… {text}", file=sys.stderr, flush=True)


def median(figures: Iterable[float]) -> float:
    return statistics.median(figures)


def percentile(figures: Sequence[float], share: float) -> float:
    """Return the figure below which that share of the figures lies."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """Name the machine and the libraries in one paragraph."""
    import sqlite3
    from importlib.metadata import version

    model = _after("/proc/cpuinfo", "model name").lstrip("\t: ")
    memory = int(_after("/proc/meminfo", "MemTotal:").split()[0]) / 1e6
    system = _after("/etc/os-release", "PRETTY_NAME=").strip('"')
    names = ("Django", "psycopg", "django-import-export", "openpyxl", "python-calamine", "weasyprint")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GB of memory, {system}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}"
    )


def _after(path: str, lead: str) -> str:
    """Return what follows `lead` in the first line of a file that begins with it."""
    lines = Path(path).read_text().splitlines()
    return next(line.removeprefix(lead).strip() for line in lines if line.startswith(lead))


if __name__ == "__main__":
    print(machine())
