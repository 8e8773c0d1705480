"""What the tests of pairs and host schools type, and the moment at which they act."""

import datetime

from django.utils import timezone

from outreach.models import Partnership, Programme
from outreach.workflow import hosts, pairs, programmes
from outreach.workflow.rows import mark_of

NOW = datetime.datetime(2020, 6, 1, 2, 0, tzinfo=datetime.UTC)
HIGH, JUNIOR = Partnership.Kind
TERMS = {
    "from_on": datetime.date(2020, 3, 1),
    "to_on": datetime.date(2021, 9, 30),
    "agreement_no": "示例〔2020〕3号",
}
PROGRAMME = {
    "name": "第二批老校长下乡",
    "region": "示例山区",
    "started_on": datetime.date(2018, 10, 22),
    "ends_on": datetime.date(2021, 9, 30),
    "agreement_no": "示例〔2018〕1号",
    "agreed_on": datetime.date(2018, 10, 22),
    "city_principals": 17,
    "city_regions": "阜平、承德、密云",
    "own_principals": 4,
    "follows": None,
    "note": "",
}
HOST = {
    "name": "示例山区第九十九中学",
    "region": "示例山区",
    "address": "示例镇一号",
    "contact_name": "李主任",
    "contact_post": "教导主任",
    "contact_phone": "13800001234",
}
PROFILE = {"year": 2019, "teachers": 62, "pupils": 840, "classes": 18, "note": ""}
STAFF = [("语文", 8), ("数学", 7)]


def plan(by, **fields) -> Programme:
    return programmes.plan_programme({**PROGRAMME, **fields}, by=by, at=NOW)


def persons(pairing, **fields):
    """Return what the form of a pair sends to the step, as the pair stands."""
    return {name: getattr(pairing, name) for name in pairs.FIELDS} | fields


def edit(pairing, by, mark=None, **fields):
    mark = mark or mark_of(pairing, pairs.FIELDS)
    return pairs.edit_pairing(pairing, persons(pairing, **fields), mark=mark, by=by, at=NOW)


def partner_of(pairing, kind=HIGH) -> Partnership:
    return pairing.partnerships.get(kind=kind, ended_on=None)


def end(partnership, by, on=datetime.date(2020, 3, 1), reason="学校撤并"):
    return pairs.end_partner(partnership, on=on, reason=reason, by=by, at=NOW)


def close(host, by, on=datetime.date(2020, 3, 1), reason="并入别的学校"):
    return hosts.close_host(host, on=on, reason=reason, by=by, at=NOW)


def in_days(number: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=number)
