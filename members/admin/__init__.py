"""The members' models in the back office, a module a drawer."""

from . import care, people, service, teams  # noqa: F401
