"""Steps of the list to be commended: begun, decided in the meeting, put forward, approved, amended."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from awards.models import AwardList, AwardListEntry, Decision, Nomination, PublicNotice
from awards.workflow import list_entries as meeting
from awards.workflow import lists as steps
from awards.workflow.list_counts import minutes_seen, seen_of
from awards.workflow.places import spend_place
from guanweihui.models import AuditEvent
from guanweihui.scope import Role, System
from guanweihui.workflow import Refused
from tests.awards import list_rows, rows
from tests.factories import make_post
from tests.races import race

pytestmark = pytest.mark.django_db
S = AwardList.Status
Kind = rows.Kind


def trail() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def office(row) -> System:
    return System(row.district if hasattr(row, "district") else row.cycle.district)


def by_leader(award_list):
    return make_post(role=Role.LEADER, district=award_list.cycle.district).user


def statuses(award_list) -> list[str]:
    found = AwardListEntry.objects.of(award_list).order_by("pk")
    return list(found.values_list("nomination__status", flat=True))


# --- begun ----------------------------------------------------------------------------------------------


def test_a_list_begins_with_every_nomination_that_passed_the_review():
    cycle = list_rows.make_cycle()
    passed = [rows.bare("ACCEPTED", cycle=cycle) for _ in range(2)]
    for planted in ("DRAFT", "RETURNED", "WITHDRAWN", "DECLINED"):
        rows.bare(planted, cycle=cycle)
    award_list = steps.start_list(cycle, by=office(cycle), at=timezone.now())
    found = AwardListEntry.objects.of(award_list).order_by("pk")
    assert [one.nomination for one in found] == passed
    assert (award_list.number, award_list.status, trail()) == (1, S.DRAFT, ["awardlist.start"])
    assert AuditEvent.objects.get().district == cycle.district


def test_no_list_begins_while_nominations_wait_for_review():
    cycle = list_rows.make_cycle()
    for status in ("ACCEPTED", "SUBMITTED", "ENDORSED", "ENDORSED"):
        rows.bare(status, cycle=cycle)
    with pytest.raises(Refused, match="还有 3 份推荐没有审核完（待协作组审核 1 份，待区级复核 2 份）"):
        steps.start_list(cycle, by=office(cycle), at=timezone.now())
    assert (AwardList.objects.count(), trail()) == (0, [])


@pytest.mark.parametrize(
    ("state", "status", "why"),
    [("CLOSED", "ACCEPTED", "已结束"), ("OPEN", "DRAFT", "还没有复核通过的推荐")],
)
def test_a_list_needs_a_cycle_under_way_and_somebody_on_it(state, status, why):
    cycle = list_rows.make_cycle(state=state)
    rows.bare(status, cycle=cycle)
    with pytest.raises(Refused, match=why):
        steps.start_list(cycle, by=office(cycle), at=timezone.now())


def test_a_cycle_has_one_list_at_a_time():
    award_list = list_rows.make_list(entries=["OPEN"])
    with pytest.raises(Refused, match="已有一份名单（第1次，评审中）"):
        steps.start_list(award_list.cycle, by=office(award_list), at=timezone.now())


def test_a_draft_is_brought_in_line_with_the_review():
    award_list = list_rows.make_list(entries=["RESERVE", "RESERVE", "AWARD"])
    gone = AwardListEntry.objects.order_by("pk").first().nomination
    Nomination.objects.filter(pk=gone.pk).update(status="RETURNED")
    late = rows.bare("ACCEPTED", cycle=award_list.cycle)
    meeting.update_entries(award_list, by=office(award_list), at=timezone.now())
    assert list_rows.stand(award_list) == [("RESERVE", 1), ("AWARD", None), ("OPEN", None)]
    line = AuditEvent.objects.get()
    assert (line.action, line.changes) == (
        "awardlist.update_entries",
        {"added": late.nominee, "dropped": gone.nominee},
    )
    with pytest.raises(Refused, match="不用更新"):
        meeting.update_entries(award_list, by=office(award_list), at=timezone.now())


# --- decided --------------------------------------------------------------------------------------------


def test_a_decision_leaves_one_line_with_before_and_after():
    entry = list_rows.add(list_rows.make_list())
    list_rows.decide(entry, "DECLINE", note=" 材料不实 ")
    entry.refresh_from_db()
    assert (entry.outcome, entry.reserve_place, entry.note) == ("DECLINE", None, "材料不实")
    line = AuditEvent.objects.get()
    assert (line.action, line.district, line.changes) == (
        "awardlistentry.decide",
        entry.award_list.cycle.district,
        {"outcome": ["OPEN", "DECLINE"], "note": ["", "材料不实"]},
    )


def test_awards_stop_at_the_places_of_the_category():
    award_list = list_rows.make_list(entries=["AWARD", "AWARD"])
    entry = list_rows.add(award_list)
    with pytest.raises(Refused, match="表彰名额 2 个，已列拟表彰 2 个，没有空余"):
        list_rows.decide(entry, "AWARD")
    assert (list_rows.stand(award_list)[-1], trail()) == (("OPEN", None), [])


def test_reserves_keep_places_without_a_gap():
    award_list = list_rows.make_list(entries=["OPEN"] * 4)
    first, second, third, fourth = AwardListEntry.objects.of(award_list).order_by("pk")
    places = []
    for entry, outcome, asked in (
        (first, "RESERVE", None),
        (second, "RESERVE", None),
        (third, "RESERVE", 1),
        (first, "RESERVE", 3),
        (second, "DECLINE", None),
    ):
        list_rows.decide(entry, outcome, reserve_place=asked, note="说明")
        places.append([place for _, place in list_rows.stand(award_list)])
    assert places == [
        [1, None, None, None],
        [1, 2, None, None],
        [2, 3, 1, None],
        [3, 2, 1, None],
        [2, None, 1, None],
    ]
    with pytest.raises(Refused, match="这里可以填 1 到 3"):
        list_rows.decide(fourth, "RESERVE", reserve_place=4)
    assert AuditEvent.objects.filter(changes__has_key="moved").count() == 3


def test_two_clerks_on_one_nomination_lose_nothing():
    entry = list_rows.add(list_rows.make_list())
    seen = seen_of(entry)
    list_rows.decide(entry, "RESERVE", note="李老师记", seen=seen)
    with pytest.raises(Refused, match="被系统（.*）改过，现在是“递补第1名（李老师记）”"):
        list_rows.decide(entry, "AWARD", seen=seen)
    list_rows.decide(entry, "RESERVE", reserve_place=1, note="李老师记", seen=seen)
    entry.refresh_from_db()
    assert (entry.outcome, entry.note, len(trail())) == ("RESERVE", "李老师记", 1)


def test_a_nomination_is_not_declined_without_a_word():
    entry = list_rows.add(list_rows.make_list())
    with pytest.raises(Refused, match="不予表彰须写明理由"):
        list_rows.decide(entry, "DECLINE", note="  ")


@pytest.mark.parametrize("status", [S.PROPOSED, S.APPROVED, S.REPLACED])
def test_only_a_draft_is_decided_on(status):
    award_list = list_rows.make_list(status=status, entries=["RESERVE"])
    entry = AwardListEntry.objects.get()
    ways = {"by": office(award_list), "at": timezone.now()}
    works = (
        lambda: list_rows.decide(entry, "AWARD"),
        lambda: meeting.promote(entry, **ways),
        lambda: meeting.award_rest(award_list, entry.nomination.category, **ways),
        lambda: meeting.update_entries(award_list, **ways),
    )
    for work in works:
        with pytest.raises(Refused, match="不能再改"):
            work()
    assert trail() == []


def test_the_rest_of_a_category_goes_on_the_list_at_once():
    cycle = list_rows.make_cycle(kinds=(Kind.ADVANCED_COLLECTIVE, Kind.GOOD_LEADER), places=3)
    award_list = list_rows.make_list(cycle=cycle, entries=["DECLINE", "OPEN", "OPEN"])
    list_rows.add(award_list, kind=Kind.GOOD_LEADER)
    category = rows.category_of(cycle)
    assert meeting.award_rest(award_list, category, by=office(cycle), at=timezone.now()) == 2
    assert [outcome for outcome, _ in list_rows.stand(award_list)] == ["DECLINE", "AWARD", "AWARD", "OPEN"]
    list_rows.add(award_list)
    list_rows.add(award_list)
    with pytest.raises(Refused, match="已列拟表彰 2 个，放不下 2 个"):
        meeting.award_rest(award_list, category, by=office(cycle), at=timezone.now())
    assert trail() == ["awardlist.award_rest"]


# --- reserves take freed places -------------------------------------------------------------------------


def amended(*outcomes, places=2):
    """Make the second list of a cycle, with the decisions of the first."""
    award_list = list_rows.make_list(cycle=list_rows.make_cycle(places=places), number=2, entries=outcomes)
    return award_list, list(AwardListEntry.objects.of(award_list).order_by("pk"))


def test_the_next_reserve_takes_a_freed_place_and_the_others_close_up():
    award_list, (first, _, next_, last) = amended("AWARD", "AWARD", "RESERVE", "RESERVE")
    with pytest.raises(Refused, match="没有空余"):
        meeting.promote(next_, by=office(award_list), at=timezone.now())
    list_rows.decide(first, "DECLINE", note="异议成立")
    with pytest.raises(Refused, match=f"下一位是“{next_.nomination.nominee}”（递补第1名）"):
        meeting.promote(last, by=office(award_list), at=timezone.now())
    meeting.promote(next_, by=office(award_list), at=timezone.now())
    assert list_rows.stand(award_list) == [
        ("DECLINE", None),
        ("AWARD", None),
        ("AWARD", None),
        ("RESERVE", 1),
    ]
    assert trail() == ["awardlistentry.decide", "awardlistentry.promote"]


def test_an_amended_list_keeps_to_the_approved_order():
    award_list, (first, next_, last, turned) = amended("AWARD", "RESERVE", "RESERVE", "DECLINE")
    for work, why in (
        (lambda: list_rows.decide(last, "AWARD"), "须按递补顺序"),
        (lambda: list_rows.decide(last, "RESERVE", reserve_place=1), "应为递补第2名"),
        (lambda: list_rows.decide(turned, "AWARD"), "已经审定为不予表彰"),
        (lambda: meeting.promote(first, by=office(award_list), at=timezone.now()), "不在递补之列"),
    ):
        with pytest.raises(Refused, match=why):
            work()
    # What was promoted by mistake goes back to its own place in the line.
    list_rows.decide(next_, "AWARD")
    list_rows.decide(next_, "RESERVE")
    assert list_rows.stand(award_list) == [("AWARD", None), ("RESERVE", 1), ("RESERVE", 2), ("DECLINE", None)]


# --- minutes --------------------------------------------------------------------------------------------


def test_minutes_are_written_once_for_what_the_page_showed():
    award_list = list_rows.make_list()
    seen, by = minutes_seen(award_list), office(award_list)
    values = {**list_rows.MET, "minutes": "逐一评议。"}
    steps.write_minutes(award_list, values, seen=seen, by=by, at=timezone.now())
    with pytest.raises(Refused, match="被别人改过"):
        steps.write_minutes(award_list, {"minutes": "另一人的记录"}, seen=seen, by=by, at=timezone.now())
    award_list.refresh_from_db()
    assert (award_list.minutes, award_list.version) == ("逐一评议。", 2)
    assert AuditEvent.objects.get().changes == {"minutes": "5 字"}


def test_minutes_do_not_change_once_the_list_was_put_forward():
    award_list = list_rows.make_list(status=S.PROPOSED)
    with pytest.raises(Refused, match="会议记录不能再改"):
        steps.write_minutes(
            award_list,
            {"minutes": "补记"},
            seen=minutes_seen(award_list),
            by=office(award_list),
            at=timezone.now(),
        )


# --- put forward ----------------------------------------------------------------------------------------


def test_a_list_is_put_forward_with_every_fault_told_at_once():
    cycle = list_rows.make_cycle(places=3)
    cycle.categories.update(may_be_empty=False)
    award_list = list_rows.make_list(cycle=cycle, chair="", entries=["AWARD", "OPEN", "AWARD"])
    Nomination.objects.filter(list_entries__outcome="OPEN").update(status="RETURNED")
    rows.bare("ACCEPTED", cycle=cycle)
    with pytest.raises(Refused) as refused:
        list_rows.propose(award_list)
    gone = AwardListEntry.objects.get(outcome="OPEN").nomination.nominee
    assert str(refused.value).split("\n") == [
        "还没有登记评审会的日期、主持人和参会人员。",
        "“先进集体”还有 1 个未议。",
        "“先进集体”还空 1 个名额，本届规定不能空缺，请写明空缺原因。",
        f"已不在复核通过之列：{gone}。请先点“更新名单”。",
        "还有 1 份复核通过的推荐没有列入名单，请先点“更新名单”。",
    ]
    assert trail() == []


def test_an_empty_place_is_explained_in_the_minutes():
    cycle = list_rows.make_cycle(places=3)
    cycle.categories.update(may_be_empty=False)
    award_list = list_rows.make_list(cycle=cycle, entries=["AWARD"], minutes="逐一评议。")
    proposed = list_rows.propose(award_list, note="宁缺毋滥")
    assert (proposed.status, proposed.minutes) == (S.PROPOSED, "逐一评议。\n名额空缺说明：宁缺毋滥")
    assert trail() == ["awardlist.propose"]


def test_an_old_page_puts_nothing_forward():
    award_list = list_rows.make_list(entries=["OPEN"])
    version = award_list.version
    list_rows.decide(AwardListEntry.objects.get(), "AWARD")
    with pytest.raises(Refused, match="有变动"):
        list_rows.propose(award_list, version=version)


# --- approved -------------------------------------------------------------------------------------------


def test_approval_takes_every_nomination_where_its_entry_leads():
    cycle = list_rows.make_cycle(places=1)
    award_list = list_rows.make_list(cycle=cycle, status=S.PROPOSED, entries=["AWARD", "RESERVE", "DECLINE"])
    turned = AwardListEntry.objects.get(outcome="DECLINE").nomination
    quota = rows.give_places(turned.category, 2, group=turned.unit.group)
    spend(turned, quota)
    leader = by_leader(award_list)
    approved = list_rows.approve(award_list, by=leader)
    turned.refresh_from_db()
    quota.refresh_from_db()
    assert (approved.status, approved.approved_by) == (S.APPROVED, leader)
    assert statuses(award_list) == ["APPROVED", "RESERVE", "DECLINED"]
    assert Nomination.objects.get(status="RESERVE").reserve_place == 1
    assert (turned.quota, quota.used) == (None, 0)
    assert trail() == ["nomination.approve", "nomination.turn_down", "nomination.hold", "awardlist.approve"]
    assert AuditEvent.objects.get(action="nomination.turn_down").reason == "材料不实"


def spend(nomination, quota):
    """Let a nomination hold a place of its quota, as its submit left it."""
    assert spend_place(nomination, by=System(nomination.unit.district), at=timezone.now()) == quota


def test_who_put_a_list_forward_does_not_approve_it():
    award_list = list_rows.make_list(entries=["AWARD"])
    both = make_post(role=Role.DISTRICT, district=award_list.cycle.district).user
    make_post(user=both, role=Role.LEADER, district=award_list.cycle.district)
    list_rows.propose(award_list, by=both)
    with pytest.raises(Refused, match="提请人不能审定自己提请的名单"):
        list_rows.approve(award_list, by=both)
    assert statuses(award_list) == ["ACCEPTED"]
    list_rows.approve(award_list, by=by_leader(award_list))
    assert statuses(award_list) == ["APPROVED"]


def test_nothing_is_approved_when_one_nomination_left_the_review():
    award_list = list_rows.make_list(status=S.PROPOSED, entries=["AWARD", "AWARD"])
    gone = AwardListEntry.objects.order_by("-pk").first().nomination
    Nomination.objects.filter(pk=gone.pk).update(status="RETURNED")
    with pytest.raises(Refused, match=f"“{gone.nominee}”：.*已退回.*请退回名单"):
        list_rows.approve(award_list, by=by_leader(award_list))
    award_list.refresh_from_db()
    assert (award_list.status, statuses(award_list)[0], trail()) == (S.PROPOSED, "ACCEPTED", [])


def test_a_leader_gives_a_list_back_with_his_reason():
    award_list = list_rows.make_list(status=S.PROPOSED, entries=["AWARD"])
    leader = by_leader(award_list)
    with pytest.raises(Refused, match="请写明理由"):
        steps.send_back(award_list, reason=" ", by=leader, at=timezone.now())
    steps.send_back(award_list, reason="请核对名额", by=leader, at=timezone.now())
    award_list.refresh_from_db()
    assert (award_list.status, award_list.version, trail()) == (S.DRAFT, 2, ["awardlist.send_back"])


@pytest.mark.parametrize("status", list(S))
def test_a_step_is_taken_from_its_own_state_only(status):
    award_list = list_rows.make_list(status=status)
    leader, at = by_leader(award_list), timezone.now()
    works = {
        S.DRAFT: lambda: list_rows.propose(award_list),
        S.PROPOSED: lambda: list_rows.approve(award_list, by=leader),
        S.APPROVED: lambda: steps.amend(award_list, reason="更正", by=office(award_list), at=at),
        "back": lambda: steps.send_back(award_list, reason="更正", by=leader, at=at),
    }
    for state, work in works.items():
        if status not in (state, *([S.PROPOSED] if state == "back" else [])):
            with pytest.raises(Refused, match="这份材料现在是"):
                work()


# --- amended --------------------------------------------------------------------------------------------


def make_notice(award_list, **fields) -> PublicNotice:
    words = {
        "title": "公示",
        "basis": "依据通知",
        "phone": "010",
        "address": "和平路1号",
        "contacts": "王老师",
    }
    return PublicNotice.objects.create(
        award_list=award_list, token="t" * 32, first_on=list_rows.MET["met_on"], **{**words, **fields}
    )


def test_an_approved_list_is_changed_by_the_next_one_and_its_notice_is_void():
    old = list_rows.make_approved(entries=["AWARD", "RESERVE", "DECLINE"])
    notice = make_notice(old)
    fresh = steps.amend(old, reason="异议成立", by=office(old), at=timezone.now())
    old.refresh_from_db()
    notice.refresh_from_db()
    assert (old.status, notice.status) == (S.REPLACED, "REPLACED")
    assert (fresh.number, fresh.status, fresh.chair, fresh.met_on) == (2, S.DRAFT, "陈主任", None)
    assert list_rows.stand(fresh) == list_rows.stand(old)
    assert [line for line in trail() if line.startswith("awardlist.")] == ["awardlist.amend"]


def test_a_list_that_was_conferred_is_not_changed():
    old = list_rows.make_approved(entries=["AWARD"])
    Decision.objects.create(
        cycle=old.cycle, doc_number="示例教关〔2020〕3号", decided_on=list_rows.MET["met_on"], award_list=old
    )
    with pytest.raises(Refused, match="已由示例教关〔2020〕3号发文表彰，不能再改"):
        steps.amend(old, reason="更正", by=office(old), at=timezone.now())


def test_an_amended_list_moves_only_what_changed():
    old = list_rows.make_approved(entries=["AWARD", "AWARD", "RESERVE", "RESERVE"])
    fresh = steps.amend(old, reason="异议成立", by=office(old), at=timezone.now())
    first, _, next_, _ = AwardListEntry.objects.of(fresh).order_by("pk")
    list_rows.decide(first, "DECLINE", note="异议成立")
    meeting.promote(next_, by=office(fresh), at=timezone.now())
    AwardList.objects.filter(pk=fresh.pk).update(**list_rows.MET)
    list_rows.propose(fresh)
    before = len(trail())
    list_rows.approve(fresh, by=by_leader(fresh))
    assert statuses(fresh) == ["DECLINED", "APPROVED", "APPROVED", "RESERVE"]
    last = Nomination.objects.get(status="RESERVE")
    assert (last.reserve_place, Nomination.objects.filter(reserve_place__isnull=False).count()) == (1, 1)
    assert trail()[before:] == ["nomination.turn_down", "nomination.approve", "awardlist.approve"]


# --- who, and what the database holds -------------------------------------------------------------------


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "judge", "outreach"])
def test_only_the_office_decides_and_only_a_leader_approves(cast, who):
    cycle = list_rows.make_cycle(district=cast.home.district)
    award_list = list_rows.make_list(cycle=cycle, entries=["OPEN"])
    by, entry = getattr(cast.users, who), AwardListEntry.objects.get()
    works = [
        lambda: steps.start_list(cycle, by=by, at=timezone.now()),
        lambda: list_rows.decide(entry, "AWARD", by=by),
        lambda: list_rows.propose(award_list, by=by),
    ]
    if who != "leader":
        works.append(lambda: list_rows.approve(award_list, by=by))
    for work in works:
        with pytest.raises(Refused, match="职责范围"):
            work()


@pytest.mark.parametrize(
    "fields",
    [
        {"number": 1, "status": "REPLACED"},
        {"number": 2},
        {"number": 2, "status": "APPROVED", "year": 2018},
        {"number": 2, "status": "REPLACED", "is_own": True},
    ],
    ids=["one_award_list_a_number", "one_standing_list_a_cycle", "approved_list_has_a_time", "who_proposed"],
)
def test_the_database_refuses_a_list(fields):
    cycle = list_rows.make_list().cycle
    if fields.get("year"):
        cycle = list_rows.make_cycle(year=fields["year"])
    values = {name: value for name, value in fields.items() if name in ("number", "status")}
    if "is_own" in fields:
        user = make_post().user
        values |= {"approved_by": user, "proposed_by": user, "approved_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        AwardList.objects.create(cycle=cycle, **values)


@pytest.mark.parametrize(
    "fields", [{"outcome": "RESERVE"}, {"outcome": "DECLINE"}, {}], ids=["place", "reason", "twice"]
)
def test_the_database_refuses_an_entry(fields):
    entry = list_rows.add(list_rows.make_list())
    other = entry.nomination if not fields else rows.bare("ACCEPTED", cycle=entry.award_list.cycle)
    with pytest.raises(IntegrityError), transaction.atomic():
        AwardListEntry.objects.create(award_list=entry.award_list, nomination=other, **fields)


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_on_the_last_place_one_gets_it(cast):
    cycle = list_rows.make_cycle(district=cast.home.district, places=1)
    award_list = list_rows.make_list(cycle=cycle, entries=["OPEN", "OPEN"])
    entries = list(AwardListEntry.objects.of(award_list))
    works = [lambda one=one: list_rows.decide(one, "AWARD", by=cast.users.district) for one in entries]
    assert race(*works) == ["refused", "won"]
    assert sorted(outcome for outcome, _ in list_rows.stand(award_list)) == ["AWARD", "OPEN"]
