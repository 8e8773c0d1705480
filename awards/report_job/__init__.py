"""Jobs of the award cycle, a module a drawer; importing the package registers them all."""

from . import (
    certificates,  # noqa: F401
    city,  # noqa: F401
    meeting,  # noqa: F401
)
