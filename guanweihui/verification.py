"""The check page behind a printed QR code: each app tells what it knows of a token, in public words only."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Checked:
    """What the public may know of one paper: its kind, its state in a word, and a few facts, names masked."""

    title: str
    state: str  # 有效, 已作废 …
    is_valid: bool
    facts: tuple[tuple[str, str], ...]


Find = Callable[[str], Checked | None]
_FINDERS: list[Find] = []


def verifies(find: Find) -> Find:
    """Register a function `token -> Checked | None`; tokens have 128 random bits, so one paper answers."""
    _FINDERS.append(find)
    return find


def check(token: str) -> Checked | None:
    """Return what is known of a token, None for one that nobody gave out."""
    return next((found for find in _FINDERS if (found := find(token)) is not None), None)
