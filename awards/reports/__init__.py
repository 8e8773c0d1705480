"""Figures, tables and prints of commendation; importing the package registers them all."""

from . import honour_statistics, honours, nominations, quotas  # noqa: F401
