"""What waits for the users of the members' pages; importing the package registers it all."""

from . import (
    cards,  # noqa: F401
    committees,  # noqa: F401
    merging,  # noqa: F401
    registration,  # noqa: F401
    service,  # noqa: F401
    slips,  # noqa: F401
)
