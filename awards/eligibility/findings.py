"""What a rule says of a nomination, whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from awards.models import CycleRule
from guanweihui.areas import url_or_none
from guanweihui.scope import COMMITTEE, reach_of


class Verdict(StrEnum):
    OK = "通过"
    WARN = "提醒"
    BLOCK = "拦截"


@dataclass(frozen=True)
class Finding:
    """What one rule says of one nomination. `words` say what, why and how to mend; `proof` shows why.

    `proof` is a route and the key of its row, None for a list; `readers` are the roles that may open it:
    another school's row is none of this school's.
    """

    code: str
    verdict: Verdict
    words: str
    proof: tuple[str, int | None] | None = None
    readers: frozenset[str] = COMMITTEE

    @property
    def label(self) -> str:
        return CycleRule.Code(self.code).label

    @property
    def url(self) -> str:
        """Return the address of the proof; made when asked for, because a list of many shows none."""
        if self.proof is None:
            return ""
        route, key = self.proof
        return url_or_none(route) if key is None else url_or_none(route, key)


def is_open(findings: Iterable[Finding]) -> bool:
    """Tell whether a check is open: anything but 通过."""
    return any(one.verdict is not Verdict.OK for one in findings)


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.verdict is Verdict.BLOCK]


def seen_by(findings: Iterable[Finding], actor: Any) -> list[Finding]:
    """Return the findings as a page shows them to an actor: without addresses that he may not open."""
    reach = reach_of(actor)
    return [one if reach.serves(*one.readers) else replace(one, proof=None) for one in findings]
