"""What the tests of trips share: values of a trip, trips that steps made, a photo with its place in it."""

import datetime
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from outreach.models import Trip
from outreach.workflow import trips as steps
from tests.outreach.rows import DAY, make_traveller

UTC8 = datetime.timezone(datetime.timedelta(hours=8))
#: The tests' now: a month after the trips, in the same year.
AT = datetime.datetime(2019, 4, 15, 10, tzinfo=UTC8)
SCAN = {"name": "确认单.pdf", "content": b"%PDF-1.5\n%%EOF\n", "content_type": "application/pdf"}


def values_of(pairing, **fields) -> dict:
    """Return the values of a right trip of three days to the pair's first school; keywords override."""
    school = pairing.partnerships.select_related("host_school").order_by("pk").first().host_school
    defaults = {
        "host_school": school,
        "purpose": "听课评课",
        "from_on": DAY,
        "from_half": Trip.Half.MORNING,
        "to_on": DAY + datetime.timedelta(days=2),
        "to_half": Trip.Half.AFTERNOON,
        "lessons_observed": 6,
    }
    return {**defaults, **fields}


def entered(cast, **fields) -> Trip:
    """Enter a trip of the home pair as its principal does."""
    make_traveller(cast.home.pairing)
    return steps.enter(
        cast.home.pairing, values_of(cast.home.pairing, **fields), by=cast.users.outreach, at=AT
    )


def submitted(cast, **fields) -> Trip:
    return steps.submit(entered(cast, **fields), by=cast.users.outreach, at=AT)


def confirmed(cast, **fields) -> Trip:
    trip = submitted(cast, **fields)
    return steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.host, at=AT)


def picture(size=(40, 20), *, gps=False) -> bytes:
    """Return a JPEG; with `gps` it says where and by which camera it was taken."""
    out = io.BytesIO()
    options = {}
    if gps:
        exif = Image.Exif()
        exif[0x010F] = "CameraMaker"
        exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 57.0, 3.5), 3: "E", 4: (117.0, 57.0, 9.5)})
        options["exif"] = exif
    Image.new("RGB", size, (30, 120, 60)).save(out, "JPEG", **options)
    return out.getvalue()


def upload(name="听课.jpg", **options) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(**options), content_type="image/jpeg")


def form_of(trip_values: dict, **fields) -> dict:
    """Return what the trip form posts for these values: two halves, days of six hours, the counts."""
    days = (trip_values["to_on"] - trip_values["from_on"]).days + 1
    posted = {
        "host_school": trip_values["host_school"].pk,
        "purpose": trip_values["purpose"],
        "from_on": f"{trip_values['from_on']:%Y-%m-%d}",
        "from_half": int(trip_values["from_half"]),
        "to_on": f"{trip_values['to_on']:%Y-%m-%d}",
        "to_half": int(trip_values["to_half"]),
        "lessons_observed": trip_values["lessons_observed"],
        **{f"day_{trip_values['from_on'] + datetime.timedelta(days=n):%Y-%m-%d}": "6" for n in range(days)},
    }
    return {**posted, **fields}
