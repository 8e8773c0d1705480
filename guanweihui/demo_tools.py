"""What the apps' demos share: actors with the reach of a post, closing times, a page like a scan."""

import datetime
import io
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from guanweihui import workdays
from guanweihui.models import CollaborationGroup, School
from guanweihui.scope import Place, Reach, System

FONT = "GGW-FangSong.ttf"


def days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def closing(at: datetime.datetime, left: int) -> datetime.datetime:
    """Return 17:00 of the first working day so many days from a moment."""
    return workdays.office_closes(timezone.localdate(at) + days(left), {})


def acting(role: str, unit: School | CollaborationGroup) -> System:
    """Return an actor of the demo with the reach of a school's or a group's post."""
    kind = "school" if isinstance(unit, School) else "group"
    actor = System(unit.district, name=f"演示数据（{unit}）")
    actor.reach = Reach((Place(role, kind, unit.pk),), unit.district)
    return actor


def picture_of(lines: Sequence[str]) -> bytes:
    """Draw a paper as a scan would look: a page with some lines, as JPEG."""
    font = ImageFont.truetype(str(settings.BASE_DIR / "assets" / "fonts" / FONT), 30)
    page = Image.new("RGB", (1240, 200 + 100 * len(lines)), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((90, 80 + 100 * number), line, fill="black", font=font)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()
