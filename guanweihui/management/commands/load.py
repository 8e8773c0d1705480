"""Load workbooks: each sheet recognised by its head, one transaction a file, exit 1 on anything wrong."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from guanweihui.imports import batch, errors, kinds
from guanweihui.imports.batch import Plan
from guanweihui.imports.kinds import Context
from guanweihui.imports.problems import Problem, Unusable
from guanweihui.imports.reader import Unreadable, Workbook, read
from guanweihui.models import District
from guanweihui.scope import System
from guanweihui.workflow import Refused

#: Problems printed for a file; the error workbook has them all.
SHOWN = 50
WORDS = {"NEW": "新增", "CHANGED": "更新", "UNCHANGED": "不变", "WRONG": "错误"}


class Command(BaseCommand):
    requires_system_checks = []
    help = "导入工作簿：自动识别内容；每个文件一次写入，有错误的文件不写入。"

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", help=".xlsx 或 .csv 文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--errors", metavar="OUT.xlsx", help="把错误的行写到这个工作簿，改正后可再导入")
        parser.add_argument("--valid-rows", action="store_true", help="有错误时仍写入没有错误的行")
        parser.add_argument(
            "--district", default="", metavar="NAME", help="导入到哪个区；库中没有时按此名新建"
        )

    def handle(self, *args, files, dry_run, valid_rows, district, **options):
        # Not those of the pages: what is asked is whether the database is safe and the keys fit it.
        self.check(tags=[Tags.database], databases=["default"])
        self.failed = False
        self.plans = []
        district_of_name(district)
        with nothing_kept() if dry_run else nothing_special():
            for workbook in in_order(self.opened(files)):
                self.load(workbook, district, valid_rows)
        if dry_run:
            self.stdout.write("以上只是检查，没有写入。")
        if options["errors"]:
            self.write_errors(Path(options["errors"]))
        if self.failed:
            raise SystemExit(1)

    def opened(self, files: Iterable[str]) -> Iterator[Workbook]:
        for name in files:
            path = Path(name)
            try:
                yield read(path.read_bytes(), path.name)
            except OSError as fault:
                self.fail(f"{path.name}：打不开（{fault.strerror}）。")
            except Unreadable as fault:
                self.fail(f"{path.name}：{fault}")

    def load(self, workbook: Workbook, district: str, valid_rows: bool) -> None:
        found = district_of_name(district)
        context = Context(by=System(found), at=timezone.now(), district=found, district_name=district)
        try:
            plan, stored = batch.load(workbook, context, valid_rows=valid_rows)
        except (Unusable, Unreadable, Refused) as fault:
            self.fail(f"{workbook.filename}：{fault}")
            return
        self.tell(plan)
        if plan.counts()["WRONG"]:
            self.plans.append(plan)
            self.failed = True
        if stored is None:
            self.fail(f"{workbook.filename}：有错误的行，整个文件没有写入。")

    def tell(self, plan: Plan) -> None:
        """Print one line a sheet with its counts, then the problems, hard ones first."""
        for sheet in plan.sheets:
            counts = sheet.counts()
            said = "，".join(f"{word} {counts[verdict]}" for verdict, word in WORDS.items())
            self.stdout.write(f"{plan.workbook.filename} [{sheet.sheet.name}] {sheet.kind.label}：{said}")
        self.tell_problems(plan.problems(), "处错误")
        self.tell_problems(plan.problems(warnings=True), "条提醒，不影响导入")

    def tell_problems(self, problems: list[Problem], what: str) -> None:
        if not problems:
            return
        self.stdout.write(f"  {len(problems)} {what}：")
        for problem in problems[:SHOWN]:
            self.stdout.write(f"  {problem}")
        if len(problems) > SHOWN:
            self.stdout.write(f"  ……另有 {len(problems) - SHOWN} 条，请用 --errors 查看。")

    def write_errors(self, path: Path) -> None:
        path.write_bytes(errors.workbook(*self.plans))
        self.stdout.write(
            f"错误的行已写到 {path}，改正后可再导入。" if self.plans else f"没有错误的行（{path}）。"
        )

    def fail(self, message: str) -> None:
        self.failed = True
        self.stderr.write(message)


def in_order(workbooks: Iterable[Workbook]) -> list[Workbook]:
    """Put schools first, then the register, then the rest; what nobody recognises comes last."""
    last = max((one.order for one in kinds.every()), default=0) + 1

    def order(workbook: Workbook) -> int:
        try:
            return min(kind.order for kind, _, _ in kinds.recognise(workbook))
        except Unusable:
            return last

    return sorted(workbooks, key=order)


def district_of_name(name: str) -> District | None:
    """Return the district meant: the one of this name, or the only one; None when it is yet to be founded."""
    if name:
        return (
            District.objects.filter(full_name=name).first()
            or District.objects.filter(short_name=name).first()
        )
    districts = list(District.objects.order_by("pk")[:2])
    if len(districts) > 1:
        raise CommandError("库中有几个区，请用 --district 写明导入到哪一个。")
    return districts[0] if districts else None


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Roll back whatever happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def nothing_special() -> Iterator[None]:
    yield
