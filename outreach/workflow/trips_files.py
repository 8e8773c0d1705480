"""Photos of a trip, drawn anew so that no place stands in them, and the sealed sheet that confirms it."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from guanweihui import uploads
from guanweihui.audit import record
from guanweihui.models import Attachment
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from outreach.models import Trip

PHOTO, SCAN = "trip.photo", "trip.scan"
MOST_PHOTOS = 9
WRITERS = frozenset({Role.OUTREACH, Role.DISTRICT})
S = Trip.Status
#: What the host school has confirmed it has seen; so photos stay as they were then.
OPEN = frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED})


def photos_of(trip: Trip) -> Any:
    """Return a trip's photos, oldest first; whoever asks has found the trip within his reach."""
    return Attachment.objects.of_row(trip, PHOTO)


def scans_of(trip: Trip) -> Any:
    """Return the sealed sheets of a trip, the latest first; as photos_of() does."""
    return Attachment.objects.of_row(trip, SCAN).order_by("-pk")


def add_photos(
    trip: Trip, files: Sequence[Mapping[str, Any]], *, by: Any, at: datetime.datetime
) -> list[Attachment]:
    """Hang photos on a trip; `files` have name and content, cleaned by uploads.clean_photo().

    Raises Refused for a trip that is confirmed or void, and for more than MOST_PHOTOS in all.
    """
    with one_step(Attachment):
        fresh = _open(trip, by)
        stand = photos_of(fresh).count()
        if stand + len(files) > MOST_PHOTOS:
            raise Refused(
                f"一次下校最多 {MOST_PHOTOS} 张照片，已有 {stand} 张，这次选了 {len(files)} 张，"
                "照片没有保存。请少选几张，或先删除几张。"
            )
        added = [_attach(fresh, PHOTO, one, by=by, at=at) for one in files]
        _raise_version(fresh)
        record("trip.add_photo", fresh, by=by, at=at, changes={"count": [stand, stand + len(files)]})
    return added


def remove_photo(trip: Trip, photo: Attachment, *, by: Any, at: datetime.datetime) -> None:
    """Take a photo of a trip away, row and bytes."""
    with one_step(Attachment):
        fresh = _open(trip, by)
        found = photos_of(fresh).filter(pk=photo.pk).first()
        if found is None:
            raise Refused("这张照片已经删除。请刷新页面后再看。")
        stand = photos_of(fresh).count()
        uploads.remove(found)
        _raise_version(fresh)
        record("trip.remove_photo", fresh, by=by, at=at, changes={"count": [stand, stand - 1]})


def keep_scan(trip: Trip, file: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Attachment:
    """Keep the sealed sheet that confirms a trip; in the step that confirms it."""
    return _attach(trip, SCAN, file, by=by, at=at)


def _open(trip: Trip, by: Any) -> Trip:
    fresh = own(trip, by=by, roles=WRITERS)
    if fresh.status not in OPEN:
        raise Refused(f"这次下校现在是“{fresh.get_status_display()}”，照片不能再改。")
    return fresh


def _raise_version(trip: Trip) -> None:
    """Let nobody confirm photos that his page did not show."""
    trip.version += 1
    trip.save(update_fields=["version"])


def _attach(trip: Trip, field: str, file: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Attachment:
    return uploads.attach(
        trip.pairing.programme.district,
        filing=trip,
        field=field,
        name=file["name"],
        content=file["content"],
        content_type=file.get("content_type", uploads.JPEG),
        by=by,
        at=at,
    )
