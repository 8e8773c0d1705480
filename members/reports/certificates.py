"""The register of service certificates (服务证明登记簿), the certificate itself and its notice on paper."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from guanweihui.documents import pdf
from guanweihui.documents.service_certificate import (
    ServiceLine,
    ServiceNotice,
    ServicePaper,
    contents_of,
    service_certificate,
    service_notice,
)
from guanweihui.tables import Column, Row, Table, format_value
from guanweihui.text import mask_id
from guanweihui.workflow import Refused
from members.models import ServiceCertificate, ServiceKind, ServiceRecord

COLUMNS = (
    Column("serial", "序号", width=6, format="int"),
    Column("number", "证明编号", width=16, align="center"),
    Column("name", "姓名", width=10, align="center"),
    Column("issuer", "出具单位", width=28),
    Column("from_on", "起始日期", width=12, format="date"),
    Column("to_on", "截止日期", width=12, format="date"),
    Column("hours", "服务时间（小时）", width=10, format="hours"),
    Column("head", "负责人", width=10, align="center"),
    Column("handler", "经办人", width=10, align="center"),
    Column("posted_on", "公示开始", width=12, format="date"),
    Column("posted_until", "公示截止", width=12, format="date"),
    Column("issued_on", "出具日期", width=12, format="date"),
    Column("status", "状态", width=8, align="center"),
    Column("reason", "撤回或作废原因", width=20),
    Column("purpose", "备注", width=20),
)


def certificate_register(
    certificates: Iterable[ServiceCertificate], *, reporting_unit: str = "", period: str = ""
) -> Table:
    """One row a certificate in the order given, void ones too: numbers have no gap."""
    rows = tuple(Row(_cells(serial, one)) for serial, one in enumerate(certificates, start=1))
    return Table(
        key="certificates",
        title="志愿服务记录证明登记簿",
        columns=COLUMNS,
        rows=rows,
        reporting_unit=reporting_unit,
        period=period,
        unit_line="小时",
        notes=("作废的证明保留编号，不再使用。身份证号不在本表。",),
        signatures=("单位负责人", "登记人", "登记日期"),
    )


def _cells(serial: int, one: ServiceCertificate) -> tuple:
    return (
        serial,
        one.number,
        one.person.name,
        one.issuer.full_name,
        one.from_on,
        one.to_on,
        one.half_hours / 2,
        one.head,
        one.handler,
        one.posted_on,
        one.posted_until,
        one.issued_on,
        one.get_status_display(),
        one.end_reason,
        one.purpose,
    )


def certificate_pdf(certificate: ServiceCertificate, *, check_url: str, is_full: bool = False) -> bytes:
    """Print a certificate; `is_full` shows the whole ID number, which the caller has recorded.

    Only an issued one carries number and QR code unmarked; any other says its state across the page.
    Raises Refused when a character has no font, or PDF cannot be made here.
    """
    person, card = certificate.person, getattr(certificate.person, "card", None)
    is_issued = certificate.status == ServiceCertificate.Status.ISSUED
    paper = ServicePaper(
        name=person.name,
        id_number=person.id_number if is_full and is_issued else mask_id(person.id_number),
        volunteer_number=card.number if card else "",
        from_on=certificate.from_on,
        to_on=certificate.to_on,
        lines=lines_of_kind(certificate, ServiceKind.SERVICE),
        training=lines_of_kind(certificate, ServiceKind.TRAINING),
        issuer=certificate.issuer.full_name,
        head=certificate.head,
        handler=certificate.handler,
        contact=certificate.contact,
        number=certificate.number,
        issued_on=certificate.issued_on,
        recorded_by=certificate.recorded_by_name,
        remark=certificate.purpose,
        state="" if is_issued else certificate.get_status_display(),
        check_url=check_url if is_issued else "",
    )
    return printed(service_certificate, paper)


def notice_pdf(certificate: ServiceCertificate) -> bytes:
    """Print the notice inside the unit; raises Refused as the certificate does."""
    lines = lines_of_kind(certificate, ServiceKind.SERVICE)
    notice = ServiceNotice(
        name=certificate.person.name,
        unit=certificate.person.school.full_name,
        issuer=certificate.issuer.full_name,
        span=span_of(certificate),
        hours=certificate.half_hours / 2,
        contents=contents_of(lines),
        posted_on=certificate.posted_on,
        posted_until=certificate.posted_until,
        contact=certificate.contact,
    )
    return printed(service_notice, notice)


def printed(document: Callable[[Any], bytes], content: Any) -> bytes:
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    try:
        return document(content)
    except pdf.Unprintable as fault:
        raise Refused(str(fault)) from fault


def lines_of_kind(certificate: ServiceCertificate, kind: str) -> tuple[ServiceLine, ...]:
    """Return the records of a kind as the certificate froze them."""
    return tuple(
        ServiceLine(
            on=datetime.date.fromisoformat(line["on"]),
            content=line["content"],
            organiser=line["organiser"],
            hours=line["half_hours"] / 2,
            note=f"补录，依据{ServiceRecord.Evidence(line['evidence']).label}" if line["evidence"] else "",
        )
        for line in certificate.content
        if line["kind"] == kind
    )


def span_of(certificate: ServiceCertificate) -> str:
    """Write the range as prose does."""
    first, last = (format_value(day, prose=True) for day in (certificate.from_on, certificate.to_on))
    return f"{first}至{last}"
