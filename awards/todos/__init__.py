"""What waits for the users of the award cycle; importing the package registers it all."""

from . import (
    city,  # noqa: F401
    cycles,  # noqa: F401
    honours,  # noqa: F401
    lists,  # noqa: F401
    nominations,  # noqa: F401
    notices,  # noqa: F401
    quotas,  # noqa: F401
    review,  # noqa: F401
)
