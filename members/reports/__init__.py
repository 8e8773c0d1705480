"""Figures, tables and prints of people; importing the package registers them all."""

from . import (  # noqa: F401
    cards,  # noqa: F401
    certificates,  # noqa: F401
    committees,
    people,  # noqa: F401
    people_papers,  # noqa: F401
    service,  # noqa: F401
    serving,  # noqa: F401
    teams,
)
