"""Steps on volunteer cards: issue, reissue, void, yearly registration, and what a print leaves behind.

The district issues, reissues and voids; a school registers and prints the cards of its own people. A card
hangs on its person, so it moves along when he changes school or team.
"""

import datetime
import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.documents import fonts
from guanweihui.models import District
from guanweihui.scope import Role
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take
from members.models import AnnualRegistration, Card, CardEvent, Person, TeamMembership
from members.rules import rule_on

#: Who gives cards out and takes them back; who registers and prints them.
ISSUERS = frozenset({Role.DISTRICT})
KEEPERS = frozenset({Role.DISTRICT, Role.SCHOOL})

S = Card.Status
STEPS = Steps({"void": Step({S.VALID}, S.VOID, ISSUERS, label="注销", needs_reason=True)})


#: What a card prints besides its holder's teams.
PRINTED = (
    "district__committee_name",
    "person__name",
    "person__school__full_name",
    "person__photo",
    "number",
    "reissues",
)


@dataclass(frozen=True)
class Outcome:
    """What a step in bulk came to for one row: the number written, or why it was refused."""

    person: Person
    number: str = ""
    why: str = ""


# --- issue ------------------------------------------------------------------------------------------------


def issue_card(person: Person, *, by: Any, at: datetime.datetime) -> Card:
    """Give a registered volunteer his card; it counts as registered for the year of issue.

    The number is the district's format with the year of first registration and the next sequence of that
    year: without gaps, and never given twice, for cards are not deleted. Raises Refused with the reason.
    """
    day = timezone.localdate(at)
    with one_step(Card, CardEvent, AnnualRegistration):
        fresh = own(person, by=by, roles=ISSUERS)
        if why := why_no_card(fresh, day):
            raise Refused(why)
        if (old := Card.objects.of_person(fresh).first()) is not None:
            raise Refused(f"{fresh.name}已有志愿者证（{old.number}），一人一证、终身一号。")
        district = lock_district(fresh)
        year = fresh.registered_on.year  # type: ignore[union-attr]
        sequence = last_sequence(district, year) + 1
        card = Card.objects.create(
            district=district,
            person=fresh,
            number=card_number(rule_on(district, day).card_number_format, year, sequence),
            year=year,
            sequence=sequence,
            issued_on=day,
            check_token=new_token(),
        )
        _note(card, CardEvent.Kind.ISSUE, by=by, at=at)
        _register(card, day.year, by=by, day=day)
        record("card.issue", card, by=by, at=at, changes={"number": [None, card.number]})
    return card


def issue_cards(people: Iterable[Person], *, by: Any, at: datetime.datetime) -> list[Outcome]:
    """Give several people their cards, each in a step of its own; one that is refused stops no other."""
    outcomes = []
    for person in people:
        try:
            outcomes.append(Outcome(person, number=issue_card(person, by=by, at=at).number))
        except Refused as refusal:
            outcomes.append(Outcome(person, why=str(refusal)))
    return outcomes


def candidates(people: Any, day: datetime.date) -> Any:
    """Keep the registered, serving volunteers among `people` who have no card yet."""
    return people.registered().volunteers_on(day).filter(card=None)


def why_no_card(person: Person, day: datetime.date) -> str:
    """Say why somebody can get no card, empty when he can. Consent is part of registration."""
    if person.registered_on is None:
        return f"{person.name}还没有通过志愿者登记（本人同意登记的材料不在档），请先在“志愿者登记”中办理。"
    if why := why_not_serving(person, day):
        return why
    if lost := fonts.unprintable(person.name):
        return f"“{person.name}”中的“{'、'.join(lost)}”字库里没有，印不出来。请核对姓名，或请管理员加装字体。"
    return ""


def why_not_serving(person: Person, day: datetime.date) -> str:
    """Say why somebody is no serving volunteer on a day, empty when he is."""
    if person.died_on and person.died_on <= day:
        return f"{person.name}已离世。"
    if not person.is_volunteer:
        return f"{person.name}不是志愿者。"
    if person.stopped_on and person.stopped_on <= day:
        return f"{person.name}已停止服务。"
    return ""


def lock_district(person: Person) -> District:
    """Let one issue a district run at a time; rows that only name the district are not held up."""
    return District.objects.select_for_update(no_key=True).get(pk=person.district_id)


def last_sequence(district: District, year: int) -> int:
    cards = Card.objects.filter(district=district, year=year)
    return int(cards.aggregate(last=Max("sequence"))["last"] or 0)


def card_number(form: str, year: int, sequence: int) -> str:
    """Write a number in the district's format. Raises Refused for a format that cannot be filled in."""
    try:
        number = form.format(年度=year, 序号=f"{sequence:05}")
    except (ValueError, LookupError, AttributeError):
        number = ""
    longest = Card._meta.get_field("number").max_length or 0
    if not number or len(number) > longest:
        raise Refused(f"证号格式“{form}”用不了，请到后台管理的“志愿服务规则”中改正后再发证。")
    return number


def new_token() -> str:
    """Make the 128 bits of a QR code."""
    return secrets.token_hex(16)


# --- the card's life --------------------------------------------------------------------------------------


def reissue(card: Card, *, by: Any, at: datetime.datetime, reason: str) -> Card:
    """Replace a lost or worn card: the same number, one more reissue, another QR code.

    The old code is kept with the event, so that the lost card's check page says 已补发.
    """
    if not reason.strip():
        raise Refused("请写明补发原因，例如遗失、损坏。")
    with one_step(Card, CardEvent):
        fresh = own(card, by=by, roles=ISSUERS)
        _refuse_void(fresh, "补发")
        if why := why_not_serving(fresh.person, timezone.localdate(at)):
            raise Refused(f"{why}不能补发志愿者证。")
        old_token, fresh.check_token = fresh.check_token, new_token()
        fresh.reissues += 1
        fresh.save(update_fields=["check_token", "reissues"])
        _note(fresh, CardEvent.Kind.REISSUE, by=by, at=at, reason=reason, replaced_token=old_token)
        changes = {"reissues": [fresh.reissues - 1, fresh.reissues]}
        record("card.reissue", fresh, by=by, at=at, reason=reason, changes=changes)
    return fresh


def void_card(card: Card, *, by: Any, at: datetime.datetime, reason: str) -> Card:
    """Take a card out of use for good; its number is never given again."""
    reason = reason.strip()
    writes = {"voided_on": timezone.localdate(at), "void_reason": reason}
    return take(
        STEPS["void"],
        card,
        by=by,
        at=at,
        reason=reason,
        writes=writes,
        then=lambda row: _note(row, CardEvent.Kind.VOID, by=by, at=at, reason=reason),
    )


def register_year(card: Card, year: int, *, by: Any, at: datetime.datetime) -> AnnualRegistration:
    """Register a card for a year (年度注册): its holder goes on serving.

    Raises Refused for a void card, a year before the first registration or still to come, a holder who
    serves no more, and a second time.
    """
    day = timezone.localdate(at)
    with one_step(AnnualRegistration):
        fresh = own(card, by=by, roles=KEEPERS)
        _refuse_void(fresh, "年度注册")
        if not fresh.year <= year <= day.year:
            raise Refused(f"证号 {fresh.number} 只能注册 {fresh.year} 至 {day.year} 年度。")
        if why := why_not_serving(fresh.person, day):
            raise Refused(f"{why}不能年度注册，请核对后注销此证。")
        row = _register(fresh, year, by=by, day=day)
        record("card.register_year", fresh, by=by, at=at, changes={"registered_year": year})
    return row


def register_cards(cards: Iterable[Card], year: int, *, by: Any, at: datetime.datetime) -> list[Outcome]:
    """Register several cards for a year, each in a step of its own."""
    outcomes = []
    for card in cards:
        try:
            register_year(card, year, by=by, at=at)
            outcomes.append(Outcome(card.person, number=card.number))
        except Refused as refusal:
            outcomes.append(Outcome(card.person, why=str(refusal)))
    return outcomes


def _refuse_void(card: Card, what: str) -> None:
    if card.status == S.VOID:
        raise Refused(f"证号 {card.number} 已注销，不能{what}。")


def _register(card: Card, year: int, *, by: Any, day: datetime.date) -> AnnualRegistration:
    return AnnualRegistration.objects.create(
        card=card, year=year, registered_on=day, registered_by=_account(by)
    )


def _note(
    card: Card, kind: str, *, by: Any, at: datetime.datetime, reason: str = "", replaced_token: str = ""
) -> CardEvent:
    return CardEvent.objects.create(
        card=card,
        kind=kind,
        happened_at=at,
        made_by=_account(by),
        reason=reason.strip(),
        replaced_token=replaced_token,
    )


def _account(by: Any) -> Any:
    return by if getattr(by, "pk", None) else None


# --- print ------------------------------------------------------------------------------------------------


def print_digest(card: Card) -> str:
    """Return the digest of what a card prints; the card comes from `for_list`, with its holder's teams."""
    person = card.person
    return digest_of(
        card.district.committee_name,
        person.name,
        person.school.full_name,
        person.photo,
        card.number,
        card.reissues,
        teams_of(card),
    )


def digest_of(*said: Any) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def teams_of(card: Card) -> str:
    """Join the names of the teams that the holder serves in; the card comes from `for_list`."""
    return "、".join(membership.team.name for membership in card.person.serving)  # type: ignore[attr-defined]


def is_changed(card: Card) -> bool:
    """Tell whether the card says something else than its last print; never printed is not changed."""
    return bool(card.printed_digest) and card.printed_digest != print_digest(card)


def changed_cards(cards: Any, day: datetime.date) -> list[int]:
    """Return the keys of the valid cards whose data changed since their print.

    Two queries of bare values, in the order of `print_digest`: a district prints thousands of cards.
    """
    teams: dict[int, list[str]] = {}
    memberships = TeamMembership.objects.serving(day).filter(person__card__isnull=False)
    for person, team in memberships.order_by("team__position", "team").values_list("person", "team__name"):
        teams.setdefault(person, []).append(team)
    rows = cards.valid().printed().order_by().values_list("pk", "person", "printed_digest", *PRINTED)
    return [
        key
        for key, person, digest, *said in rows.iterator()
        if digest != digest_of(*said, "、".join(teams.get(person, ())))
    ]


def refuse_unprintable(cards: Sequence[Card]) -> None:
    """Raise Refused when there is nothing to print, a card is void, or no font has a character of it."""
    if not cards:
        raise Refused("没有可以打印的志愿者证，请先选择。")
    if void := [card.number for card in cards if card.status == S.VOID]:
        raise Refused(f"已注销的志愿者证不能打印：{'、'.join(void[:10])}。请取消选择后再打印。")
    for card in cards:
        text = f"{card.person.name}{card.person.school.full_name}{teams_of(card)}"
        if lost := fonts.unprintable(text):
            raise Refused(
                f"{card.person.name}（{card.number}）的证上有字库里没有的字：{'、'.join(lost)}。"
                "请核对，或请管理员加装字体。"
            )


def record_print(cards: Sequence[Card], *, by: Any, at: datetime.datetime) -> None:
    """Note what was printed of each card, as it was read for the print; one line for the whole print.

    Raises Refused when a card is outside the actor's reach.
    """
    with one_step(Card):
        keys = {card.pk for card in cards}
        if Card.objects.visible_to(by, roles=KEEPERS).filter(pk__in=keys).count() != len(keys):
            raise Refused("您不能打印这些志愿者证：不都在您的职责范围内。")
        for card in cards:
            card.printed_at, card.printed_digest = at, print_digest(card)
        Card.objects.bulk_update(cards, ["printed_at", "printed_digest"], batch_size=200)
        one, home = (cards[0], None) if len(cards) == 1 else (None, cards[0].district)
        numbers = [card.number for card in cards]
        changes = {"count": len(cards), "numbers": f"{min(numbers)} — {max(numbers)}"}
        record("card.print", one, by=by, at=at, district=home, changes=changes)
