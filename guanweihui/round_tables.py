"""The tables of a round: live from the reader's own rows, or as they stood when the round was closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from guanweihui import board, filing_kinds, frozen
from guanweihui.models import Due, FrozenTable, Round
from guanweihui.scope import DISTRICT_WIDE, committee_of, reach_of
from guanweihui.tables import Table


@dataclass(frozen=True)
class RoundTables:
    """The tables of a round with where they come from; `stamp` says so in words, `is_frozen` as a flag."""

    tables: Sequence[Table]
    stamp: str
    rules: str
    is_frozen: bool = False

    def get(self, key: str) -> Table | None:
        """Return one table for paper, where it comes from among its notes."""
        for table in self.tables:
            if table.key == key:
                notes = (self.stamp, f"口径：{self.rules}" if self.rules else "")
                return replace(table, notes=(*table.notes, *(note for note in notes if note)))
        return None


def live(actor: Any, round_: Round) -> list[Table]:
    """Build every table of a round from the rows in the actor's reach: who sent, then the kind's own."""
    unit, kind = committee_of(actor), filing_kinds.get(round_.kind)
    dues = list(Due.objects.visible_to(actor).standing(round_).for_list())
    own = [
        board.progress_table(round_, board.by_group(dues), reporting_unit=unit),
        board.completeness_table(round_, dues, reporting_unit=unit),
    ]
    return own + (list(kind.tables(actor, round_)) if kind is not None else [])


def titles(round_: Round, actor: Any) -> list[str]:
    """Name what closing the round stores."""
    return [table.title for table in live(actor, round_)]


def of_round(actor: Any, round_: Round) -> RoundTables:
    """Give the tables that the actor reads now.

    A closed round answers a district-wide reader with what was stored. Stored tables are the whole district's
    and cannot be cut to a slice, so a group and a school go on reading their own rows.
    """
    kind = filing_kinds.get(round_.kind)
    rules = kind.rules if kind is not None else ""
    if round_.state != Round.State.CLOSED:
        return RoundTables(live(actor, round_), "尚未定稿，数字随报送变化。", rules)
    if reach_of(actor).serves(*DISTRICT_WIDE):
        found = list(FrozenTable.objects.visible_to(actor).of_round(round_).select_related("frozen_by"))
        if found:
            tables = [frozen.from_json(one.content) for one in found]
            return RoundTables(tables, _stamp(found[0]), found[0].rules, is_frozen=True)
        return RoundTables(live(actor, round_), "这次报送没有封存的报表，以下是现在的数字。", rules)
    words = "这次报送已经定稿，全区的定稿表由区里保存；以下是本单位现在的数字，可能与定稿时不同。"
    return RoundTables(live(actor, round_), words, rules)


def _stamp(one: FrozenTable) -> str:
    day = f"统计时点{one.as_of_on}，" if one.as_of_on else ""
    return f"{day}{timezone.localtime(one.frozen_at):%Y-%m-%d %H:%M}由{one.frozen_by or '系统'}定稿。"
