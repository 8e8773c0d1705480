"""The decision: what it rests on, how it numbers, what becomes of an honour later."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from awards.models import AwardList, Decision, Honour, Nomination, Objection, PublicNotice
from awards.todos.honours import certificates_to_print, lists_to_decide
from awards.workflow import honours as steps
from guanweihui.models import AuditEvent
from guanweihui.scope import Role, System
from guanweihui.workflow import Refused
from tests import factories
from tests.awards import rows
from tests.awards.honour_rows import (
    DECIDED_ON,
    DOC_NUMBER,
    Kind,
    confer,
    enter,
    make_decided,
    make_ready_list,
)
from tests.cast import count_queries
from tests.races import race, verdicts

pytestmark = pytest.mark.django_db
#: Winners in no order; printed they stand by award, persons by strokes, collectives as the district has them.
WINNERS = (
    (Kind.ADVANCED_RETIRED, "李玉兰"),
    (Kind.ADVANCED_COLLECTIVE, "张庄小学"),
    (Kind.ADVANCED_RETIRED, "王秀英"),
    (Kind.ADVANCED_COLLECTIVE, "丁家小学"),
    (Kind.GOOD_LEADER, "陈建国"),
)
AT = timezone.now()


def office(row) -> System:
    return System(getattr(row, "district", None) or row.cycle.district)


def said(decision) -> list[tuple[str, str]]:
    return [(one.certificate_no, one.printed_name or one.printed_unit) for one in of(decision)]


def of(decision):
    return list(Honour.objects.of_decision(decision))


def object_to(award_list, **fields) -> Objection:
    defaults = {
        "notice": award_list.notices.get(),
        "kind": Objection.Kind.PERSON,
        "objector": "赵六",
        "text": "材料不实",
        "received_on": DECIDED_ON,
        "received_by": factories.make_user(),
        "received_at": AT,
    }
    return Objection.objects.create(**{**defaults, **fields})


# --- confer -----------------------------------------------------------------------------------------------


def test_a_decision_numbers_each_award_in_the_order_of_the_printed_list():
    award_list = make_ready_list(winners=WINNERS)
    enter(award_list, Kind.GOOD_LEADER, "周递补", status=Nomination.Status.RESERVE, outcome="RESERVE")
    decision = confer(award_list, doc_number=" 示教关[2020]第06号 ")
    assert (decision.doc_number, decision.decided_on, decision.organ) == (
        DOC_NUMBER,
        DECIDED_ON,
        award_list.cycle.district.committee_name,
    )
    assert said(decision) == [
        ("2020-JT-001", "张庄小学"),
        ("2020-JT-002", "丁家小学"),
        ("2020-LD-001", "陈建国"),
        ("2020-TX-001", "王秀英"),
        ("2020-TX-002", "李玉兰"),
    ]
    states = Nomination.objects.of_cycle(award_list.cycle).values_list("status", flat=True)
    assert sorted(states) == ["HONOURED"] * 5 + ["RESERVE"]
    honours = of(decision)
    assert len({one.check_token for one in honours}) == 5
    assert {len(one.check_token) for one in honours} == {22}
    assert {len(one.check_code) for one in honours} == {6}
    assert set("".join(one.check_code for one in honours)) <= set(steps.CODE_CHARACTERS)
    assert set(steps.CODE_CHARACTERS).isdisjoint("01OI")
    lines = list(AuditEvent.objects.values_list("action", flat=True))
    assert sorted(lines) == ["decision.confer", *["nomination.honour"] * 5]
    assert AuditEvent.objects.get(action="decision.confer").changes == {
        "doc_number": [None, DOC_NUMBER],
        "decided_on": [None, "2020-12-18"],
        "count": 5,
        "certificates": "2020-JT-001 — 2020-TX-002",
    }


def test_numbers_go_on_behind_those_given_and_bear_the_category_s_mark():
    award_list = make_ready_list(winners=WINNERS[:2])
    category = rows.category_of(award_list.cycle)
    category.certificate_mark = "XJJT"
    category.save()
    factories.make_honour(
        unit=factories.make_school(district=award_list.cycle.district), certificate_no="2020-XJJT-041"
    )
    assert said(confer(award_list)) == [("2020-XJJT-042", "张庄小学"), ("2020-TX-001", "李玉兰")]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"doc_number": ""}, "请填写发文字号"),
        ({"doc_number": "关于表彰的决定"}, "请填写发文字号"),
        ({"decided_on": None}, "请填写发文日期"),
        ({"decided_on": datetime.date(2020, 12, 9)}, "公示到2020年12月10日截止"),
        ({"decided_on": datetime.date(2999, 1, 1)}, "不能晚于今天"),
    ],
)
def test_the_document_comes_first(fields, why):
    award_list = make_ready_list()
    with pytest.raises(Refused, match=why):
        confer(award_list, **fields)
    assert (Honour.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("status", ["DRAFT", "PROPOSED", "REPLACED"])
def test_only_an_approved_list_is_conferred(status):
    award_list = make_ready_list()
    AwardList.objects.filter(pk=award_list.pk).update(status=status)
    with pytest.raises(Refused, match="领导审定以后"):
        confer(award_list)


@pytest.mark.parametrize(
    ("status", "why"), [("DRAFT", "草稿"), ("POSTED", "公示中"), ("REPLACED", "还没有公示")]
)
def test_only_a_list_whose_notice_is_closed_is_conferred(status, why):
    award_list = make_ready_list()
    PublicNotice.objects.filter(award_list=award_list).update(status=status)
    with pytest.raises(Refused, match=why):
        confer(award_list)


def test_an_open_objection_by_name_blocks_and_an_anonymous_one_does_not():
    award_list = make_ready_list()
    object_to(award_list, kind=Objection.Kind.ANONYMOUS, objector="")
    named = object_to(award_list)
    with pytest.raises(Refused, match="有 1 件实名或单位异议还没有办结"):
        confer(award_list)
    Objection.objects.filter(pk=named.pk).update(status="REJECTED", findings="查无此事")
    assert len(said(confer(award_list))) == 1


def test_a_winner_against_whom_an_objection_was_upheld_is_not_conferred():
    award_list = make_ready_list()
    winner = award_list.entries.get().nomination
    object_to(award_list, nomination=winner, status="UPHELD", findings="属实")
    with pytest.raises(Refused, match="对“示例区红星小学”的异议成立"):
        confer(award_list)


def test_a_list_without_winners_is_not_conferred():
    award_list = make_ready_list(winners=())
    with pytest.raises(Refused, match="没有拟表彰的人选或集体"):
        confer(award_list)


def test_a_character_of_no_font_stops_all_numbers_and_is_named():
    award_list = make_ready_list(winners=[*WINNERS, (Kind.GOOD_LEADER, "王\ue000玥")])
    with pytest.raises(Refused, match="“王\ue000玥”中的“\ue000”字库里没有"):
        confer(award_list)
    assert (Honour.objects.count(), Decision.objects.count()) == (0, 0)


def test_a_list_is_conferred_once_and_a_document_number_is_used_once():
    decision = make_decided()
    with pytest.raises(Refused, match=f"已由{DOC_NUMBER}作出表彰决定"):
        confer(decision.award_list)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(cycle=decision.cycle, doc_number=DOC_NUMBER, decided_on=DECIDED_ON)


TWIN = {"certificate_no": "另一个编号", "check_token": "另一个", "person": None, "nomination": None}


@pytest.mark.parametrize("same", ["certificate_no", "check_token", "person", "nomination"])
def test_an_honour_shares_neither_number_nor_token_nor_nomination_nor_holder(same):
    honour = of(make_decided(winners=WINNERS[:1]))[0]
    for name, value in TWIN.items():
        setattr(honour, name, getattr(honour, name) if name == same else value)
    honour.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        honour.save(force_insert=True)


@pytest.mark.parametrize("fields", [{"basis": ""}, {"count": 1}])
def test_an_opening_balance_has_a_basis_and_one_day(fields):
    balance = factories.make_opening_balance()
    day = balance.as_of_on if "count" in fields else DECIDED_ON
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_opening_balance(district=balance.district, as_of_on=day, **fields)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.GROUP, Role.SCHOOL])
def test_only_the_office_decides(role):
    award_list = make_ready_list()
    unit = award_list.entries.get().nomination.unit
    place = {Role.SCHOOL: unit, Role.GROUP: unit.group}.get(role, unit.district)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        confer(award_list, by=rows.user_of(place, role))


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins():
    award_list = make_ready_list(winners=WINNERS[:2])

    def work(number):
        return lambda: confer(award_list, doc_number=f"示教关〔2020〕{number}号")

    assert race(work(6), work(7)) == ["refused", "won"]
    assert [one.certificate_no for one in Honour.objects.order_by("pk")] == ["2020-JT-001", "2020-TX-001"]


# --- void, and issue anew ---------------------------------------------------------------------------------


def test_a_void_honour_keeps_its_number_and_its_reason():
    honour = of(make_decided())[0]
    void = steps.void_honour(honour, reason=" 查实不符 ", by=office(honour), at=AT)
    assert (void.certificate_no, void.voided_on, void.void_reason) == (
        "2020-JT-001",
        timezone.localdate(AT),
        "查实不符",
    )
    assert AuditEvent.objects.filter(action="honour.void").count() == 1
    for reason, why in (("再作废", "已作废"), (" ", "须写明原因")):
        with pytest.raises(Refused, match=why):
            steps.void_honour(honour, reason=reason, by=office(honour), at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Honour.objects.filter(pk=honour.pk).update(void_reason="")


def test_a_certificate_made_anew_takes_the_next_number_and_corrects_its_words():
    decision = make_decided(winners=WINNERS)
    old = Honour.objects.get(certificate_no="2020-TX-001")
    wording = steps.Wording(name="王秀瑛")
    new = steps.reissue(old, reason="姓名写错", wording=wording, by=office(old), at=AT)
    old.refresh_from_db()
    assert (new.certificate_no, new.printed_name, new.printed_unit, new.replaces) == (
        "2020-TX-003",
        "王秀瑛",
        old.printed_unit,
        old,
    )
    assert (new.nomination, new.person, new.decision) == (old.nomination, old.person, decision)
    assert (new.check_token == old.check_token, bool(new.check_code)) == (False, True)
    assert (old.voided_on, old.void_reason) == (timezone.localdate(AT), "换发：姓名写错")
    line = AuditEvent.objects.get(action="honour.reissue")
    assert (line.object_id, line.reason, line.changes) == (
        str(old.pk),
        "姓名写错",
        {"certificate_no": ["2020-TX-001", "2020-TX-003"], "printed_name": ["王秀英", "王秀瑛"]},
    )
    with pytest.raises(Refused, match="已换发为 2020-TX-003"):
        steps.reissue(old, reason="再来", by=office(old), at=AT)
    assert steps.reissue(new, reason="遗失", by=office(old), at=AT).certificate_no == "2020-TX-004"


def test_a_loaded_honour_is_issued_anew_within_its_own_series():
    school = factories.make_school()
    for number in ("2018-JT-001", "2018-JT-037"):
        factories.make_honour(unit=school, certificate_no=number)
    old = Honour.objects.get(certificate_no="2018-JT-001")
    new = steps.reissue(old, reason="补发证书", by=office(school), at=AT)
    assert (new.certificate_no, len(new.check_code)) == ("2018-JT-038", 6)


def test_a_reissue_in_words_that_no_font_prints_changes_nothing():
    honour = of(make_decided(winners=WINNERS[:1]))[0]
    with pytest.raises(Refused, match="李\ue000兰"):
        steps.reissue(
            honour, reason="改名", wording=steps.Wording(name="李\ue000兰"), by=office(honour), at=AT
        )
    assert list(Honour.objects.values_list("certificate_no", "voided_on")) == [("2020-TX-001", None)]


@pytest.mark.django_db(transaction=True)
def test_two_reissues_at_once_never_share_a_number():
    make_decided(winners=[(Kind.ADVANCED_RETIRED, "李玉兰"), (Kind.ADVANCED_RETIRED, "王秀英")])
    first, second = Honour.objects.order_by("pk")

    def work(honour):
        return lambda: steps.reissue(honour, reason="遗失", by=office(honour), at=AT)

    assert verdicts(work(first), work(second)) == ["won", "won"]
    numbers = sorted(Honour.objects.values_list("certificate_no", flat=True))
    assert numbers == [f"2020-TX-{n:03}" for n in (1, 2, 3, 4)]


# --- pages ------------------------------------------------------------------------------------------------


def form_of(**fields):
    data = {
        "doc_number": DOC_NUMBER,
        "decided_on": "2020-12-18",
        "organ": "示例区关工委",
        "confirmed": "on",
    }
    return {**data, **fields}


def test_the_office_confers_on_a_page_and_is_led_to_the_decision(cast):
    award_list = make_ready_list(district=cast.home.district, winners=WINNERS)
    url = reverse("decision-new", args=[award_list.cycle_id])
    page = cast.district.get(url).content.decode()
    for words in ("第1次，共 5 份", "2020年12月10日", cast.home.district.committee_name):
        assert words in page
    answer = cast.district.post(url, form_of())
    decision = Decision.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/decisions/{decision.pk}/")
    assert decision.organ == "示例区关工委"
    assert cast.district.get(url).url == answer.url
    page = cast.district.get(answer.url).content.decode()
    assert "2020-JT-002" in page
    assert "打印证书" not in cast.leader.get(answer.url).content.decode()


def test_a_wrong_form_keeps_what_was_typed(cast):
    award_list = make_ready_list(district=cast.home.district)
    url = reverse("decision-new", args=[award_list.cycle_id])
    for fields, why in (
        ({"doc_number": "六号文"}, "写成“示教关〔2020〕6号”的样子"),
        ({"confirmed": ""}, "请确认“我已核对"),
        ({"decided_on": "2020-12-01"}, "公示到2020年12月10日截止"),
    ):
        answer = cast.district.post(url, form_of(**fields))
        page = answer.content.decode()
        assert (answer.status_code, why in page, 'value="示例区关工委"' in page) == (422, True, True)
    assert Honour.objects.count() == 0


def test_what_is_not_ready_says_why(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    url = reverse("decision-new", args=[cycle.pk])
    answer = cast.district.get(url)
    assert (answer.status_code, "还没有拟表彰名单" in answer.content.decode()) == (409, True)
    award_list = make_ready_list(cycle=cycle)
    object_to(award_list)
    answer = cast.district.post(url, form_of())
    assert (answer.status_code, "异议还没有办结" in answer.content.decode()) == (409, True)


def test_the_office_voids_and_reissues_on_pages(cast):
    decision = make_decided(district=cast.home.district, winners=WINNERS)
    honour = Honour.objects.get(certificate_no="2020-TX-001")
    url = reverse("honour-reissue", args=[honour.pk])
    assert cast.district.post(url, {"reason": "", "name": "王秀瑛", "unit": "某校"}).status_code == 422
    answer = cast.district.post(url, {"reason": "姓名写错", "name": "王秀瑛", "unit": honour.printed_unit})
    new = Honour.objects.get(replaces=honour)
    assert answer.url == f"/honours/{new.pk}/"
    page = cast.district.get(answer.url).content.decode()
    assert ("换发自" in page, f'href="/honours/{honour.pk}/"' in page, "还没有打印" in page) == (True,) * 3
    old = cast.district.get(f"/honours/{honour.pk}/").content.decode()
    assert ("换发为" in old, "打印证书" in old, "/void/" in old, "/reissue/" in old) == (
        True,
        False,
        False,
        False,
    )
    void = reverse("honour-void", args=[new.pk])
    assert cast.district.post(void, {"reason": ""}).status_code == 422
    assert cast.district.post(void, {"reason": "查实不符"}).url == f"/honours/{new.pk}/"
    assert cast.leader.get(void).status_code == 404
    collective = of(decision)[0]
    assert 'name="name"' not in cast.district.get(f"/honours/{collective.pk}/reissue/").content.decode()


def test_a_decision_costs_the_same_at_one_and_three_honours(cast):
    one = make_decided(district=cast.home.district, winners=WINNERS[:1])
    three = make_decided(
        district=cast.home.district,
        year=2018,
        winners=[(Kind.ADVANCED_RETIRED, name) for name in ("甲某", "乙某", "丙某")],
    )
    assert [count_queries(cast.district, f"/decisions/{each.pk}/") for each in (one, three)] == [9, 9]


def test_to_dos_lead_to_the_decision_and_then_to_the_print(cast):
    def waiting(who="district"):
        actor, now = getattr(cast.users, who), timezone.now()
        offered = [*lists_to_decide(actor, now), *certificates_to_print(actor, now)]
        return [(todo.title, todo.url) for todo in offered]

    award_list = make_ready_list(district=cast.home.district, winners=WINNERS)
    name, url = award_list.cycle.name, reverse("decision-new", args=[award_list.cycle_id])
    assert waiting() == [(f"{name}：公示已结束，等待表彰决定", url)]
    decision = confer(award_list)
    honours = of(decision)
    steps.void_honour(honours[0], reason="作废", by=office(honours[0]), at=AT)
    assert waiting() == [(f"{DOC_NUMBER}：4 份证书等待打印", f"/decisions/{decision.pk}/")]
    assert waiting("leader") == []
    steps.note_print(honours[1:], by=cast.users.district, at=AT)
    assert waiting() == []
