"""Invented notices and objections, most of them written straight into their state."""

import datetime

from django.utils import timezone

from awards.models import AwardList, AwardListEntry, Objection, PublicNotice
from awards.workflow import notices as steps
from guanweihui.models import Attachment
from tests.awards import rows
from tests.factories import make_district, make_person, number

Kind, Outcome = rows.Kind, AwardListEntry.Outcome
#: A Friday; the week after is the National Day of 2025, with a working Sunday before it.
FRIDAY = datetime.datetime(2025, 9, 26, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
WORDS = {
    "title": "关于2020年度先进评选拟表彰名单的公示",
    "basis": "根据通知，经评审会研究，确定了拟表彰名单。",
    "phone": "010-85950000",
    "address": "示例区示例街1号302室",
    "postcode": "100020",
    "email": "office@example.invalid",
    "contacts": "李老师、王老师",
    "supervision_phone": "010-85951111",
}


def at(day: int, hour: int = 9, month: int = 9, minute: int = 30) -> datetime.datetime:
    """Return a moment of autumn 2025 in the office's time."""
    return FRIDAY.replace(month=month, day=day, hour=hour, minute=minute)


def values(**fields) -> dict:
    """Return what the office words: begins on Friday 2025-09-26 for five workdays."""
    return {**WORDS, "first_on": FRIDAY.date(), "workdays": 5, "counts_first_day": True, **fields}


def make_list(*, cycle=None, nominees=(), status="APPROVED", **fields) -> AwardList:
    """Make an approved list; nominees are (kind, name, school), a collective without a name."""
    cycle = cycle or rows.make_open_cycle(district=make_district(), year=2020 + next(number) % 9000)
    approved = {"approved_at": FRIDAY} if status == "APPROVED" else {}
    award_list = AwardList.objects.create(cycle=cycle, status=status, **approved, **fields)
    for kind, name, school in nominees or ((Kind.ADVANCED_COLLECTIVE, "", None),):
        enter(award_list, kind, name, school)
    return award_list


def enter(award_list, kind, name="", school=None, outcome=Outcome.AWARD, **fields) -> AwardListEntry:
    extra = {"unit": school} if school else {}
    if name:
        person = make_person(name=name, **({"school": school} if school else {}))
        extra = {"person": person, "unit": person.school}
    nomination = rows.bare("APPROVED", cycle=award_list.cycle, kind=kind, **extra)
    return AwardListEntry.objects.create(
        award_list=award_list, nomination=nomination, outcome=outcome, **fields
    )


def make_draft(*, award_list=None, by=None, **fields) -> PublicNotice:
    """Draft a notice by its step."""
    by = by or rows.user_of(make_district(), "DISTRICT")
    return steps.draft_notice(award_list or make_list(), values(**fields), by=by, at=FRIDAY)


def make_posted(*, by=None, when=FRIDAY, **fields) -> PublicNotice:
    """Post a notice by its steps on Friday 2025-09-26."""
    by = by or rows.user_of(make_district(), "DISTRICT")
    notice = make_draft(by=by, **fields)
    return steps.post_notice(notice, version=notice.version, by=by, at=when)


def bare_notice(status="POSTED", *, award_list=None, days=7, **fields) -> PublicNotice:
    """Write a notice straight into a state; posted a day ago, it runs for `days` from today."""
    now = timezone.now()
    award_list = award_list or make_list()
    posted = {
        "posted_at": now - datetime.timedelta(days=1),
        "last_on": timezone.localdate() + datetime.timedelta(days=days),
        "ends_at": now + datetime.timedelta(days=days),
        "content": [["先进集体", [["示例区和平小学", ""]]], ["退休先进个人", [["王秀英", "示例区和平小学"]]]],
    }
    first_on = timezone.localdate() - datetime.timedelta(days=30)
    defaults = {**values(first_on=first_on), "award_list": award_list, "status": status}
    defaults |= {} if status == "DRAFT" else posted
    defaults |= {"closed_at": now} if status == "CLOSED" else {}
    return PublicNotice.objects.create(**{**defaults, "token": f"token{next(number):027}", **fields})


def make_closed(**fields) -> PublicNotice:
    return bare_notice("CLOSED", days=-1, **fields)


def bare_objection(notice, *, by, **fields) -> Objection:
    defaults = {
        "kind": Objection.Kind.PERSON,
        "objector": "赵反映",
        "phone": "13900001234",
        "text": "事迹与事实不符。",
        "received_on": notice.first_on,
        "received_by": by,
        "received_at": timezone.now(),
    }
    return Objection.objects.create(notice=notice, **{**defaults, **fields})


def make_stamped(notice, *, by) -> Attachment:
    file = {"name": "盖章公示件.pdf", "content": rows.SCAN, "content_type": "application/pdf"}
    return steps.add_file(notice, file, is_public=False, by=by, at=timezone.now())


def pdf_of(*pages: str) -> bytes:
    """Write a PDF by hand: a page a text in ASCII, an empty one without a text layer."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    keys = []
    for words in pages:
        drawn = f"BT /F1 12 Tf 50 700 Td ({words}) Tj ET".encode() if words else b"0 0 10 10 re f"
        keys.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font "
            b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>" % (len(objects) + 2)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    kids = b" ".join(b"%d 0 R" % key for key in keys)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(keys))
    return assembled(objects)


def assembled(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for key, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (key, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return out + tail
