"""The web server: what it binds to, how many it serves, and when it refuses to start."""

import ipaddress
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
# A page that waits longer than this for one query is broken; commands and jobs may take their time.
os.environ.setdefault("STATEMENT_SECONDS", "15")

from guanweihui import env  # noqa: E402

try:
    ENV = env.load(ROOT)
except env.EnvError as fault:
    sys.exit(str(fault))


def on_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def why_loopback_only() -> str:
    """Name what this installation carries that must not be reached from outside; empty when nothing."""
    if ENV["DEBUG"]:
        return "调试模式（DEBUG=1）"
    if ENV["DEMO"] or (ENV["DATA_DIR"] / "demo-accounts.txt").exists():
        return "演示数据"
    return ""


if not on_loopback(ENV["HOST"]) and why_loopback_only():
    sys.exit(f"本库含{why_loopback_only()}，只能在 127.0.0.1 上启动，现在的 HOST 是 {ENV['HOST']}。")

chdir = str(ROOT)
bind = f"{ENV['HOST']}:{ENV['PORT']}"
worker_class = "gthread"
workers = ENV["WEB_PROCESSES"]
threads = ENV["WEB_THREADS"]
max_requests = 2000
max_requests_jitter = 200
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
forwarded_allow_ips = "127.0.0.1,::1"
accesslog = None  # guanweihui.middleware writes the lines, without query strings and tokens
loglevel = "warning"


def when_ready(server: object) -> None:
    """Say where the portal is, once it listens."""
    host = "127.0.0.1" if ENV["HOST"] in ("0.0.0.0", "::") else ENV["HOST"]  # noqa: S104
    print(f"网址：http://{host}:{ENV['PORT']}/    按 Ctrl-C 停止", flush=True)  # noqa: T201
