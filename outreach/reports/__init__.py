"""Figures, tables and prints of 老校长下乡; importing the package registers them all."""

from . import (
    city,  # noqa: F401
    effect,  # noqa: F401
    events,  # noqa: F401
    hosts,  # noqa: F401
    ledger,  # noqa: F401
    pairs,  # noqa: F401
    research,  # noqa: F401
    trips,  # noqa: F401
)
