"""Figures, tables and prints of 老校长下乡; importing the package registers them all."""

from . import (
    events,  # noqa: F401
    pairs,  # noqa: F401
    research,  # noqa: F401
)
