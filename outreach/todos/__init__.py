"""What waits in 老校长下乡; importing the package registers it all."""

from . import (
    pairs,  # noqa: F401
    research,  # noqa: F401
    trips,  # noqa: F401
)
