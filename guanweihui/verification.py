"""The check of a printed paper: each app tells what it knows of a code, in public words only.

A QR code carries a token of 128 random bits. By hand the number of the paper is typed with six characters,
which can be guessed: so many wrong tries for one number, and the number is closed for an hour.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from guanweihui import throttle
from guanweihui.models import Attempt

#: The door that a number's tries are counted at, wrong tries it takes, and how long it is closed then.
NUMBER_DOOR, WRONG_TRIES, CLOSED_SECONDS = Attempt.Kind.VERIFY_NUMBER.value, 10, 3600


@dataclass(frozen=True)
class Checked:
    """What the public may know of one paper: its kind, its state in a word, and a few facts, names masked."""

    title: str
    state: str  # 有效, 已作废 …
    is_valid: bool
    facts: tuple[tuple[str, str], ...]


class Closed(Exception):
    """A number that was tried wrong too often; whether anybody bears it makes no difference."""


Find = Callable[[str], Checked | None]
FindByHand = Callable[[str, str], Checked | None]
_FINDERS: list[Find] = []
_HAND_FINDERS: list[FindByHand] = []


def verifies(find: Find) -> Find:
    """Register a function `token -> Checked | None`; tokens have 128 random bits, so one paper answers."""
    _FINDERS.append(find)
    return find


def verifies_by_hand(find: FindByHand) -> FindByHand:
    """Register a function `(number, code) -> Checked | None`, as slow for a wrong code as for no number."""
    _HAND_FINDERS.append(find)
    return find


def check(token: str) -> Checked | None:
    """Return what is known of a token, None for one that nobody gave out."""
    return next((found for find in _FINDERS if (found := find(token)) is not None), None)


def check_by_hand(number: str, code: str, *, at: datetime.datetime) -> Checked | None:
    """Return what is known of a number with its code; None for a wrong one of either, without a difference.

    Raises Closed after ten wrong tries for the number within an hour, the right code too. Call it outside a
    transaction (throttle.spend).
    """
    if not throttle.spend(NUMBER_DOOR, number, limit=WRONG_TRIES, seconds=CLOSED_SECONDS, at=at):
        raise Closed
    answers = [find(number, code) for find in _HAND_FINDERS]
    found = next((one for one in answers if one is not None), None)
    if found is not None:
        throttle.give_back(NUMBER_DOOR, number, at=at)
    return found
