"""How often a door may be tried: a sliding window that all web processes share."""

import datetime

from django.db import transaction

from guanweihui.crypto import blind_index
from guanweihui.models import Attempt

#: Tries that count no more and are cleared away by one call, at most.
SWEPT_AT_ONCE = 100


def spend(kind: str, key: str, *, limit: int, seconds: int, at: datetime.datetime) -> bool:
    """Count a try of `key` at the door `kind`; tell whether it is within `limit` tries in `seconds`.

    `key` may be empty, for a limit that everybody shares. A try refused is not counted. Call it outside a
    transaction: the try is written before the others are counted, so of tries at one moment none slips past
    the limit. Its cost does not grow with the number of tries, neither of the key nor of others.
    """
    digest = blind_index(f"{kind}\0{key}", kind="attempt")
    begins = at - datetime.timedelta(seconds=seconds)
    attempt = Attempt.objects.create(kind=kind, key_digest=digest, at=at)
    _sweep(kind, begins)
    tries = Attempt.objects.of_key(kind, digest).since(begins).values("pk")[: limit + 1]
    if len(tries) <= limit:
        return True
    attempt.delete()
    return False


def _sweep(kind: str, before: datetime.datetime) -> None:
    with transaction.atomic():
        # Rows that another process is clearing away are left to it: two sweeps never wait for each other.
        stale = Attempt.objects.stale(kind, before).select_for_update(skip_locked=True)
        if keys := list(stale.values_list("pk", flat=True)[:SWEPT_AT_ONCE]):
            Attempt.objects.filter(pk__in=keys).delete()


def give_back(kind: str, key: str, *, at: datetime.datetime) -> None:
    """Count the try that `spend` wrote at this moment no more: it was none that the limit is for."""
    digest = blind_index(f"{kind}\0{key}", kind="attempt")
    tries = Attempt.objects.of_key(kind, digest).filter(at=at)
    Attempt.objects.filter(pk__in=list(tries.values_list("pk", flat=True)[:1])).delete()
