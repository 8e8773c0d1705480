"""What the public check page tells of honours: public words only, names masked."""

import datetime

from django.utils.crypto import constant_time_compare

from awards.models import Honour
from guanweihui.names import mask_name
from guanweihui.verification import Checked, verifies, verifies_by_hand

CERTIFICATE = "荣誉证书"


@verifies
def find_honour(token: str) -> Checked | None:
    """Find an honour by the code printed on its certificate; a void one says so."""
    honour = Honour.objects.by_token(token).for_check().first()
    return None if honour is None else told(honour)


@verifies_by_hand
def find_honour_by_number(number: str, code: str) -> Checked | None:
    """Find an honour by its number and the six characters printed below it.

    Numbers of two districts may be alike: the code decides. Honours that the portal did not print have none.
    """
    found = list(Honour.objects.numbered(number).with_code().for_check())
    # One comparison at least, so that a number nobody has takes its time like a wrong code.
    right = [constant_time_compare(one.check_code if one else "", code) for one in found or [None]]
    return next((told(one) for one, is_right in zip(found, right, strict=False) if is_right), None)


def told(honour: Honour) -> Checked:
    """Say of an honour what its own certificate says in public: award, unit, organ, day, number."""
    decision = honour.decision
    facts = (
        *((("姓名", mask_name(honour.printed_name)),) if honour.printed_name else ()),
        ("单位", honour.printed_unit),
        ("荣誉名称", honour.category.name),
        ("授予单位", decision.organ or decision.cycle.district.committee_name),
        ("授予日期", _day(decision.decided_on)),
        ("证书编号", honour.certificate_no),
    )
    if honour.voided_on is None:
        return Checked(CERTIFICATE, "有效", True, facts)
    return Checked(CERTIFICATE, "已作废", False, (*facts, ("作废日期", _day(honour.voided_on))))


def _day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
