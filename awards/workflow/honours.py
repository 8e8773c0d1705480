"""Steps of the decision and of honours: confer with numbers, void, issue anew, note what was printed.

The document comes first: its number and date are part of the step that numbers the certificates. A number
is never given twice, and a void one stays in the list. Source: issue of the award cycle, point 8.
"""

import datetime
import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from awards.models import (
    AwardList,
    AwardListEntry,
    Category,
    Decision,
    Honour,
    Nomination,
    Objection,
    PublicNotice,
)
from awards.workflow import nominations
from guanweihui import text
from guanweihui.audit import record
from guanweihui.documents import fonts
from guanweihui.models import District
from guanweihui.scope import Role
from guanweihui.tables import format_value
from guanweihui.workflow import Refused, one_step, own, take

#: Who decides on paper: the office enters the document, numbers and prints.
OFFICE = frozenset({Role.DISTRICT})
#: Six characters to type by hand: without 0 and O, 1 and I, which look alike.
CODE_CHARACTERS, CODE_LENGTH = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 6
#: What a number bears where its category names no mark of its own.
MARKS = {
    Category.Kind.ADVANCED_COLLECTIVE: "JT",
    Category.Kind.GOOD_LEADER: "LD",
    Category.Kind.ADVANCED_IN_SERVICE: "ZZ",
    Category.Kind.ADVANCED_RETIRED: "TX",
}
DIGITS = 3
#: So many faults of one kind are named; the office mends them and looks again.
NAMED = 10
_DOC_NUMBER = re.compile(r"([^\s\d〔\[(]{1,15})[〔\[(](\d{4})[〕\])]第?0*(\d{1,4})号")
_NUMBER = re.compile(r"(.*?)(\d+)")


# --- what a decision rests on -----------------------------------------------------------------------------


def notice_of(award_list: AwardList) -> PublicNotice | None:
    """Return the notice that counts of a list, None before there is one."""
    found = PublicNotice.objects.filter(award_list=award_list)
    return found.exclude(status=PublicNotice.Status.REPLACED).order_by("-number").first()


def why_not_yet(award_list: AwardList, notice: PublicNotice | None) -> str:
    """Say why a list cannot be decided on now, empty when it can: approved, posted, closed, undisputed."""
    if award_list.status != AwardList.Status.APPROVED:
        return f"名单现在是“{award_list.get_status_display()}”，领导审定以后才能作出表彰决定。"
    if (made := Decision.objects.of_list(award_list).first()) is not None:
        return f"这份名单已由{made.doc_number}作出表彰决定，不能再作一次。"
    if notice is None:
        return "这份名单还没有公示。请先发布公示，期满并办结以后再作出表彰决定。"
    objections = Objection.objects.of(notice)
    if count := objections.blocking().count():
        return f"有 {count} 件实名或单位异议还没有办结。请先核查办结，再作出表彰决定。"
    if notice.status != PublicNotice.Status.CLOSED:
        return f"公示现在是“{notice.get_status_display()}”。公示期满并办结以后才能作出表彰决定。"
    awarded = AwardListEntry.objects.of(award_list).with_outcome(AwardListEntry.Outcome.AWARD)
    upheld = objections.filter(
        status=Objection.Status.UPHELD, nomination__in=awarded.values("nomination")
    ).select_related("nomination__person", "nomination__unit")
    if names := [one.nomination.nominee for one in upheld]:
        return f"对“{'、'.join(names)}”的异议成立，名单中仍拟表彰。请先变更名单，审定后重新公示。"
    return ""


def awarded_of(award_list: AwardList) -> list[Nomination]:
    """Return the nominations that a list awards, in the order of the printed list."""
    entries = AwardListEntry.objects.of(award_list).with_outcome(AwardListEntry.Outcome.AWARD).for_list()
    return sorted((entry.nomination for entry in entries), key=place_in_print)


def place_in_print(nomination: Nomination) -> tuple[Any, ...]:
    """Return what orders a printed list as the notice had it: by award, persons by strokes (姓氏笔画).

    Collectives stand in the district's order.
    """
    category, unit = nomination.category, nomination.unit
    strokes = text.stroke_key(nomination.nominee) if nomination.person_id else ""
    place = (unit.group.position, unit.position, nomination.pk)
    return (category.position, category.pk, strokes, place)


def unprintable_words(nominations: Iterable[Nomination], organ: str) -> list[str]:
    """Name every winner, award and organ that no font here can print whole; empty when all can be."""
    found: dict[str, None] = {}
    for one in nominations:
        for said in (one.printed_name, one.printed_unit, one.category.name):
            _look(found, said, of=f"（{one.nominee}）" if said != one.nominee else "")
        _look(found, one.category.certificate_text, of=f"（{one.category.name}的证书文字）")
    _look(found, organ, of="（授予单位）")
    return list(found)


def _look(found: dict[str, None], said: str, *, of: str = "") -> None:
    if lost := fonts.unprintable(said):
        found[f"“{said}”{of}中的“{'、'.join(lost)}”"] = None


def refuse_unprintable(faults: Sequence[str]) -> None:
    """Raise Refused, with the names, for what no font prints: a box on a certificate is found too late."""
    if faults:
        more = f"等 {len(faults)} 处" if len(faults) > NAMED else ""
        raise Refused(
            f"{'；'.join(faults[:NAMED])}{more}字库里没有，证书印不出来，所以没有编号。"
            "请核对写法，或请管理员加装字体后再办理。"
        )


# --- confer -----------------------------------------------------------------------------------------------


def confer(
    award_list: AwardList,
    *,
    doc_number: str,
    decided_on: datetime.date | None,
    organ: str,
    by: Any,
    at: datetime.datetime,
) -> Decision:
    """Enter the decision and number its certificates; every nomination awarded becomes honoured.

    Numbers are `{year}-{mark}-{001}`, continuous within the award, in the order of the printed list. Raises
    Refused unless the list is approved, its notice closed and undisputed, the document has number and date
    (none before the notice's end), and every character can be printed; then nothing is numbered.
    """
    number = tidy_number(doc_number)
    with one_step(Decision, Honour, Nomination):
        fresh: AwardList = own(award_list, by=by, roles=OFFICE)
        notice = notice_of(fresh)
        if why := why_not_yet(fresh, notice):
            raise Refused(why)
        day = _day_of(decided_on, notice, at)
        winners = awarded_of(fresh)
        if not winners:
            raise Refused("名单中没有拟表彰的人选或集体，不能作出表彰决定。")
        cycle = fresh.cycle
        organ = organ.strip() or cycle.district.committee_name
        refuse_unprintable(unprintable_words(winners, organ))
        decision = Decision.objects.create(
            cycle=cycle, doc_number=number, decided_on=day, award_list=fresh, organ=organ
        )
        numbers = _numbers(cycle, winners)
        Honour.objects.bulk_create(
            _honour(decision, one, number) for one, number in zip(winners, numbers, strict=True)
        )
        for one in winners:
            take(nominations.STEPS["honour"], one, by=by, at=at)
        changes = {
            "doc_number": [None, number],
            "decided_on": [None, day],
            "count": len(winners),
            "certificates": f"{numbers[0]} — {numbers[-1]}",
        }
        record("decision.confer", decision, by=by, at=at, district=cycle.district, changes=changes)
        return decision


def tidy_number(doc_number: str) -> str:
    """Write a document number as documents do, 示教关〔2020〕6号. Raises Refused for any other shape."""
    found = _DOC_NUMBER.fullmatch(text.fold_width("".join(doc_number.split())))
    if found is None:
        raise Refused("请填写发文字号，写成“示教关〔2020〕6号”的样子：机关代字、年份、序号。")
    organ, year, number = found.groups()
    return f"{organ}〔{year}〕{number}号"


def _day_of(day: datetime.date | None, notice: PublicNotice | None, at: datetime.datetime) -> datetime.date:
    """Return the day of the document. Raises Refused without one, before the notice's end, after today."""
    if day is None:
        raise Refused("请填写发文日期。")
    if notice is not None and notice.last_on is not None and day < notice.last_on:
        until = format_value(notice.last_on, prose=True)
        raise Refused(f"公示到{until}截止，发文日期不能早于这一天。请核对发文日期。")
    if day > timezone.localdate(at):
        raise Refused("发文日期不能晚于今天。请在发文以后登记。")
    return day


def _numbers(cycle: Any, winners: Sequence[Nomination]) -> list[str]:
    """Return the number of each winner; holds the district's row, so that one numbers at a time."""
    prefixes = [f"{cycle.year}-{mark_of(one.category)}-" for one in winners]
    last = {prefix: _last_number(cycle.district_id, prefix) for prefix in dict.fromkeys(prefixes)}
    given: Counter[str] = Counter(last)
    numbers = []
    for prefix in prefixes:
        given[prefix] += 1
        numbers.append(f"{prefix}{given[prefix]:0{DIGITS}}")
    return numbers


def mark_of(category: Category) -> str:
    return category.certificate_mark.strip() or MARKS[Category.Kind(category.kind)]


def _last_number(district: int, prefix: str) -> int:
    """Return the highest number given in a series, void ones too; 0 where it begins."""
    District.objects.select_for_update(no_key=True).get(pk=district)
    given = Honour.objects.filter(district=district, certificate_no__startswith=prefix)
    ends = (number.removeprefix(prefix) for number in given.values_list("certificate_no", flat=True))
    return max((int(end) for end in ends if end.isdecimal()), default=0)


def _honour(decision: Decision, nomination: Nomination, number: str) -> Honour:
    person = nomination.person
    return Honour(
        district_id=decision.cycle.district_id,
        decision=decision,
        category=nomination.category,
        unit=nomination.unit,
        person=person,
        printed_name=nomination.nominee if person is not None else "",
        printed_unit=nomination.printed_unit or nomination.unit.full_name,
        printed_duty=nomination.printed_duty,
        certificate_no=number,
        nomination=nomination,
        **_secrets(),
    )


def _secrets() -> dict[str, str]:
    """Make what proves one certificate: 128 random bits for the QR code, six characters to type."""
    code = "".join(secrets.choice(CODE_CHARACTERS) for _ in range(CODE_LENGTH))
    return {"check_token": secrets.token_urlsafe(16), "check_code": code}


# --- void, and issue anew ---------------------------------------------------------------------------------


def void_honour(honour: Honour, *, reason: str, by: Any, at: datetime.datetime) -> Honour:
    """Void an honour: its number stays in the list and is not given again, the check page says 已作废."""
    if not reason.strip():
        raise Refused("作废须写明原因。")
    with one_step(Honour):
        fresh: Honour = own(honour, by=by, roles=OFFICE)
        if fresh.voided_on is not None:
            raise Refused(f"证书编号 {fresh.certificate_no} 已作废，不用再办。")
        _void(fresh, reason, at)
        record(
            "honour.void", fresh, by=by, at=at, reason=reason, changes={"voided_on": [None, fresh.voided_on]}
        )
        return fresh


def _void(honour: Honour, reason: str, at: datetime.datetime) -> None:
    honour.voided_on, honour.void_reason = timezone.localdate(at), reason.strip()[:200]
    honour.save(update_fields=["voided_on", "void_reason"])


@dataclass(frozen=True)
class Wording:
    """What a certificate made anew says of its holder; empty words stay as they were."""

    name: str = ""
    unit: str = ""
    duty: str = ""


def reissue(
    honour: Honour, *, reason: str, by: Any, at: datetime.datetime, wording: Wording = Wording()
) -> Honour:
    """Issue a certificate anew: the old one is void, the new one has the next number of its series.

    A void one may be issued anew once, too. Raises Refused without a reason, for one that was replaced
    already, and, with the name, for words that no font prints.
    """
    if not reason.strip():
        raise Refused("换发须写明原因，例如姓名写错、证书遗失。")
    with one_step(Honour):
        fresh: Honour = own(honour, by=by, roles=OFFICE)
        if (later := Honour.objects.filter(replaces=fresh).first()) is not None:
            raise Refused(
                f"证书编号 {fresh.certificate_no} 已换发为 {later.certificate_no}。请在新证书上办理。"
            )
        made = _replacement(fresh, wording)
        faults: dict[str, None] = {}
        for said in (made.printed_name, made.printed_unit):
            _look(faults, said)
        refuse_unprintable(list(faults))
        made.certificate_no = next_in_series(fresh)
        if fresh.voided_on is None:
            _void(fresh, f"换发：{reason.strip()}", at)
        made.save(force_insert=True)
        changes = {
            name: [before, after]
            for name in ("certificate_no", "printed_name", "printed_unit", "printed_duty")
            if (before := getattr(fresh, name)) != (after := getattr(made, name))
        }
        record("honour.reissue", fresh, by=by, at=at, reason=reason, changes=changes)
        return made


def _replacement(honour: Honour, wording: Wording) -> Honour:
    name = wording.name.strip() if honour.printed_name else ""
    return Honour(
        district_id=honour.district_id,
        decision_id=honour.decision_id,
        category_id=honour.category_id,
        unit_id=honour.unit_id,
        person_id=honour.person_id,
        nomination_id=honour.nomination_id,
        printed_name=name or honour.printed_name,
        printed_unit=wording.unit.strip() or honour.printed_unit,
        printed_duty=wording.duty.strip() or honour.printed_duty,
        replaces=honour,
        **_secrets(),
    )


def next_in_series(honour: Honour) -> str:
    """Return the next number of the series that a certificate's number belongs to."""
    found = _NUMBER.fullmatch(honour.certificate_no)
    prefix, digits = found.groups() if found else (f"{honour.certificate_no}-", "0" * DIGITS)
    return f"{prefix}{_last_number(honour.district_id, prefix) + 1:0{len(digits)}}"


# --- print ------------------------------------------------------------------------------------------------


def refuse_print(honours: Collection[Honour]) -> None:
    """Raise Refused when there is nothing to print, or something that the portal does not print."""
    if not honours:
        raise Refused("没有可以打印的证书。已作废的不能打印，导入的历届表彰请先换发。")
    if void := [one.certificate_no for one in honours if one.voided_on is not None]:
        raise Refused(f"已作废的证书不能打印：{'、'.join(void[:NAMED])}。")
    if foreign := [one.certificate_no for one in honours if not one.check_token]:
        raise Refused(
            f"不是本平台编号的证书，没有查验码，不能打印：{'、'.join(foreign[:NAMED])}。需要新证书的请换发。"
        )


def note_print(honours: Sequence[Honour], *, by: Any, at: datetime.datetime) -> None:
    """Note who printed certificates first; one line for the whole print.

    Raises Refused when one is outside the actor's reach.
    """
    with one_step(Honour):
        keys = {one.pk for one in honours}
        mine = Honour.objects.visible_to(by, roles=OFFICE).with_keys(keys)
        if mine.count() != len(keys):
            raise Refused("您不能打印这些证书：不都在您的职责范围内。")
        mine.unprinted().update(issued_by=by if getattr(by, "pk", None) else None)
        one, home = (honours[0], None) if len(honours) == 1 else (None, honours[0].decision.cycle.district)
        numbers = [each.certificate_no for each in honours]
        changes = {"count": len(honours), "certificates": f"{numbers[0]} — {numbers[-1]}"}
        record("honour.print", one, by=by, at=at, district=home, changes=changes)
