"""Everything that can be set from outside: one declaration a name, read once at start.

The process environment wins over the `.env` file. A name in the file that is not declared here, and a
value that is missing or malformed, stop the start with one Chinese line that names it.
"""

import base64
import binascii
import os
import re
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import environ


class EnvError(Exception):
    """Say in one Chinese line which name is wrong and what to do about it."""


@dataclass(frozen=True)
class Setting:
    """Declare one name; `default=None` means that it must be given."""

    name: str
    kind: str
    default: str | None
    explanation: str
    secret: bool = False


SETTINGS = (
    Setting("SECRET_KEY", "text", None, "会话与表单的签名密钥，随机长字符串。更换后所有人须重新登录。", True),
    Setting(
        "FIELD_KEYS",
        "keys",
        None,
        "身份证号、电话等加密字段的数据密钥，写作“版本号:32 字节的 base64”，多把用逗号隔开；"
        "写入用版本号最大的一把，旧的留着才读得出旧数据。丢失即无法恢复，请离线另存。",
        True,
    ),
    Setting(
        "INDEX_KEY",
        "key",
        None,
        "身份证号、电话等值查询的索引密钥，32 字节的 base64，不得与数据密钥相同。",
        True,
    ),
    Setting(
        "DATABASE_URL",
        "database",
        "",
        "数据库地址；空着即用 DATA_DIR 下的 db.sqlite3。例：postgresql://ggw:密码@127.0.0.1:5432/ggw",
    ),
    Setting("DATABASE_POOL", "number", "8", "每个进程的 PostgreSQL 连接池上限；0 为不用连接池。"),
    Setting(
        "STATEMENT_SECONDS", "number", "600", "单条 SQL 的时限（秒），仅 PostgreSQL；网页进程另定为 15 秒。"
    ),
    Setting("DATA_DIR", "path", "var", "数据目录：SQLite 数据库、上传的文件、生成的文件。须是本机磁盘。"),
    Setting("DEBUG", "flag", "0", "调试模式，只供开发；为 1 时只能在本机地址上启动。"),
    Setting("DEMO", "flag", "0", "本库装有演示数据；为 1 时只能在本机地址上启动。"),
    Setting("DEMO_PASSWORD", "text", "", "演示账号的密码；空着则随机生成。", True),
    Setting("ALLOWED_HOSTS", "list", "127.0.0.1,localhost,[::1]", "对外的域名或地址，逗号隔开，不可写 *。"),
    Setting("HTTPS", "flag", "0", "网站经 https 访问时为 1：Cookie 只走 https，http 转到 https，并发 HSTS。"),
    Setting(
        "BEHIND_PROXY",
        "flag",
        "0",
        "前面有自己的 nginx 时为 1：访问者地址取 X-Real-IP，协议取 X-Forwarded-Proto。",
    ),
    Setting("HOST", "text", "127.0.0.1", "监听地址。"),
    Setting("PORT", "number", "8000", "监听端口。"),
    Setting("WEB_PROCESSES", "number", "2", "网页进程数。"),
    Setting("WEB_THREADS", "number", "4", "每个网页进程的线程数。"),
    Setting(
        "SECOND_FACTOR", "flag", "1", "区级、领导、协作组、评委、审计账号登录须用动态口令；仅演示时可为 0。"
    ),
    Setting(
        "MONITOR_TOKEN", "text", "", "监控口令：带上它访问 /readyz 才看得到细节；空着则只答好或不好。", True
    ),
    Setting(
        "PDF_FONT_DIR", "text", "", "另备公文字体（方正小标宋、仿宋_GB2312 等）的目录；空着则用自带字体。"
    ),
    Setting("LOG_FORMAT", "log", "json", "日志格式：json（每行一个对象）或 plain（给人看）。"),
    Setting("LOG_LEVEL", "level", "INFO", "日志级别：DEBUG、INFO、WARNING、ERROR。"),
)
NAMES = tuple(setting.name for setting in SETTINGS)

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)")
_DATABASES = ("sqlite", "postgres", "postgresql")


def read_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; raises EnvError for a line or a name that nobody knows."""
    values: dict[str, str] = {}
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise EnvError(f"{path.name} 第 {number} 行看不懂，应写作 名称=值。")
        name, value = match.group(1), match.group(2).strip()
        if name not in NAMES:
            raise EnvError(f"{path.name} 第 {number} 行的 {name} 不是本系统的设置名{_meant(name)}。")
        if name in values:
            raise EnvError(f"{path.name} 第 {number} 行的 {name} 写了两次，请只留一行。")
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name] = value
    return values


def load(root: Path, process: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Answer every declared name with its value; relative paths hang on `root`.

    `process` is the process environment; its ENV_FILE names another file than `.env`, or none when empty.
    Raises EnvError.
    """
    process = os.environ if process is None else process
    file = process.get("ENV_FILE", ".env")
    path = root / file
    given = read_file(path) if file and path.is_file() else {}
    given |= {name: process[name] for name in NAMES if name in process}
    values = {setting.name: _value(setting, given, root) for setting in SETTINGS}
    if values["INDEX_KEY"] in values["FIELD_KEYS"].values():
        raise EnvError("INDEX_KEY 与 FIELD_KEYS 中的一把相同，请换成另一把随机密钥。")
    if "*" in values["ALLOWED_HOSTS"] or not values["ALLOWED_HOSTS"]:
        raise EnvError("ALLOWED_HOSTS 要逐个写出域名或地址，不可写 * 或空着。")
    return values


def example(values: Mapping[str, str] | None = None) -> str:
    """Write the text of `.env.example`, or of a real `.env` when values are given."""
    lines = ["# 设置。每项上方是说明；以 # 开头的行取默认值。进程环境中的同名变量优先。", ""]
    for setting in SETTINGS:
        lines.append(f"# {setting.explanation}")
        if values and setting.name in values:
            lines.append(f"{setting.name}={values[setting.name]}")
        elif setting.default is None:
            lines.append(f"{setting.name}=")
        else:
            lines.append(f"#{setting.name}={setting.default}")
        lines.append("")
    return "\n".join(lines)


def new_secrets() -> dict[str, str]:
    """Draw the secrets of a new installation."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def _meant(name: str) -> str:
    near = get_close_matches(name.upper(), NAMES, n=1, cutoff=0.7)
    return f"，是否想写 {near[0]}" if near else "，请删去，可用的见 .env.example"


def _value(setting: Setting, given: Mapping[str, str], root: Path) -> Any:
    text = given.get(setting.name, "").strip() or setting.default
    if text is None:
        raise EnvError(f"缺少设置 {setting.name}：{setting.explanation}运行 bin/setup 可自动生成 .env。")
    try:
        return _READERS[setting.kind](text, root)
    except ValueError as fault:
        raise EnvError(f"设置 {setting.name} 的值不对：{fault}。") from None


def _flag(text: str, root: Path) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("只能是 1 或 0")


def _number(text: str, root: Path) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("应是不带单位的整数")
    return int(text)


def _key(text: str, root: Path) -> bytes:
    try:
        key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise ValueError("应是 32 字节的 base64") from None
    if len(key) != 32:
        raise ValueError(f"应是 32 字节的 base64，现在是 {len(key)} 字节")
    return key


def _keys(text: str, root: Path) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for part in text.split(","):
        version, colon, key = part.strip().partition(":")
        if not colon or not re.fullmatch(r"[1-9][0-9]{0,2}", version) or int(version) in keys:
            raise ValueError("应写作“版本号:32 字节的 base64”，版本号 1 至 999，不重复")
        keys[int(version)] = _key(key, root)
    return dict(sorted(keys.items()))


def _database(text: str, root: Path) -> dict[str, Any]:
    if not text:
        return {}
    if text.split(":", 1)[0] not in _DATABASES:
        raise ValueError("应以 postgresql:// 或 sqlite:/// 开头")
    config = environ.Env.db_url_config(text)
    if "sqlite" in config["ENGINE"] and config["NAME"] != ":memory:":
        config["NAME"] = str(root / config["NAME"])
    return dict(config)


def _log(text: str, root: Path) -> str:
    if text not in ("json", "plain"):
        raise ValueError("只能是 json 或 plain")
    return text


def _level(text: str, root: Path) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("只能是 DEBUG、INFO、WARNING、ERROR")
    return text.upper()


_READERS = {
    "text": lambda text, root: text,
    "list": lambda text, root: [part.strip() for part in text.split(",") if part.strip()],
    "path": lambda text, root: root / text,
    "flag": _flag,
    "number": _number,
    "key": _key,
    "keys": _keys,
    "database": _database,
    "log": _log,
    "level": _level,
}


def write(path: Path, extra: Mapping[str, str]) -> None:
    """Write a new settings file with fresh secrets, readable by its owner only; an existing one stays."""
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(example(new_secrets() | dict(extra)))


if __name__ == "__main__":
    # python -m guanweihui.env FILE [NAME=VALUE ...]: what bin/setup and .env.example are made with.
    target, *pairs = sys.argv[1:]
    if target == "-":
        sys.stdout.write(example())
    else:
        write(Path(target), dict(pair.split("=", 1) for pair in pairs))
