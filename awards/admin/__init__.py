"""Commendation in the back office, a module a drawer."""

from . import city, cycles, honours, lists, nominations, notices, quotas, review  # noqa: F401
