"""Log lines: one JSON object each, without query strings and without tokens of links and printed papers."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

_TOKEN = re.compile(r"(/(?:l|verify)/)[^/\s?\"']+")
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']*")
_EXTRAS = ("request_id", "method", "path", "status", "ms", "user", "job")


def scrub(text: str) -> str:
    """Drop the query string of every path and mask the token of an access link or a check page."""
    return _QUERY.sub(r"\1", _TOKEN.sub(r"\1***", text))


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON object a line; control characters are escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        """Answer one line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        request_id = getattr(getattr(record, "request", None), "request_id", None)
        if request_id:
            line["request_id"] = request_id
        for name in _EXTRAS:
            if name in record.__dict__:
                line[name] = record.__dict__[name]
        if record.exc_info:
            line["trace"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=True, default=str)


class PlainFormatter(logging.Formatter):
    """Write a record for a person at a terminal, scrubbed alike."""

    def format(self, record: logging.LogRecord) -> str:
        """Answer one line, and the trace below it."""
        clock = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        extras = " ".join(f"{name}={record.__dict__[name]}" for name in _EXTRAS if name in record.__dict__)
        text = f"{clock} {record.levelname:7} {record.getMessage()} {extras}".rstrip()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return scrub(text)


def logging_config(form: str, level: str) -> dict[str, Any]:
    """Answer the LOGGING setting: everything to standard error, which the supervisor keeps."""
    formatter = JsonFormatter if form == "json" else PlainFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{formatter.__module__}.{formatter.__name__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "axes": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
