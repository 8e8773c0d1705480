"""A load from file to rows: plan, preview, confirm as one transaction, undo for 24 hours."""

import datetime
import hashlib
import itertools
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import IntegrityError, models, router, transaction

from guanweihui import crypto, stored
from guanweihui.audit import record
from guanweihui.imports import kinds, whole
from guanweihui.imports.inserts import free_keys, insert_values
from guanweihui.imports.kinds import Context, Kind, Loader, PlannedRow, Written
from guanweihui.imports.problems import Problem, Unusable
from guanweihui.imports.reader import Sheet, TableRows, Workbook, read
from guanweihui.imports.resources import DERIVED, digest_of
from guanweihui.models import ImportBatch, ImportedRow
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import CLASH, Refused, explain

#: Posts that load from the import pages.
LOADERS = frozenset({Role.DISTRICT, Role.SCHOOL})
#: Posts that load into a round, from its page.
ROUND_LOADERS = frozenset({*LOADERS, Role.GROUP})
VERDICTS = ("NEW", "CHANGED", "UNCHANGED", "WRONG")
WRITES = ("NEW", "CHANGED")
#: Rows of one INSERT of ImportedRow; loaders yield as they write, so memory holds this many objects.
AT_ONCE = 1000
#: The columns of ImportedRow as they are written.
IMPORTED = (
    "id",
    "batch_id",
    "sheet",
    "number",
    "verdict",
    "object_type",
    "object_id",
    "before",
    "after_digest",
)
#: Called with the keys of objects of a model before an undo deletes them, and with the batch after it.
_UNLINK: dict[str, list[Callable[[list[int]], None]]] = {}
_AFTER_UNDO: list[Callable[[Any], None]] = []


@dataclass
class SheetPlan:
    """The verdict on one sheet, and the loader that can write it."""

    kind: Kind
    sheet: Sheet
    table: TableRows
    loader: Loader
    rows: list[PlannedRow]

    def counts(self) -> Counter:
        return Counter(row.verdict for row in self.rows)

    def to_write(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.verdict in WRITES]


@dataclass
class Plan:
    """The verdict on a whole workbook."""

    workbook: Workbook
    context: Context
    sheets: list[SheetPlan] = field(default_factory=list)

    def counts(self) -> Counter:
        return sum((sheet.counts() for sheet in self.sheets), Counter())

    def rows(self, *verdicts: str) -> Iterator[PlannedRow]:
        return (row for sheet in self.sheets for row in sheet.rows if row.verdict in verdicts)

    def problems(self, *, warnings: bool = False) -> list[Problem]:
        found = (problem for sheet in self.sheets for row in sheet.rows for problem in row.problems)
        return [problem for problem in found if problem.is_warning == warnings]


def make_plan(workbook: Workbook, context: Context, *, roles: frozenset[str] | None = None) -> Plan:
    """Judge a workbook without writing. Raises Unusable when it cannot be loaded at all.

    `roles` are the actor's; a kind that none of them may load is refused by name.
    """
    context.workbook = workbook
    plan = Plan(workbook, context)
    for kind, sheet, table in kinds.recognise(workbook):
        if roles is not None and kind.roles.isdisjoint(roles):
            raise Unusable(f"您不能导入“{kind.label}”，请交区关工委办公室导入。")
        if context.round is not None and not kind.fills_rounds:
            raise Unusable(f"这是“{kind.label}”，不是本任务的填报表。请下载本任务的填报表，填好后再上传。")
        loader = kind.loader(context, sheet)
        rows = [row.settle() for row in loader.plan(table)]
        plan.sheets.append(SheetPlan(kind, sheet, table, loader, rows))
    return plan


def write(plan: Plan, batch: ImportBatch) -> None:
    """Write the plan's good rows and their ImportedRow lines; the caller holds the transaction."""
    for sheet in plan.sheets:
        rows = sheet.to_write()
        if rows:
            _keep(batch, sheet.loader.write(rows))


def _keep(batch: ImportBatch, written: Iterator[Written]) -> None:
    """Note what was written, so that it can be taken back; `written` is drawn a part at a time."""
    while some := list(itertools.islice(written, AT_ONCE)):
        # Before the INSERT: a digest may ask the database, which is busy while rows stream into it.
        wholes = whole.digests([one.row for one in some if whole.is_whole(type(one.row))])
        digests = [wholes.get((one.row._meta.label, one.row.pk)) or digest_of(one.row) for one in some]
        keys = free_keys(ImportedRow, len(some), router.db_for_write(ImportedRow))
        insert_values(
            ImportedRow,
            IMPORTED,
            (
                (
                    key,
                    batch.pk,
                    one.sheet,
                    one.number,
                    one.verdict,
                    one.row._meta.label,
                    one.row.pk,
                    one.before,
                    digest,
                )
                for key, one, digest in zip(keys, some, digests, strict=True)
            ),
        )


def load(
    workbook: Workbook, context: Context, *, valid_rows: bool = False
) -> tuple[Plan, ImportBatch | None]:
    """Load one workbook as one transaction, as `manage.py load` does.

    With wrong rows nothing is stored unless `valid_rows`; then the batch is None. The district may come
    into being here: the school list of an empty database names it.
    """
    with transaction.atomic():
        plan = make_plan(workbook, context)
        if plan.counts()["WRONG"] and not valid_rows:
            return plan, None
        batch = ImportBatch(filename=workbook.filename, digest=workbook.digest, **_origin(context))
        _count(batch, plan)
        with _clear_refusals():
            if context.district is None and context.found is not None:
                context.district = context.found()
            if context.district is None:
                raise Unusable("还没有区的资料，请先导入学校名录。")
            batch.district = context.district
            batch.state, batch.confirmed_at = ImportBatch.State.CONFIRMED, context.at
            batch.save()
            write(plan, batch)
        _record(batch, plan, "importbatch.load", by=context.by, at=context.at)
        return plan, batch


def preview(
    data: bytes,
    filename: str,
    *,
    by: Any,
    at: datetime.datetime,
    district: Any,
    roles: frozenset[str],
    school: Any = None,
    group: Any = None,
    round_: Any = None,
) -> tuple[Plan, ImportBatch]:
    """Judge an upload and keep it, encrypted, until it is confirmed. Raises Unreadable or Unusable.

    `school` or `group` bounds whose rows it may hold; `round_` is the round that it is loaded into.
    """
    workbook = read(data, filename)
    context = Context(by=by, at=at, district=district, school=school, group=group, round=round_)
    plan = make_plan(workbook, context, roles=roles)
    batch = ImportBatch(
        district=district,
        school=school,
        group=group,
        round=round_,
        filename=workbook.filename,
        digest=workbook.digest,
        **_origin(context),
    )
    _count(batch, plan)
    batch.stored_name = _store(data)
    with transaction.atomic():
        batch.save()
        _record(batch, plan, "importbatch.preview", by=by, at=at)
    return plan, batch


def plan_again(batch: ImportBatch, *, by: Any, at: datetime.datetime) -> Plan:
    """Judge the kept upload anew: what a page shows is today's verdict, by the reader's roles of today.

    Raises Refused when the upload is gone or another one, Unusable as `preview` does.
    """
    return make_plan(_reread(batch), _context(batch, by, at), roles=reach_of(by).of(ROUND_LOADERS).roles)


def _reread(batch: ImportBatch) -> Workbook:
    data = _fetch(batch)
    if hashlib.sha256(data).hexdigest() != batch.digest:
        raise Refused("暂存的文件与预览时不一致，请重新上传。")
    return read(data, batch.filename)


def _context(batch: ImportBatch, by: Any, at: datetime.datetime) -> Context:
    return Context(
        by=by, at=at, district=batch.district, school=batch.school, group=batch.group, round=batch.round
    )


def confirm(batch: ImportBatch, *, by: Any, at: datetime.datetime, valid_rows: bool = False) -> ImportBatch:
    """Write a previewed batch as one transaction. Raises Refused when it is not waiting any more.

    The rows are judged under the batch's lock. When that says other than the preview did, nothing is
    written and the batch keeps the new verdict, for the loader to look again.
    """
    workbook = _reread(batch)
    with transaction.atomic(), _clear_refusals():
        fresh = _locked(batch, by)
        if fresh.state != ImportBatch.State.PREVIEWED or fresh.created_by_id != by.pk:
            raise Refused("这一批已经办理过，或不是您上传的。请刷新页面后再看。")
        shown = fresh.counts(), fresh.shown_digest
        plan = make_plan(workbook, _context(fresh, by, at), roles=reach_of(by).of(ROUND_LOADERS).roles)
        _count(fresh, plan)
        is_as_shown = (fresh.counts(), fresh.shown_digest) == shown
        if is_as_shown:
            if plan.counts()["WRONG"] and not valid_rows:
                raise Refused("还有错误的行。请下载错误行改正，或选择“只导入没有错误的行”。")
            fresh.state, fresh.confirmed_at = ImportBatch.State.CONFIRMED, at
        fresh.save()
        if is_as_shown:
            write(plan, fresh)
            _record(fresh, plan, "importbatch.confirm", by=by, at=at)
    if not is_as_shown:
        raise Refused("内容与核对时不同，请重新核对。")
    return fresh


def _locked(batch: ImportBatch, by: Any) -> ImportBatch:
    """Lock the batch. Raises Refused when it is outside what the actor may load today."""
    seen = ImportBatch.objects.visible_to(by, roles=ROUND_LOADERS).filter(pk=batch.pk).values("pk")
    fresh = ImportBatch.objects.select_for_update().filter(pk__in=seen).first()
    if fresh is None:
        raise Refused("您现在不能办理这一批：不在您的职责范围内。")
    return fresh


def undo(batch: ImportBatch, *, by: Any, at: datetime.datetime) -> list[str]:
    """Take a batch back; return the labels of rows that stay because they were edited or used since."""
    with transaction.atomic():
        fresh = _locked(batch, by)
        if not fresh.can_undo(at):
            raise Refused("只有导入后 24 小时以内的批次可以撤销。")
        lines = list(fresh.rows.order_by("-pk"))
        _let_go(lines)
        kept = [label for some in _runs(lines) for label in _take_back(*some)]
        for tidy in _AFTER_UNDO:
            tidy(fresh.district)
        fresh.state, fresh.undone_at = ImportBatch.State.UNDONE, at
        fresh.save(update_fields=["state", "undone_at"])
        record("importbatch.undo", fresh, by=by, at=at, changes={"kept": len(kept), "first_kept": kept[:20]})
        return kept


def delete_old_uploads(now: datetime.datetime) -> int:
    """Delete uploads that serve nothing any more; the batches stay. Return how many there were."""
    rows = list(ImportBatch.objects.with_old_upload(now))
    for batch in rows:
        stored.delete(batch.stored_name)
        batch.stored_name = ""
        batch.save(update_fields=["stored_name"])
    return len(rows)


def derived_links(label: str, *, unlink: Callable[[list[int]], None], relink: Callable[[Any], None]) -> None:
    """Register links that follow from rows of a model, so that they hold no new row back from undo."""
    _UNLINK.setdefault(label, []).append(unlink)
    _AFTER_UNDO.append(relink)


def _let_go(lines: Sequence[ImportedRow]) -> None:
    for label, unlinks in _UNLINK.items():
        new = [line.object_id for line in lines if line.object_type == label and not line.before]
        for unlink in unlinks:
            unlink(new)


def _runs(lines: Sequence[ImportedRow]) -> Iterator[tuple[type[models.Model], list[ImportedRow]]]:
    """Yield neighbours of one model together, a manageable number at a time."""
    for label, run in itertools.groupby(lines, key=lambda line: line.object_type):
        while some := list(itertools.islice(run, AT_ONCE // 2)):
            yield apps.get_model(label), some


def _take_back(model: type[models.Model], lines: list[ImportedRow]) -> Iterator[str]:
    """Undo lines of one model; yield the labels of the rows that stay.

    A filing goes with all that belongs to it (imports.whole). New rows go before old ones come back: a new
    head leaves his seat first.
    """
    if whole.is_whole(model):
        yield from whole.take_back(model, lines)
        return
    # Locked, so that nobody edits a row between the look at it and its going.
    found = model._default_manager.select_for_update().in_bulk([line.object_id for line in lines])
    untouched = []
    for line in lines:
        if (row := found.get(line.object_id)) is None:
            continue
        if digest_of(row) == line.after_digest and (line.before or not _is_linked(row)):
            untouched.append((line, row))
        else:
            yield str(row)
    new = [row for line, row in untouched if not line.before]
    if new and not _attempt(model._default_manager.filter(pk__in=[row.pk for row in new]).delete):
        # Somebody uses one of them: find out which.
        yield from (str(row) for row in new if not _attempt(row.delete))
    for line, row in untouched:
        if line.before and not _attempt(partial(restore, row, line.before)):
            yield str(row)


def _is_linked(row: models.Model) -> bool:
    """Tell whether rows link to this one among many: such a link protects nothing by itself."""
    many = (one for one in row._meta.related_objects if one.many_to_many)
    return any(getattr(row, str(one.get_accessor_name())).exists() for one in many)


def _attempt(work: Callable[[], Any]) -> bool:
    """Do the work in a savepoint; tell whether the database allowed it."""
    try:
        with transaction.atomic():
            work()
    except (models.ProtectedError, IntegrityError):
        return False
    return True


def restore(row: models.Model, before: str) -> None:
    """Put a row and its links to many back to what `snapshot` wrote; derived links stay as they are."""
    said = json.loads(before)
    linked = {one.name: said.pop(one.name) for one in row._meta.many_to_many if one.name in said}
    for name in said.keys() - DERIVED.get(row._meta.label, frozenset()):
        stored_in: Any = row._meta.get_field(name)
        setattr(row, name, stored_in.to_python(said[name]))
    row.save()
    for name, keys in linked.items():
        getattr(row, name).set(keys)


@contextmanager
def _clear_refusals() -> Iterator[None]:
    """Turn a constraint's refusal during a load into its Chinese sentence."""
    try:
        yield
    except IntegrityError as error:
        sentences = (explain(error, model) for model in apps.get_models())
        raise Refused(next(filter(None, sentences), CLASH)) from error


def _origin(context: Context) -> dict[str, Any]:
    return {
        "created_at": context.at,
        "created_by_id": getattr(context.by, "pk", None),
    }


def _count(batch: ImportBatch, plan: Plan) -> None:
    counts = plan.counts()
    batch.kinds = "、".join(dict.fromkeys(sheet.kind.label for sheet in plan.sheets))
    batch.new_count, batch.changed_count = counts["NEW"], counts["CHANGED"]
    batch.unchanged_count, batch.wrong_count = counts["UNCHANGED"], counts["WRONG"]
    # The counts alone would not tell that somebody edited a row since: its old value is another one.
    rows = [(row.sheet, row.number, row.verdict, row.changes) for row in plan.rows(*VERDICTS)]
    batch.shown_digest = crypto.blind_index(json.dumps(rows, default=str), kind="plan")


def _record(batch: ImportBatch, plan: Plan, action: str, *, by: Any, at: datetime.datetime) -> None:
    counts = plan.counts()
    record(
        action,
        batch,
        by=by,
        at=at,
        changes={"kinds": batch.kinds, **{name: counts[name] for name in VERDICTS}},
    )


def _store(data: bytes) -> str:
    return stored.store(f"imports/{secrets.token_hex(16)}", crypto.encrypt_bytes(data, bind="import"))


def _fetch(batch: ImportBatch) -> bytes:
    try:
        if not batch.stored_name:
            raise FileNotFoundError
        with default_storage.open(batch.stored_name) as upload:
            return crypto.decrypt_bytes(upload.read(), bind="import")
    except FileNotFoundError:
        raise Refused("暂存的文件已经不在了，请重新上传。") from None
