"""How far a list is decided: its entries by category, counted by outcome; what a page showed of them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from awards.models import AwardList, AwardListEntry, Category, Nomination
from awards.models.lists import SCAN

Outcome, Standing = AwardListEntry.Outcome, Nomination.Status
#: What a clerk may write of the meeting.
MINUTES = ("met_on", "place", "chair", "attendees", "minutes")
#: What may stand in a list: through the review, or decided by the list that this one amends.
LISTED = (Standing.ACCEPTED, Standing.APPROVED, Standing.RESERVE)


@dataclass
class Tally:
    """How far a category is decided: its entries in the order of the list, counted by outcome."""

    category: Category
    entries: list[AwardListEntry] = field(default_factory=list)

    def _count(self, outcome: str) -> int:
        return sum(one.outcome == outcome for one in self.entries)

    @property
    def proposed(self) -> int:
        return len(self.entries)

    @property
    def awards(self) -> int:
        return self._count(Outcome.AWARD)

    @property
    def reserves(self) -> int:
        return self._count(Outcome.RESERVE)

    @property
    def declined(self) -> int:
        return self._count(Outcome.DECLINE)

    @property
    def undecided(self) -> int:
        return self._count(Outcome.OPEN)

    @property
    def empty(self) -> int:
        """Return how many places nobody takes."""
        return max(0, self.category.places - self.awards)

    def words(self) -> str:
        """Write 拟表彰 36 / 37，递补 2 名，不予表彰 1 名，未议 0 名."""
        return (
            f"拟表彰 {self.awards} / {self.category.places}，递补 {self.reserves} {self.measure}，"
            f"不予表彰 {self.declined} {self.measure}，未议 {self.undecided} {self.measure}"
        )

    @property
    def measure(self) -> str:
        return "个" if self.category.is_collective else "名"


def tally(categories: Iterable[Category], entries: Iterable[AwardListEntry]) -> list[Tally]:
    """Group entries by category, one Tally a category in the order given, also where nobody is nominated."""
    found = {category.pk: Tally(category) for category in categories}
    for entry in entries:
        found[entry.nomination.category_id].entries.append(entry)
    return list(found.values())


def seen_of(entry: AwardListEntry) -> str:
    """Return what a page shows of an entry's decision, for the step to tell an old page by."""
    return _digest(entry.outcome, entry.reserve_place, entry.note)


def minutes_seen(award_list: AwardList) -> str:
    """Return what a page shows of the minutes, for the step to tell an old page by."""
    return _digest(*(getattr(award_list, name) for name in MINUTES))


def _digest(*values: Any) -> str:
    return hashlib.sha256(repr([str(value or "") for value in values]).encode()).hexdigest()[:16]


def minutes_field(award_list: AwardList) -> str:
    """Name the field that the scan of the signed minutes hangs on, at the district.

    Neither personal. (leaders and auditors could not open it) nor shared. (schools could): a file at the
    district that is none of both is there for those who serve the whole district.
    """
    return f"{SCAN}{award_list.pk}"


def entries_of(award_list: AwardList) -> list[AwardListEntry]:
    """Return the entries in the order of the list, each with its list and cycle at hand."""
    entries = list(AwardListEntry.objects.of(award_list).for_list().without_texts())
    for entry in entries:
        entry.award_list = award_list
        entry.nomination.cycle = award_list.cycle
    return entries


def tallies_of(award_list: AwardList) -> list[Tally]:
    """Return the list by category, as the steps count it."""
    return tally(Category.objects.of(award_list.cycle_id), entries_of(award_list))


def by_category(entries: Iterable[AwardListEntry]) -> Mapping[int, list[AwardListEntry]]:
    found: dict[int, list[AwardListEntry]] = defaultdict(list)
    for entry in entries:
        found[entry.nomination.category_id].append(entry)
    return found


def belongs(entry: AwardListEntry) -> bool:
    """Tell whether an entry's nomination may still stand in its list."""
    if entry.nomination.status in LISTED:
        return True
    is_old = entry.award_list.number > 1 and entry.outcome == Outcome.DECLINE
    return is_old and entry.nomination.status == Standing.DECLINED
