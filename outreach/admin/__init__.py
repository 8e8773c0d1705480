"""老校长下乡 in the back office; importing the package registers it all."""

from . import (
    events,  # noqa: F401
    pairs,  # noqa: F401
    plans,  # noqa: F401
    research,  # noqa: F401
    trips,  # noqa: F401
)
