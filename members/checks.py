"""What the public check page tells of the papers of people: public words only, names masked."""

from django.utils import timezone

from guanweihui.names import mask_name
from guanweihui.verification import Checked, verifies
from members.models import Card, CardEvent, Person, ServiceCertificate
from members.workflow.cards import why_not_serving

CARD = "志愿者证"
SERVICE_CERTIFICATE = "志愿服务记录证明"


@verifies
def find_card(token: str) -> Checked | None:
    """Find a card by the code printed on it; a code that a reissue replaced says so."""
    day = timezone.localdate()
    card = Card.objects.with_token(token).for_list(day).first()
    replaced = CardEvent.objects.that_replaced(token).select_related("card__person__school").first()
    if card is None:
        return None if replaced is None else _replaced(replaced)
    facts = holder(card.person, card.number)
    if card.status == Card.Status.VOID:
        return Checked(CARD, "已注销", False, (*facts, ("注销日期", _day(card.voided_on))))
    facts += (
        ("首次注册年度", str(card.year)),
        (f"{day.year} 年度注册", "已注册" if card.is_registered else "待注册"),
    )
    # A holder who died or stopped is no volunteer any more; which of the two is nobody's business.
    if why_not_serving(card.person, day):
        return Checked(CARD, "已停用", False, facts)
    return Checked(CARD, "有效", True, facts)


def _replaced(event: CardEvent) -> Checked:
    facts = holder(event.card.person, event.card.number)
    day = timezone.localdate(event.happened_at)
    return Checked(CARD, "旧证已作废", False, (*facts, ("补发日期", _day(day))))


def holder(person: Person, number: str) -> tuple[tuple[str, str], ...]:
    """Return the facts that name a holder without naming him."""
    return (("姓名", mask_name(person.name)), ("单位", person.school.full_name), ("证号", number))


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@verifies
def find_service_certificate(token: str) -> Checked | None:
    """Find an issued certificate of service; one that was never issued has no paper and is not known here."""
    found = ServiceCertificate.objects.with_token(token).select_related("person", "issuer").first()
    if found is None or not found.number:
        return None
    is_valid = found.status == ServiceCertificate.Status.ISSUED
    facts = (
        ("姓名", mask_name(found.person.name)),
        ("证明编号", found.number),
        ("服务时间", f"{found.half_hours / 2:.1f} 小时"),
        ("起止日期", f"{_day(found.from_on)}至{_day(found.to_on)}"),
        ("出具单位", found.issuer.full_name),
        ("出具日期", _day(found.issued_on)),
    )
    return Checked(SERVICE_CERTIFICATE, "有效" if is_valid else "已作废", is_valid, facts)
