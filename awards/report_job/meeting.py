"""The job that prints the meeting pack of a list: one category or all, as PDF or workbook."""

from django.utils import timezone

from awards import meeting_pack
from awards.models import AwardList
from guanweihui.audit import record
from guanweihui.documents import meeting, pdf, xlsx
from guanweihui.jobs import JobError, Progress, Result, job
from guanweihui.models import Job
from guanweihui.report_job import file_name
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.tables import Imprint

KIND = "meeting_pack"


@job(KIND, "评审材料", roles=lambda row: DISTRICT_WIDE)
def make_pack(row: Job, progress: Progress) -> Result:
    """Build the pack of `params` (award_list, category or null, format) for the job's owner."""
    actor = row.created_by
    lists = AwardList.objects.visible_to(actor, roles=DISTRICT_WIDE) if actor is not None else None
    award_list = lists.for_page().filter(pk=row.params["award_list"]).first() if lists is not None else None
    if award_list is None:
        raise JobError("您已没有这份名单的权限，任务停止。")
    now = timezone.localtime()
    progress(0, 1, "正在读取推荐材料")
    reading = meeting_pack.read(award_list, actor, on=now.date(), category=row.params["category"])
    if not reading.number:
        raise JobError("这个奖项在名单中没有推荐，请换一个奖项。")
    kind, imprint = row.params["format"], Imprint(now, str(actor), f"R{row.pk:06d}")
    # Writing the file takes about as long as two of the nominees.
    total = reading.number + 2
    if kind == "pdf":
        if (why_not := pdf.available()) is not None:
            raise JobError(why_not)
        content = meeting.meeting_pack(
            meeting_pack.pack_of(reading), imprint, lambda done: progress(done, total, f"已排版 {done} 份")
        )
    else:
        content = xlsx.workbook(meeting_pack.workbook_tables(reading), imprint)
    changes = {"rows": reading.number, "format": kind}
    record("awardlist.print_pack", award_list, by=actor, at=now, changes=changes)
    part = f"（{reading.tallies[0].category}）" if row.params["category"] else ""
    return Result(file_name(f"{award_list}评审材料{part}", reach_of(actor).home, now, kind), content)
