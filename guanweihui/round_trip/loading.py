"""Load the workbook of a round back: a school's row becomes its draft, a deputy's rows are filed.

It rides on the batches of guanweihui.imports (docs/decisions): this is the loader of one kind of workbook.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanweihui import answers, filing_kinds, text
from guanweihui.filing_kinds import FilingKind
from guanweihui.imports import whole
from guanweihui.imports.batch import ROUND_LOADERS
from guanweihui.imports.kinds import Context, PlannedRow, Written, kind
from guanweihui.imports.problems import Problem, Unusable
from guanweihui.imports.reader import Sheet, TableRows
from guanweihui.imports.resources import written_as
from guanweihui.models import Due, Round
from guanweihui.models.filing import EDITABLE
from guanweihui.questionnaire import WHY, Asked, Fault, Item, clean, judge
from guanweihui.round_trip import reading
from guanweihui.round_trip.layout import (
    NOT_ASKED,
    Base,
    bases,
    is_same,
    item_of,
    reasons,
    said,
    start_of,
)
from guanweihui.round_trip.reading import Info, SchoolRow

LABEL = "报送任务填报表"
AGAIN = "请在本任务的页面上重新下载填报表，把内容复制过去后再上传。"
NEWS = "下载填报表以后，这份材料在平台上又改过。"


@dataclass
class Wanted:
    """What a good row asks for; also what the error workbook gives back of a bad one."""

    due: Due
    asked: Asked
    filing: Any
    row: SchoolRow
    version: int
    typed: dict[str, str] = field(default_factory=dict)
    is_touched: bool = False


@kind(
    "round_trip",
    label=LABEL,
    order=90,
    columns=(),
    required=(),
    roles=ROUND_LOADERS,
    claims=reading.claims,
    fills_rounds=True,
)
class RoundTrip:
    """Judges the whole workbook on its first sheet: one planned row a school."""

    def __init__(self, context: Context, sheet: Sheet) -> None:
        self.context = context
        self.sheet = sheet

    # --- judging ---

    def plan(self, table: TableRows) -> list[PlannedRow]:
        workbook = self.context.workbook
        assert workbook is not None
        info = reading.info_of(workbook)
        assert info is not None
        self.round = self._round(info)
        self.kind = _kind_of(self.round)
        rows = reading.rows(workbook)
        dues = {due.school.code: due for due in self._dues({row.code for row in rows})}
        self.asked = self.kind.ask_many(dues.values())
        self._refuse_old(info, reading.keys(workbook))
        filings = self.kind.model._default_manager.filter(due__in=dues.values())
        self.filings = {filing.due_id: filing for filing in filings.select_related("saved_by")}
        self.info = info
        return [self._judge(row, dues.get(row.code)).settle() for row in rows]

    def _round(self, info: Info) -> Round:
        """Return the round of the template. Raises Unusable for another one, and when nothing is due now."""
        seen = Round.objects.visible_to(self.context.by, roles=ROUND_LOADERS).filter(pk=info.round).first()
        own = self.context.round
        if seen is None or (own is not None and own.pk != seen.pk):
            other = f"“{seen.title}”" if seen is not None else "别的报送任务"
            raise Unusable(f"这是{other}的填报表，不是本任务的。{AGAIN}")
        if seen.state == Round.State.PLANNED:
            raise Unusable("这项报送任务还没有开始，现在不能填报。")
        if seen.state == Round.State.CLOSED and not self._is_office:
            raise Unusable("这项报送任务已经定稿，不能再填报。需要补报请联系区关工委办公室。")
        return seen

    @property
    def _is_office(self) -> bool:
        return self.context.school is None and self.context.group is None

    def _dues(self, codes: Collection[str]) -> Sequence[Due]:
        """Return the dues that this load may fill: of its unit, within the actor's reach."""
        dues = Due.objects.visible_to(self.context.by, roles=ROUND_LOADERS).of_round(self.round)
        if self.context.school is not None:
            dues = dues.filter(school=self.context.school)
        if self.context.group is not None:
            dues = dues.filter(school__group=self.context.group)
        return dues.filter(school__code__in=codes).select_related("round__district", "school__group")

    def _refuse_old(self, info: Info, keys: Collection[str]) -> None:
        now = max((one.questionnaire.edition for one in self.asked.values()), default=info.edition)
        if now != info.edition:
            raise Unusable(f"这份填报表是旧的，填报内容后来有变化。{AGAIN}")
        for base in self._bases():
            gone = [place.label for place in base.places if place.key not in keys]
            if gone:
                raise Unusable(f"“{base.title}”缺少“{'、'.join(gone)}”列：填报表不能增删列。{AGAIN}")

    def _bases(self) -> list[Base]:
        return bases(one.questionnaire for one in self.asked.values())

    def _judge(self, row: SchoolRow, due: Due | None) -> PlannedRow:
        planned = PlannedRow(row.spot.sheet, row.spot.row, row.name or row.code, verdict="UNCHANGED")
        if due is None:
            self._note(planned, "学校代码", row.spot, row.code, *self._foreign(row))
            return planned
        filing = self.filings.get(due.pk)
        version = self.info.versions.get(row.code, 0)
        wanted = Wanted(due, self.asked[due.pk], filing, row, version)
        planned.label, planned.payload = due.school.short_name, wanted
        if row.twice:
            rows = "、".join(f"工作表“{spot.sheet}”第 {spot.row} 行" for spot in row.twice)
            cure = "请删去重复的一行，再上传。"
            self._note(planned, "学校代码", row.twice[0], row.code, f"这所学校填了两行（{rows}）", cure)
        self._compare(planned, wanted)
        if not wanted.is_touched:
            return planned
        planned.verdict = "NEW" if filing is None else "CHANGED"
        if (refusal := self._closed(wanted)) is not None:
            self._note(planned, "学校", row.spot, row.name, *refusal)
            return planned
        if filing is not None and filing.version != version:
            saver = f"（{filing.saved_by}）" if filing.saved_by else ""
            cure = "请对照“原值”，确认要用填报表里的内容。"
            self._note(planned, "学校", row.spot, row.name, f"{NEWS[:-1]}{saver}", cure, is_warning=True)
        self._check(planned, wanted)
        return planned

    def _foreign(self, row: SchoolRow) -> tuple[str, str]:
        if not row.code:
            return "这一行没有学校代码", "请从原来的填报表把学校代码复制过来，或删去这一行。"
        if self.context.school is not None:
            return "不是本校的学校代码", "只能填本校的一行，请删去其他学校的行。"
        if self.context.group is not None:
            return "不是本协作组应报的学校", "请核对学校代码，或删去这一行。"
        return "这所学校不在本次应报名单中", "请核对学校代码，或删去这一行。"

    def _closed(self, wanted: Wanted) -> tuple[str, str] | None:
        """Return why a row may not be written now, and the cure."""
        due, filing = wanted.due, wanted.filing
        if due.state in (Due.State.WAIVED, Due.State.NIL):
            return (
                f"该校现在是“{due.get_state_display()}”，不用填报",
                "需要填报请联系区关工委办公室恢复应报。",
            )
        if filing is not None and filing.status not in EDITABLE:
            cure = (
                "需要修改请先撤回，或联系审核人退回。" if self.context.school else "需要修改请先退回给学校。"
            )
            return f"这份材料现在是“{filing.get_status_display()}”，不能修改", cure
        return None

    # --- old and new ---

    def _compare(self, planned: PlannedRow, wanted: Wanted) -> None:
        """Take over what the row says; note what differs, and what is filled in where nothing is asked."""
        row, old = wanted.row, start_of(wanted.filing, wanted.asked)
        wanted.typed = dict(old)
        items = {item.key: item for item in wanted.asked.questionnaire.items()}
        for key, cell in row.cells.items():
            item = items.get(key)
            if item is None:
                self._refuse_not_asked(planned, wanted, key, cell)
            elif key in row.faults:
                wanted.is_touched = True
                self._note(planned, item.label, row.spots[key], cell, *_halves(row.faults[key]))
            elif not is_same(item, old.get(key, ""), cell):
                wanted.typed[key] = said(item, cell)
                masked = _masked(item, old.get(key, "")), _masked(item, wanted.typed[key])
                planned.changes[item.label] = masked
        wanted.typed = {key: value for key, value in wanted.typed.items() if value}
        wanted.is_touched |= bool(planned.changes)
        self._explain(planned, wanted, old)

    def _refuse_not_asked(self, planned: PlannedRow, wanted: Wanted, key: str, cell: Any) -> None:
        """Refuse what a school fills in where it is asked nothing; a sum's column says nothing anyway."""
        item = self._items().get(key)
        if item is None or cell in (None, "", NOT_ASKED):
            return
        wanted.is_touched = True
        school = wanted.due.school
        message = f"{school.get_stage_display()}没有“{item.label}”这一项"
        self._note(planned, item.label, wanted.row.spots[key], cell, message, "请清空这一格，再上传。")

    def _items(self) -> dict[str, Item]:
        """Return every item that any school of the workbook is asked."""
        if not hasattr(self, "_all_items"):
            self._all_items = {item.key: item for base in self._bases() for item in base.items()}
        return self._all_items

    def _explain(self, planned: PlannedRow, wanted: Wanted, old: Mapping[str, str]) -> None:
        """Put 情况说明 under each open soft check of its sheet, when it says other than the template did."""
        for table in wanted.asked.questionnaire.tables:
            items = list(table.items())
            before, now = reasons(items, old), wanted.row.notes.get(table.key, "")
            if before == now:
                continue
            keys = {item.key for item in items}
            wanted.typed = {
                key: value
                for key, value in wanted.typed.items()
                if not (key.startswith(WHY) and item_of(key) in keys)
            }
            _, faults = judge(wanted.asked, wanted.typed)
            soft = [fault for fault in faults if not fault.is_hard and fault.key in keys]
            if now and not soft:
                words = "没有需要说明的数字，“情况说明”不保存"
                spot = wanted.row.spot
                self._note(planned, "情况说明", spot, now, words, "不影响导入。", is_warning=True)
            wanted.typed |= {WHY + fault.code: now for fault in soft if now}
            if before or soft:
                planned.changes[f"情况说明（{table.title}）"] = (before, now)
                wanted.is_touched = True

    # --- checks ---

    def _check(self, planned: PlannedRow, wanted: Wanted) -> None:
        """Note every fault: what cannot be read is wrong for all, a gap only for those who file at once."""
        questionnaire = wanted.asked.questionnaire
        _, unread = clean(questionnaire, wanted.typed)
        unreadable = {fault.key for fault in unread}
        is_draft = self.context.school is not None
        _, faults = judge(wanted.asked, wanted.typed)
        for fault in faults:
            # The formula of a sum without a stored value is no fault: its parts are judged.
            if fault.key in wanted.row.faults and questionnaire.item(fault.key) is not None:
                continue
            message, cure = _halves(fault.words)
            is_warning = not fault.is_hard or (is_draft and fault.key not in unreadable)
            if is_warning:
                cure = f"{cure}（提交以前）" if is_draft else "没有写情况说明，将以本填报表为说明。"
            self._note_fault(planned, wanted, fault, message, cure, is_warning=is_warning)

    def _note_fault(
        self, planned: PlannedRow, wanted: Wanted, fault: Fault, message: str, cure: str, *, is_warning: bool
    ) -> None:
        item = wanted.asked.questionnaire.item(fault.key)
        label = wanted.asked.questionnaire.labels().get(fault.key, fault.key)
        spot = wanted.row.spots.get(fault.key, wanted.row.spot)
        value: Any = wanted.row.cells.get(fault.key)
        shown = _masked(item, said(item, value)) if item is not None else ""
        self._note(planned, label, spot, shown, message, cure, is_warning=is_warning)

    def _note(
        self,
        planned: PlannedRow,
        column: str,
        spot: reading.Spot,
        value: Any,
        message: str,
        cure: str,
        *,
        is_warning: bool = False,
    ) -> None:
        column = f"{column}（{spot.letter}列）"
        shown = written_as(value)[:60]
        planned.problems.append(
            Problem(spot.sheet, spot.row, column, shown, message.rstrip("。"), cure, is_warning)
        )

    def errors_workbook(self, plan: Any) -> bytes:
        """Write the wrong rows in the layout of the template, to be corrected and loaded again."""
        # Imported here: openpyxl is slow to load and most requests need none of it.
        from guanweihui.round_trip.errors import errors_workbook

        return errors_workbook(plan)

    # --- writing ---

    def write(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        wanted: list[tuple[PlannedRow, Wanted]] = [(row, row.payload) for row in rows]
        before = whole.snapshots((one.filing, one.due) for _, one in wanted)
        for planned, one in wanted:
            filing = self._draft(one) if self.context.school is not None else self._file(one)
            yield Written(
                planned.sheet, planned.number, filing, before[one.due.pk], is_new=one.filing is None
            )

    def _draft(self, wanted: Wanted) -> Any:
        """Make the row the school's draft: it submits it itself, on the page."""
        by, at = self.context.by, self.context.at
        filing = wanted.filing or answers.start(wanted.due, by=by, at=at)
        version, asked = filing.version, wanted.asked
        return answers.save_draft(filing, wanted.typed, version=version, by=by, at=at, asked=asked)

    def _file(self, wanted: Wanted) -> Any:
        assert self.context.workbook is not None
        basis = f"填报表（{self.context.workbook.filename}）"[:200]
        version = wanted.filing.version if wanted.filing is not None else None
        return answers.file_on_behalf(
            wanted.due,
            wanted.typed,
            basis=basis,
            explained=basis,
            version=version,
            asked=wanted.asked,
            by=self.context.by,
            at=self.context.at,
        )


def _kind_of(round_: Round) -> FilingKind:
    found = filing_kinds.get(round_.kind)
    if found is None:
        raise Unusable("这项报送任务没有填报表，请在它自己的页面上填报。")
    return found


def _masked(item: Item, typed: str) -> str:
    return text.mask_phone(typed) if item.format == "phone" and typed else typed


def _halves(words: str) -> tuple[str, str]:
    """Take a sentence for the filer apart: what is wrong, and the cure."""
    for mark in ("。请", "，请"):
        message, found, cure = words.partition(mark)
        if found:
            return message, f"请{cure}"
    return words.rstrip("。"), "请改正后再上传。"
