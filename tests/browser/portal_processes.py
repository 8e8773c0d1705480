"""The portal as a user has it: its own data folder, the demo district, the web server and the job worker."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
WRONG_WORKBOOK = ROOT / "guanweihui" / "demo" / "02c-单校花名册-有错.xlsx"
PASSWORD = "Liulan-Ceshi-2026"
ACCOUNTS = ("district", "leader", "group", "school", "judge", "auditor")
START_SECONDS = 60


class Portal:
    """A running portal: where it is, how to sign in, and its commands."""

    def __init__(self, folder: Path, database_url: str):
        self.folder = folder
        self.address = f"http://127.0.0.1:{free_port()}"
        self.environment = os.environ | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "DEMO": "1",
            "DEMO_PASSWORD": PASSWORD,
            "PORT": self.address.rsplit(":", 1)[1],
            "WEB_PROCESSES": "1",
        }
        self.log = (folder / "portal.log").open("w+b")
        self.processes = []

    def manage(self, *arguments: str) -> str:
        """Run a management command on the portal's data and return what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self):
        self.manage("prepare")
        self.manage("demo")
        server = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "guanweihui.wsgi"]
        for command in (server, ["manage.py", "worker"]):
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *command],
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=self.log,
                    stderr=self.log,
                    start_new_session=True,
                )
            )
        self.wait_for_first_page()

    def wait_for_first_page(self):
        patience = time.monotonic() + START_SECONDS
        while time.monotonic() < patience:
            try:
                urllib.request.urlopen(f"{self.address}/livez", timeout=5).close()
                return
            except OSError:  # refused, reset, or no answer in time on a machine that is busy
                assert all(process.poll() is None for process in self.processes), self.said()
                time.sleep(0.2)
        raise AssertionError(f"no page within {START_SECONDS} s: {self.said()}")

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self.log.close()

    def said(self) -> str:
        """Return what the processes logged so far."""
        return (self.folder / "portal.log").read_text(encoding="utf-8", errors="replace")

    def link_of_the_principal(self) -> str:
        return self.link_of("outreach")

    def link_of(self, who: str) -> str:
        """Return the path of the link of "outreach" or "volunteer", as the demo printed it."""
        return re.search(rf"^  {who} .*?(/l/[\w-]+/)", self.demo_accounts(), re.MULTILINE)[1]

    def code_of_the_volunteer(self) -> str:
        """Return the code that stands on the demo volunteer's slip."""
        return re.search(r"服务码 (\S+)", self.demo_accounts())[1]

    def demo_accounts(self) -> str:
        return (self.folder / "demo-accounts.txt").read_text(encoding="utf-8")


@contextmanager
def running(folder: Path):
    """Start a portal on a database of its own and end it in good order."""
    with database_of_its_own() as database_url:
        portal = Portal(folder, database_url)
        try:
            portal.start()
            yield portal
        finally:
            portal.stop()


@contextmanager
def database_of_its_own():
    """Yield the address of an empty database beside DATABASE_URL's, or none: SQLite in the data folder."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield ""
        return
    import psycopg
    from psycopg import sql

    name = f"guanweihui_browser_{secrets.token_hex(4)}"
    parts = urlsplit(address)
    server = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def chromium() -> str | None:
    """Return the path of Debian's browser, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")
