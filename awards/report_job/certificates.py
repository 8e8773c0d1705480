"""The job that prints the certificates of a decision; rights are checked again when it starts."""

from typing import Any

from django.utils import timezone

from awards.certificates import Printer, print_certificates
from awards.models import Honour
from awards.workflow.honours import OFFICE, note_print
from guanweihui.jobs import JobError, Progress, Result, job
from guanweihui.models import Job
from guanweihui.workflow import Refused

LAYING_OUT = "正在排版"


@job("certificates", "打印荣誉证书", roles=lambda row: OFFICE)
def make_certificates(row: Job, progress: Progress) -> Result:
    """Print the honours of `params` (honours, origin, stock, x, y) for the job's owner, in their order."""
    actor, params = row.created_by, row.params
    keys, now = params["honours"], timezone.localtime()
    honours = list(Honour.objects.visible_to(actor, roles=OFFICE).with_keys(keys).for_print())
    if len(honours) != len(set(keys)):
        raise JobError("其中有些证书已不在您的职责范围内，任务停止。请重新打开表彰决定后再打印。")
    progress(0, len(honours), LAYING_OUT)
    try:
        content = print_certificates(
            honours,
            origin=params["origin"],
            printer=Printer(params["stock"], params["x"], params["y"]),
            progress=lambda done: progress(done, len(honours), LAYING_OUT),
        )
        note_print(honours, by=actor, at=now)
    except Refused as refusal:
        raise JobError(str(refusal)) from refusal
    return Result(file_name(len(honours), now), content)


def file_name(count: int, now: Any) -> str:
    return f"荣誉证书_{count}份_{now:%Y%m%d}.pdf"
