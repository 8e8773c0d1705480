"""Materials of a nomination: files are attached and taken away while it may still change."""

import datetime
from typing import Any

from awards import sheets
from awards.models import FormField, Nomination
from awards.workflow.nominations import MATERIAL, fillers_of
from guanweihui import uploads
from guanweihui.answers import settled_words
from guanweihui.audit import record
from guanweihui.models import Attachment
from guanweihui.workflow import Refused, one_step, own


def attach_material(
    nomination: Nomination,
    field: FormField,
    *,
    name: str,
    content: bytes,
    content_type: str,
    by: Any,
    at: datetime.datetime,
) -> Attachment:
    """Hang cleaned bytes under a material of the nomination.

    Raises Refused when the nomination is on its way, its cycle is over, or the material has all its files.
    """
    with one_step(Attachment):
        fresh = _open(nomination, by=by)
        if field.key not in {one.key for one in sheets.materials_of(fresh)}:
            raise Refused("这个奖项不收这种附件，请刷新页面后再上传。")
        held = Attachment.objects.of_filing(fresh).filter(field=MATERIAL + field.key).count()
        if held >= field.most:
            raise Refused(f"“{field.label}”最多 {field.most} 件，已有 {held} 件。请先删除一件，再上传。")
        attachment = uploads.attach(
            fresh.due,
            filing=fresh,
            field=MATERIAL + field.key,
            name=name,
            content=content,
            content_type=content_type,
            by=by,
            at=at,
        )
        record("nomination.attach", fresh, by=by, at=at, changes={"material": field.label})
        return attachment


def remove_material(
    nomination: Nomination, attachment: Attachment, *, by: Any, at: datetime.datetime
) -> None:
    """Take a file away, row and bytes. Raises Refused when the nomination is on its way."""
    with one_step(Attachment):
        fresh = _open(nomination, by=by)
        held = Attachment.objects.of_filing(fresh).filter(pk=attachment.pk, field__startswith=MATERIAL)
        if (found := held.first()) is None:
            raise Refused("这个附件已经删除，请刷新页面。")
        name = found.original_name
        uploads.remove(found)
        record("nomination.detach", fresh, by=by, at=at, changes={"material": name})


def _open(nomination: Nomination, *, by: Any) -> Nomination:
    """Lock a nomination whose materials may still change; the caller's transaction."""
    fresh = own(nomination, by=by, roles=fillers_of(nomination))
    if not fresh.is_editable:
        raise Refused(f"这份推荐现在是“{fresh.get_status_display()}”，附件不能改动。请刷新页面后再看。")
    if fresh.cycle.state != fresh.cycle.State.OPEN:
        raise Refused(f"“{fresh.cycle}”{fresh.cycle.get_state_display()}，附件不能改动。")
    if why := settled_words(fresh.due):
        raise Refused(why)
    return fresh
