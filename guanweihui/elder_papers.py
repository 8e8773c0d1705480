"""Further papers on a volunteer's large-type pages: each app offers what it gave to a person."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ElderPaper:
    """One certificate in a few words: what it is for, its number, who gave it when."""

    title: str
    number: str
    given_on: datetime.date | None
    organ: str = ""


Offer = Callable[[Any], Iterable[ElderPaper]]
_OFFERS: list[Offer] = []


def offers(offer: Offer) -> Offer:
    """Register a function `(actor) -> papers`: the papers of a slip's holder. One query each."""
    _OFFERS.append(offer)
    return offer


def of_holder(actor: Any) -> list[ElderPaper]:
    """Join every app's papers of the holder of a slip, the newest first."""
    papers = [paper for offer in _OFFERS for paper in offer(actor)]
    return sorted(papers, key=lambda paper: paper.given_on or datetime.date.min, reverse=True)
