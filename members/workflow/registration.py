"""Steps of the registration round: the school's list, its way up, and what acceptance writes into files."""

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from guanweihui import filings, uploads
from guanweihui.audit import record
from guanweihui.filings import Outdated
from guanweihui.models import AuditEvent, Due, Remark, Round
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own, take
from members.models import Person, Registration, RegistrationLine
from members.models.registration import candidates_for

FILLERS = frozenset({Role.SCHOOL})
ADULT = 18
#: A signed form names ID number and phone: its file is a personal paper.
SCAN_FIELD = f"{uploads.PERSONAL}scan"


@dataclass(frozen=True)
class Fault:
    """What keeps a list from being submitted; `line` is that of the person, None for the whole list."""

    words: str
    line: RegistrationLine | None = None


def start(due: Due, *, by: Any, at: datetime.datetime) -> Registration:
    """Give a school its empty list for a round, or the one that it has.

    Raises Refused for another school, a round of another kind or one not open, and a school waived.
    """
    with one_step(Registration):
        fresh = own(due, by=by, roles=FILLERS)
        found = Registration.objects.filter(due=fresh).first()
        if found is not None:
            return found
        if fresh.round.kind != Round.Kind.REGISTRATION:
            raise Refused("这项报送任务不是五老志愿者登记。")
        if fresh.round.state != Round.State.OPEN:
            raise Refused(f"这次登记{fresh.round.get_state_display()}，现在不能填报。")
        _refuse_waived(fresh)
        registration = Registration.objects.create(due=fresh)
        if fresh.state == Due.State.WAITING:
            fresh.state = Due.State.DRAFT
            fresh.save(update_fields=["state"])
        record("registration.start", registration, by=by, at=at)
        return registration


def save_draft(
    registration: Registration, values: Mapping[str, Any], *, version: int, by: Any, at: datetime.datetime
) -> Registration:
    """Write the list as it stands, gaps and all.

    `values` holds filled_by, phone, paper_place, and `consents`: {person key: day of consent or None}, one
    for each person ticked. `version` is that of the list when the form was opened. Raises Outdated when it
    was saved since; Refused when the list is on its way, or a person is none whom the school may register.
    """
    with one_step(Registration, RegistrationLine):
        fresh = _editable(registration, by)
        if fresh.version != version:
            raise Outdated(fresh)
        before = {line.person_id: line for line in fresh.lines.select_related("scan")}
        consents = values["consents"]
        _refuse_strangers(fresh, consents.keys() - before.keys(), by=by, at=at)
        for key in before.keys() - consents.keys():
            _drop(before[key])
        RegistrationLine.objects.bulk_create(
            RegistrationLine(registration=fresh, person_id=key, consented_on=consents[key])
            for key in sorted(consents.keys() - before.keys())
        )
        for key in before.keys() & consents.keys():
            if before[key].consented_on != consents[key]:
                before[key].consented_on = consents[key]
                before[key].save(update_fields=["consented_on"])
        for name in ("filled_by", "phone", "paper_place"):
            setattr(fresh, name, values.get(name, getattr(fresh, name)))
        fresh.version += 1
        fresh.save(update_fields=["filled_by", "phone", "paper_place", "version"])
        record("registration.save", fresh, by=by, at=at, changes={"people": [len(before), len(consents)]})
        return fresh


def attach_scan(
    line: RegistrationLine, *, name: str, content: bytes, content_type: str, by: Any, at: datetime.datetime
) -> RegistrationLine:
    """Put the scan of a signed form to a line, in place of an older one; bytes from uploads.clean_scan().

    Raises Refused when the list is on its way, or a quota is used up.
    """
    with one_step(RegistrationLine):
        registration = _editable(line.registration, by)
        fresh = registration.lines.select_related("scan", "person").filter(pk=line.pk).first()
        if fresh is None:
            raise Refused("此人已不在名单中，没有保存扫描件。请刷新页面后再看。")
        old = fresh.scan
        fresh.scan = uploads.attach(
            registration.due, filing=registration, field=SCAN_FIELD, name=name, content=content,
            content_type=content_type, by=by, at=at,
        )  # fmt: skip
        fresh.save(update_fields=["scan"])
        if old is not None:
            uploads.remove(old)
        record("registration.attach_scan", registration, by=by, at=at, reason=str(fresh.person))
        return fresh


def submit(registration: Registration, *, version: int, by: Any, at: datetime.datetime) -> Registration:
    """Send the list up. Raises Refused with every fault at once, after the deadline, or for an old tab."""
    filings.refuse_when_late(registration.due, at=at)

    def ready(row: Registration) -> str | None:
        if row.version != version:
            return "这份名单在您打开之后被保存过，本次没有提交。请核对后再提交。"
        if row.due.state == Due.State.WAIVED:
            return WAIVED
        return "\n".join(fault.words for fault in faults_of(row, at=at)) or None

    step = dataclasses.replace(filings.STEPS["submit"], when=ready)
    writes = {"submitted_at": at, "submitted_by": by}
    return take(step, registration, by=by, at=at, writes=writes, then=lambda row: _resolve(row, at))


def return_back(
    registration: Registration, *, by: Any, at: datetime.datetime, reason: str, remarks: Mapping[int, str]
) -> Registration:
    """Send the list back with a reason; `remarks` by line key. A group only where it endorses."""
    known = set(registration.lines.values_list("pk", flat=True))
    if not remarks.keys() <= known:
        raise Refused("名单刚被改动过，本次没有退回。请刷新页面后再看。")
    words = {remark_field(key): text for key, text in remarks.items() if text.strip()}
    return filings.return_back(registration, by=by, at=at, reason=reason, remarks=words)


def accept_registration(registration: Registration, *, by: Any, at: datetime.datetime) -> Registration:
    """Accept the list: each person on it is a registered volunteer from today on, with consent on file.

    Raises Refused when somebody on it died, stopped or moved to another school since it was sent.
    """
    step = filings.STEPS["accept"]

    def open_(row: Registration) -> str | None:
        why = step.when(row) if step.when else None
        if why is None and (faults := faults_of(row, at=at)):
            why = "名单需要修改，请退回学校：\n" + "\n".join(fault.words for fault in faults)
        return why

    checked = dataclasses.replace(step, when=open_)
    return take(checked, registration, by=by, at=at, then=lambda row: _register(row, at))


def _register(registration: Registration, at: datetime.datetime) -> None:
    days = dict(registration.lines.values_list("person", "consented_on"))
    today = timezone.localdate(at)
    people = list(Person.objects.select_for_update().filter(pk__in=days).order_by("pk"))
    for person in people:
        person.consented_on = days[person.pk]
        person.registered_on = person.registered_on or today
        person.is_volunteer = True
        # A form of the file that was opened before would write its old answer back.
        person.version += 1
    written = ["consented_on", "registered_on", "is_volunteer", "version"]
    Person.objects.bulk_update(people, written, batch_size=500)


def faults_of(registration: Registration, *, at: datetime.datetime) -> list[Fault]:
    """Return everything that keeps a list from being submitted or accepted, in the list's order."""
    lines = list(registration.lines.for_table())
    faults = []
    if not lines:
        faults.append(Fault("名单里还没有人。请勾选同意登记的人员；确实没有的，请用“零报告”。"))
    if not registration.filled_by:
        faults.append(Fault("请填写“填报人”。"))
    if not registration.phone:
        faults.append(Fault("请填写“联系电话”。"))
    bare = [line.person.name for line in lines if line.scan_id is None]
    if bare and not registration.paper_place:
        names = "、".join(bare[:5]) + ("等" if len(bare) > 5 else "")
        faults.append(
            Fault(f"{names}{len(bare)}人没有登记表扫描件。请逐人上传，或填写“登记表原件存放说明”。")
        )
    school, today = registration.due.school_id, timezone.localdate(at)
    for line in lines:
        faults += [Fault(f"{line.person.name}：{words}", line) for words in _line_faults(line, school, today)]
    return faults


def _line_faults(line: RegistrationLine, school: int, today: datetime.date) -> list[str]:
    person, day = line.person, line.consented_on
    faults = []
    if person.merged_into_id is not None:
        faults.append("档案已并入另一份，请从名单中去掉，改选合并后的档案。")
    if person.school_id != school:
        faults.append("已不在本校，请从名单中去掉。")
    if person.died_on is not None and person.died_on <= today:
        faults.append("已离世，请从名单中去掉。")
    elif person.stopped_on is not None and person.stopped_on <= today:
        faults.append("已停止服务，请从名单中去掉。")
    if day is None:
        return [*faults, "没有填写本人同意日期，请照签名的登记表填写。"]
    if day > today:
        faults.append("本人同意日期晚于今天，请核对。")
    if person.born_on is not None and day < _birthday(person.born_on, ADULT):
        faults.append(f"本人同意日期早于其年满{ADULT}周岁，请核对。")
    return faults


def _birthday(born: datetime.date, years: int) -> datetime.date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return born.replace(year=born.year + years, month=3, day=1)


def last_reason(registration: Registration) -> str:
    """Return why the list came back last, empty when it never did."""
    actions = ("registration.return_back", "registration.reopen")
    event = AuditEvent.objects.of(registration).filter(action__in=actions).last()
    return event.reason if event else ""


def remark_field(line: int) -> str:
    """Name a line in the field of a Remark."""
    return f"line.{line}"


WAIVED = "区里已批准本校免报，不用填报。需要填报请联系区关工委办公室。"


def _refuse_waived(due: Due) -> None:
    if due.state == Due.State.WAIVED:
        raise Refused(WAIVED)


def _editable(registration: Registration, by: Any) -> Registration:
    fresh = own(registration, by=by, roles=FILLERS)
    if not fresh.is_editable:
        raise Refused(f"这份名单现在是“{fresh.get_status_display()}”，不能修改。请刷新页面后再看。")
    _refuse_waived(fresh.due)
    return fresh


def _refuse_strangers(registration: Registration, keys: set, *, by: Any, at: datetime.datetime) -> None:
    """Refuse people who are not open to this school: of another one, dead, stopped, consented already."""
    people = Person.objects.visible_to(by, roles=FILLERS)
    open_ = candidates_for(people, registration.due, timezone.localdate(at)).among(keys)
    if len(keys) != len(open_):
        raise Refused("名单中有人已不在本校的可登记人员之列，本次没有保存。请刷新页面后再勾选。")


def _drop(line: RegistrationLine) -> None:
    """Take a person off the list; his signed form goes with him, nothing of it may stay."""
    scan = line.scan
    line.delete()
    if scan is not None:
        uploads.remove(scan)


def _resolve(registration: Registration, at: datetime.datetime) -> None:
    Remark.objects.open_for(registration).update(resolved_at=at)
