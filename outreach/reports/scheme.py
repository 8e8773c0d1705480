"""The scheme: pairs at the left, host schools by region at the right, confirmed trips between."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from guanweihui.documents import charts_scheme
from guanweihui.documents.charts_scheme import Giver, Place, Region, Tie
from guanweihui.tables import Column, Row, Table
from outreach.models import Partnership
from outreach.reports.ledger import Kept
from outreach.reports.tallies import Work

TITLE = "老校长下乡结对示意图"
NONE = "没有协议"
COLUMNS = (
    Column("region", "地区", width=12),
    Column("host", "受援学校", width=26),
    Column("kind", "类型", width=12),
    Column("principal", "老校长", width=12),
    Column("assistant", "助理", width=12),
    Column("trips", "已确认下校（次）", width=12, format="int"),
)


def scheme_table(
    partnerships: Sequence[Partnership], work: Sequence[Work], kept: Kept, *, district: str = ""
) -> Table:
    """One row a pair and school: those with an agreement, then those a trip went to without one.

    `kept` knows the pairs and schools by their keys; `district` is the name on the box of the pairs.
    """
    gone: Counter[tuple[int, int]] = Counter()
    for done in work:
        gone[done.pairing_id, done.host_school_id] += done.sums.trips
    pairings = {one.pk: one for one in kept.pairings}
    lines: dict[tuple[int, int], tuple[str, str, str, str, str]] = {}
    for one in partnerships:
        key = (one.pairing_id, one.host_school_id)
        lines[key] = _line(one.pairing, one.host_school, one.get_kind_display())
    for pairing, school in gone:
        if (pairing, school) not in lines:
            lines[pairing, school] = _line(pairings[pairing], kept.schools[school], NONE)
    # The pairs of one region stand together, so that the lines of two regions do not cross.
    regions = list(dict.fromkeys(line[0] for line in lines.values()))
    ordered = sorted(lines.items(), key=lambda one: regions.index(one[1][0]))
    rows = [Row((*line, gone[key])) for key, line in ordered]
    return Table("scheme", TITLE, COLUMNS, tuple(rows), reporting_unit=district)


def _line(pairing, school, kind: str) -> tuple[str, str, str, str, str]:
    return (school.region, school.name, kind, pairing.principal_name, pairing.assistant_name)


#: What a page of an official document leaves for a drawing: its height as a share of its width.
PAGE_SHARE = 1.2


def scheme_chart(table: Table, *, title: str = TITLE, on_paper: bool = False) -> str:
    """Draw the table of a scheme: no map, where a box stands means nothing.

    `on_paper` draws many schools smaller, so that a page holds them.
    """
    regions: dict[str, dict[str, list[str]]] = defaultdict(dict)
    givers: dict[str, Giver] = {}
    ties = []
    for row in table.rows:
        region, host, kind, principal, assistant, trips = (cell or "" for cell in row.cells)
        regions[str(region)].setdefault(str(host), []).append(str(kind))
        words = f"助理 {assistant}" if assistant else "助理 无"
        givers.setdefault(
            f"{principal}—{assistant}", Giver(f"{principal}—{assistant}", str(principal), words)
        )
        ties.append(Tie(f"{principal}—{assistant}", str(host), f"{trips or 0}次"))
    boxes = [
        Region(
            name, tuple(Place(host, host, "、".join(dict.fromkeys(kinds))) for host, kinds in hosts.items())
        )
        for name, hosts in regions.items()
    ]
    left = table.reporting_unit or "本区"
    width = charts_scheme.width_for_page(boxes, PAGE_SHARE) if on_paper else 640
    return charts_scheme.scheme(title, left, list(givers.values()), boxes, ties, width=width)
