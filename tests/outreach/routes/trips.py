"""Trips, the principal's page, the host school's pages."""

from django.utils import timezone

from guanweihui import uploads
from outreach.models import Trip
from outreach.workflow.trips_files import PHOTO, SCAN
from tests.outreach.rows import make_trip

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
WRITERS = {"district", "outreach"}
ACCESS = {
    "principal-home": {"outreach"},
    "trip-list": READERS,
    "trip-export": WIDE,
    "trip-detail": READERS,
    "trip-sheet": READERS,
    "trip-scan": READERS,
    "trip-photo": {*READERS, "host"},
    **dict.fromkeys(("trip-new", "trip-edit", "trip-submit", "trip-withdraw"), WRITERS),
    **dict.fromkeys(("trip-photo-add", "trip-photo-remove"), WRITERS),
    **dict.fromkeys((f"trip-{w}" for w in ("confirm", "return", "reopen", "void")), {"district"}),
    "trip-service-retry": {"district"},
    "hosting-home": {"host"},
    "hosting-trip": {"host"},
}
POST_ONLY = {
    *(f"trip-{w}" for w in ("submit", "withdraw", "service-retry", "photo-add", "photo-remove")),
}
ROW_OF = {
    "trip-edit": "trip_draft",
    "trip-photo": "trip_photo",
    "trip-photo-remove": "trip_photo",
    "hosting-trip": "trip",
}


def world(cast, rows):
    """Give a trip that waits for its host school, with a photo and a scan, and a draft."""
    trip = make_trip(pairing=rows["pairing"], host_school=rows["host"])
    files = {
        field: uploads.attach(
            cast.home.district,
            filing=trip,
            field=field,
            name="下校.jpg",
            content=b"\xff\xd8\xff",
            content_type=uploads.JPEG,
            by=cast.users.outreach,
            at=timezone.now(),
        )
        for field in (PHOTO, SCAN)
    }
    draft = make_trip(pairing=rows["pairing"], status=Trip.Status.DRAFT)
    return {"trip": trip, "trip_draft": draft, "trip_photo": (trip.pk, files[PHOTO].pk)}
