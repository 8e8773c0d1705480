"""The job that packs what goes to the city. Rights are checked when it starts and when it is fetched."""

from django.utils import timezone

from awards import city_pack
from awards.models import CityRecommendation
from awards.workflow.city import OFFICE
from guanweihui.audit import record
from guanweihui.documents import pdf
from guanweihui.jobs import JobError, Progress, Result, job
from guanweihui.models import Job
from guanweihui.tables import Imprint


@job("city-pack", "市级推荐材料", roles=lambda row: OFFICE)
def pack_for_city(row: Job, progress: Progress) -> Result:
    """Pack the recommendations that take a place of the cycle of `params`, for the job's owner."""
    actor, now = row.created_by, timezone.localtime()
    if (why_not := pdf.available()) is not None:
        raise JobError(why_not)
    mine = CityRecommendation.objects.visible_to(actor, roles=OFFICE).filter(cycle=row.params["cycle"])
    rows = list(mine.chosen().for_page().in_order())
    if not rows:
        raise JobError("没有可以打包的推荐对象，任务停止。请先选择推荐对象。")
    fields = city_pack.fields_by_category(rows, actor)
    if names := city_pack.unready(rows, fields):
        raise JobError(f"这些市推荐表还没有填好：{'、'.join(names)}。请填好后再打包。")
    progress(0, len(rows), "正在排版")
    imprint = Imprint(now, str(actor), f"R{row.pk:06d}")
    files = city_pack.files_of(rows, fields, imprint, lambda done: progress(done, len(rows), "正在排版"))
    cycle = rows[0].cycle
    record("cycle.pack_for_city", cycle, by=actor, at=now, changes={"files": len(files)})
    name = f"{city_pack.safe(cycle.name)}市级推荐材料_{cycle.district.short_name}_{now:%Y%m%d}.zip"
    return Result(name, city_pack.zipped(files))
