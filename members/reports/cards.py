"""Volunteer cards for print: what a card says, and the job that lays out many."""

import base64
import datetime
import io
import logging
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from guanweihui import crypto
from guanweihui.documents import cards as document
from guanweihui.documents import pdf
from guanweihui.documents.cards import CardFace
from guanweihui.jobs import JobError, Progress, Result, job
from guanweihui.models import Job
from guanweihui.workflow import Refused
from members.models import AnnualRegistration, Card
from members.photos import open_photo
from members.workflow.cards import KEEPERS, record_print, refuse_unprintable, teams_of

log = logging.getLogger("guanweihui.cards")
#: The longer side of a printed photo in pixels: 400 dpi of its 35 mm. A sheet of stored ones is 9 MB.
PHOTO_PIXELS = 560
#: Boxes of yearly registration on a card's back.
YEARS_SHOWN = 5


def faces_of(cards: Sequence[Card], *, origin: str, day: datetime.date) -> list[CardFace]:
    """Return what the cards print; they come from `Card.objects.for_list(day)`. One query for their years.

    `origin` is the portal's own address ("https://host/"), which the QR code needs whole.
    """
    years: dict[int, set[int]] = {card.pk: set() for card in cards}
    for key, year in AnnualRegistration.objects.of_cards(years).values_list("card", "year"):
        years[key].add(year)
    return [_face(card, years[card.pk], origin, day) for card in cards]


def _face(card: Card, registered: set[int], origin: str, day: datetime.date) -> CardFace:
    person = card.person
    return CardFace(
        organ=card.district.committee_name,
        name=person.name,
        unit=person.school.full_name,
        team=teams_of(card),
        number=card.number,
        check_url=origin.rstrip("/") + reverse("verify", args=[card.check_token]),
        issued=card.issued_on.isoformat(),
        contact=card.district.contact,
        photo=photo_of(person.photo),
        reissues=card.reissues,
        years=tuple((year, year in registered) for year in range(day.year, day.year + YEARS_SHOWN)),
    )


def photo_of(stored: str) -> str:
    """Open a sealed photo as a data URI; one that is missing or damaged leaves its cell empty."""
    try:
        content = shrunk(open_photo(stored))
    except (OSError, crypto.CryptoError) as fault:
        log.warning("photo does not open: %s", type(fault).__name__)
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}" if content else ""


def shrunk(content: bytes | None) -> bytes:
    """Return a JPEG in the size that a card prints, empty for none. Raises OSError for a damaged one."""
    if not content:
        return b""
    # Imported here: most requests open no image.
    from PIL import Image

    size, out = (PHOTO_PIXELS, PHOTO_PIXELS), io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        if max(image.size) <= PHOTO_PIXELS:
            return content
        image.draft("RGB", size)  # decodes at half or a quarter of the size, many times faster
        image.thumbnail(size, reducing_gap=2.0)
        image.save(out, "JPEG", quality=90)
    return out.getvalue()


@job("cards", "打印志愿者证", roles=lambda row: KEEPERS)
def print_cards(row: Job, progress: Progress) -> Result:
    """Lay out the cards of `params` (cards, origin) ten a sheet, for the job's owner."""
    actor, keys = row.created_by, row.params["cards"]
    now = timezone.localtime()
    if (why_not := pdf.available()) is not None:
        raise JobError(why_not)
    cards = list(Card.objects.visible_to(actor, roles=KEEPERS).with_keys(keys).for_list(now.date()))
    try:
        if len(cards) != len(set(keys)):
            raise Refused("其中有些证已不在您的职责范围内，任务停止。请重新查询后再打印。")
        refuse_unprintable(cards)
        progress(0, len(cards), "正在排版")
        faces = faces_of(cards, origin=row.params["origin"], day=now.date())
        content = document.sheets(faces, lambda done: progress(done, len(cards), "正在排版"))
        record_print(cards, by=actor, at=now)
    except (Refused, pdf.Unprintable) as refusal:
        raise JobError(str(refusal)) from refusal
    return Result(file_name(len(cards), now), content)


def file_name(count: int, now: Any) -> str:
    return f"志愿者证_{count}张_{now:%Y%m%d}.pdf"
