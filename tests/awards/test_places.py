"""Taking a place and giving it back: by every step of a nomination, and by two at the same instant."""

import copy

import pytest
from django.utils import timezone

from awards.models import Category, Nomination, Quota, QuotaMove
from awards.workflow import nominations, places, quotas
from awards.workflow.quotas import balance_faults
from guanweihui.models import AuditEvent
from guanweihui.scope import Role, System
from guanweihui.workflow import Refused
from tests import factories
from tests.awards import rows
from tests.races import race

S, Kind = Nomination.Status, QuotaMove.Kind
COLLECTIVE = [Category.Kind.ADVANCED_COLLECTIVE]


@pytest.fixture
def group(db):
    return factories.make_group(full_name="东苑协作组")


def ready(group, number, cycle=None):
    """Return nominations of so many schools of a group, each ready to be sent."""
    cycle = cycle or rows.make_open_cycle(district=group.district, kinds=COLLECTIVE)
    return [
        rows.make_nomination(school=factories.make_school(group=group), cycle=cycle) for _ in range(number)
    ]


def sending(nomination):
    by = rows.user_of(nomination.unit)
    return lambda: nominations.submit(nomination, version=nomination.version, by=by, at=timezone.now())


def ledger(quota):
    return list(QuotaMove.objects.of(quota).values_list("kind", "places", "used", "reason"))


# --- one after the other ------------------------------------------------------------------------


def test_the_fourth_submit_on_three_places_is_refused_with_the_balance(group):
    *first, fourth = ready(group, 4)
    quota = rows.give_places(fourth.category, 3, group=group)
    for one in first:
        sending(one)()
    with pytest.raises(Refused, match="“先进集体”名额 3 个，已用 3 个，没有空余，本次没有提交"):
        sending(fourth)()
    fourth.refresh_from_db()
    quota.refresh_from_db()
    assert (fourth.status, fourth.quota, quota.used, quota.moves.count()) == (S.DRAFT, None, 3, 4)


def test_a_submit_where_nothing_was_handed_down_says_so(group):
    (nomination,) = ready(group, 1)
    with pytest.raises(Refused, match="还没有给本校或本协作组下达名额"):
        sending(nomination)()


def test_a_school_with_places_of_its_own_spends_those_and_not_its_groups(group):
    one, other = ready(group, 2)
    shared = rows.give_places(one.category, 3, group=group)
    own = rows.give_places(one.category, 1, school=one.unit)
    sending(one)()
    sending(other)()
    used = dict(Quota.objects.values_list("pk", "used"))
    assert used == {shared.pk: 1, own.pk: 1}


def test_every_step_that_takes_or_frees_a_place_leaves_its_line_with_the_reason(group):
    (nomination,) = ready(group, 1)
    school, head = rows.user_of(nomination.unit), rows.user_of(group, Role.GROUP)
    office = System(group.district)
    quota = rows.give_places(nomination.category, 1, group=group)
    now = {"at": timezone.now()}
    sending(nomination)()
    nominations.withdraw(nomination, by=school, **now)
    sending(nomination)()
    nominations.return_back(nomination, reason="缺盖章", by=head, **now)
    sending(nomination)()
    rows.accept(rows.endorse(nomination))
    nominations.reopen(nomination, reason="名称有误", by=office, **now)
    sending(nomination)()
    nominations.decline(nomination, reason="条件不符", by=head, **now)
    took = (Kind.SPEND, 0, 1, "提交推荐")
    assert ledger(quota)[1:] == [
        took,
        (Kind.FREE, 0, -1, "撤回：撤回推荐"),
        took,
        (Kind.FREE, 0, -1, "退回：缺盖章"),
        took,
        (Kind.FREE, 0, -1, "重新打开：名称有误"),
        took,
        (Kind.FREE, 0, -1, "不予推荐：条件不符"),
    ]
    assert balance_faults(nomination.cycle) == []


def test_a_place_goes_back_where_it_was_taken_though_the_school_changed_its_group(group):
    (nomination,) = ready(group, 1)
    quota = rows.give_places(nomination.category, 1, group=group)
    sending(nomination)()
    school = nomination.unit
    school.group = factories.make_group(district=group.district)
    school.save()
    rows.give_places(nomination.category, 1, group=school.group)
    nominations.withdraw(nomination, by=rows.user_of(school), at=timezone.now())
    quota.refresh_from_db()
    assert (quota.used, balance_faults(nomination.cycle)) == (0, [])


# --- at the same instant ------------------------------------------------------------------------


@pytest.fixture
def two_for_one(transactional_db):
    """Give two nominations of one group that are ready, and one place for them."""
    group = factories.make_group(full_name="东苑协作组")
    pair = ready(group, 2)
    rows.give_places(pair[0].category, 1, group=group)
    return pair


def used_and_sent():
    return Quota.objects.get().used, Nomination.objects.sent().count()


def test_of_two_submits_at_once_exactly_one_gets_the_last_place(two_for_one):
    assert race(*map(sending, two_for_one)) == ["refused", "won"]
    assert used_and_sent() == (1, 1)
    assert AuditEvent.objects.filter(action="nomination.submit").count() == 1
    assert balance_faults(two_for_one[0].cycle) == []


def test_without_the_look_the_database_still_lets_one_through(two_for_one, monkeypatch):
    """The look at what is left taken out: the constraint on the row is what holds then."""
    monkeypatch.setattr(Quota, "left", 1)
    assert race(*map(sending, two_for_one)) == ["refused", "won"]
    assert used_and_sent() == (1, 1)


def test_without_the_lock_both_get_it_and_the_check_of_the_ledger_tells(two_for_one, monkeypatch):
    """The control: the row as it stood before either wrote. Both win, so the race proves the lock."""
    before = Quota.objects.get()
    monkeypatch.setattr(places, "lock", lambda row: copy.copy(before))
    assert race(*map(sending, two_for_one)) == ["won", "won"]
    assert used_and_sent() == (1, 2)
    (fault,) = balance_faults(two_for_one[0].cycle)
    assert (fault.quota.used, fault.used, fault.taken) == (1, 2, 2)


def test_the_last_place_is_either_used_or_taken_back(two_for_one):
    nomination, _ = two_for_one
    group, office = nomination.unit.group, System(nomination.unit.district)
    reserve = rows.give_places(nomination.category, 1)
    back = lambda: quotas.allot(reserve, {group: 0}, reason="收回", by=office, at=timezone.now())  # noqa: E731
    assert race(sending(nomination), back) == ["refused", "won"]
    row = Quota.objects.of_group(group).get()
    assert (row.places, row.used) in {(1, 1), (0, 0)}
    assert balance_faults(nomination.cycle) == []


def test_two_hands_cannot_give_the_same_places_away(transactional_db):
    cycle = rows.make_open_cycle(kinds=COLLECTIVE)
    one, two = (factories.make_group(district=cycle.district) for _ in range(2))
    reserve, office = rows.give_places(rows.category_of(cycle), 5), System(cycle.district)

    def handing(unit):
        return lambda: quotas.allot(reserve, {unit: 3}, reason="下达", by=office, at=timezone.now())

    assert race(handing(one), handing(two)) == ["refused", "won"]
    assert sorted(Quota.objects.filter(places__gt=0).values_list("places", flat=True)) == [2, 3]
    assert balance_faults(cycle) == []


def test_two_transfers_against_each_other_do_not_wait_for_ever(transactional_db):
    cycle = rows.make_open_cycle(kinds=COLLECTIVE)
    one, two = (factories.make_group(district=cycle.district) for _ in range(2))
    category, office = rows.category_of(cycle), System(cycle.district)
    first, second = (rows.give_places(category, 3, group=unit) for unit in (one, two))

    def moving(source, unit, number):
        return lambda: quotas.transfer(source, unit, number, reason="调剂", by=office, at=timezone.now())

    assert race(moving(first, two, 1), moving(second, one, 2)) == ["won", "won"]
    assert dict(Quota.objects.values_list("group", "places")) == {one.pk: 4, two.pk: 2}
    assert balance_faults(cycle) == []
