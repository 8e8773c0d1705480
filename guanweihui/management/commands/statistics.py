"""Write the annual statistics to files: the same figures as the report centre."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guanweihui import catalogue
from guanweihui.documents import pdf, xlsx
from guanweihui.figures import Period
from guanweihui.models import District
from guanweihui.scope import System
from guanweihui.statistics import as_json
from guanweihui.tables import Imprint


class Command(BaseCommand):
    help = "生成年度统计：manage.py statistics 2018 --xlsx 文件 --pdf 文件 --json 文件"

    def add_arguments(self, parser):
        parser.add_argument("year", type=int, help="统计年度的起始年份，2018 表示 2018—2019 学年")
        parser.add_argument("--district", help="区名；只有一个区时可省略")
        parser.add_argument("--xlsx", type=Path, help="写 Excel 到这个文件")
        parser.add_argument("--pdf", type=Path, help="写 PDF 到这个文件")
        parser.add_argument("--json", type=Path, help="写指标（一层整数）到这个文件")

    def handle(self, *, year, district, **options):
        if not any(options[kind] for kind in ("xlsx", "pdf", "json")):
            raise CommandError("请至少写明 --xlsx、--pdf、--json 中的一项。")
        place = chosen_district(district)
        actor, period = System(place), Period.of(year, place.year_starts_in)
        if options["json"]:
            text = json.dumps(as_json(actor, period), ensure_ascii=False, indent=2)
            options["json"].write_text(text + "\n", encoding="utf-8")
        if options["xlsx"] or options["pdf"]:
            paper = catalogue.get("statistics").build(actor, period)
            imprint = Imprint(timezone.localtime(), str(actor))
            if options["xlsx"]:
                options["xlsx"].write_bytes(xlsx.workbook(paper.tables, imprint))
            if options["pdf"]:
                if (why_not := pdf.available()) is not None:
                    raise CommandError(why_not)
                options["pdf"].write_bytes(pdf.tables(paper.tables, imprint, charts=paper.charts))
        for kind in ("xlsx", "pdf", "json"):
            if options[kind]:
                self.stdout.write(f"已写入 {options[kind]}")


def chosen_district(name: str | None) -> District:
    """Return the named district, or the only one. Raises CommandError otherwise."""
    districts = District.objects.named(name)
    if len(districts) != 1:
        known = "、".join(str(one) for one in District.objects.order_by("pk")) or "（没有）"
        raise CommandError(f"请用 --district 写明区名。现有：{known}")
    return districts[0]
