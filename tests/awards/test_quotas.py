"""The ledger of places: granted, handed down, moved; every line with its reason, every balance replayed."""

import datetime
import random

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from awards.models import Category, Cycle, Nomination, Quota, QuotaMove
from awards.todos.quotas import places_to_hand_down
from awards.workflow import nominations
from awards.workflow.quotas import allot, balance_faults, grant, line_of, lines_of, replay, transfer
from guanweihui.models import AuditEvent, Round
from guanweihui.scope import Role, System
from guanweihui.workflow import Refused
from tests import factories
from tests.awards import rows

Kind = QuotaMove.Kind
AT = datetime.datetime(2020, 3, 2, 9, tzinfo=datetime.UTC)
WHY = "按学校数下达"
pytestmark = pytest.mark.django_db


@pytest.fixture
def category(cast):
    """Give the collective award of a cycle under way at the cast's district; nothing is granted."""
    cycle = rows.make_open_cycle(district=cast.home.district, kinds=[Category.Kind.ADVANCED_COLLECTIVE])
    return rows.category_of(cycle)


@pytest.fixture
def reserve(cast, category):
    """Give the district's row, with ten places granted."""
    return grant(category, 10, reason="核定", by=cast.users.district, at=AT)


def hand(cast, reserve, **places):
    """Hand places to the home and the far group."""
    units = {"home": cast.home.group, "far": cast.far.group}
    wanted = {units[name]: number for name, number in places.items()}
    return allot(reserve, wanted, reason=WHY, by=cast.users.district, at=AT)


def row_of(unit, category):
    name = "school" if hasattr(unit, "stage") else "group"
    return Quota.objects.get(category=category, **{name: unit})


def ledger(quota):
    return list(QuotaMove.objects.of(quota).values_list("kind", "places", "used", "reason"))


def said_by(step):
    """Return the one line of the trail that a step left beside what was there before."""
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    step()
    (event,) = AuditEvent.objects.exclude(pk__in=before)
    return event.action, event.changes, event.reason, event.district.full_name


# --- granting ------------------------------------------------------------


def test_granting_goes_up_and_down_to_the_reserve_and_leaves_a_line_each_time(cast, category):
    said = said_by(lambda: grant(category, 10, reason=" 按通知核定 ", by=cast.users.district, at=AT))
    assert said == ("quota.grant", {"places": [0, 10]}, "按通知核定", "示例区")
    reserve = grant(category, 8, reason="压缩", by=cast.users.district, at=AT)
    assert (reserve.places, Quota.objects.count()) == (8, 1)
    assert ledger(reserve) == [(Kind.GRANT, 10, 0, "按通知核定"), (Kind.GRANT, -2, 0, "压缩")]


def test_what_is_handed_down_cannot_be_granted_away(cast, category, reserve):
    hand(cast, reserve, home=7)
    with pytest.raises(Refused, match="已下达 7 个、区里已用 0 个名额，不能减到 6 个"):
        grant(category, 6, reason="压缩", by=cast.users.district, at=AT)
    assert grant(category, 7, reason="压缩", by=cast.users.district, at=AT).places == 0


@pytest.mark.parametrize(
    ("places", "reason", "words"),
    [(10, "同数", "没有变动"), (12, "  ", "须写明理由")],
    ids=["same", "no reason"],
)
def test_a_grant_says_something_new_and_why(cast, category, reserve, places, reason, words):
    with pytest.raises(Refused, match=words):
        grant(category, places, reason=reason, by=cast.users.district, at=AT)


# --- handing down ------------------------------------------------------------


def test_all_groups_get_their_places_in_one_step_with_a_pair_of_lines_each(cast, category, reserve):
    said = said_by(lambda: hand(cast, reserve, home=4, far=3))
    home, far = (row_of(unit, category) for unit in (cast.home.group, cast.far.group))
    reserve.refresh_from_db()
    assert (reserve.places, home.places, far.places) == (3, 4, 3)
    assert ledger(home) == [(Kind.ALLOT, 4, 0, f"区下达：{WHY}")]
    assert ledger(reserve)[1:] == [
        (Kind.ALLOT, -4, 0, f"下达给东苑协作组：{WHY}"),
        (Kind.ALLOT, -3, 0, f"下达给西苑协作组：{WHY}"),
    ]
    changes = {"places": ["东苑协作组 0、西苑协作组 0", "东苑协作组 4、西苑协作组 3"]}
    assert said == ("quota.allot", changes, WHY, "示例区")


def test_less_than_before_comes_back_and_a_unit_that_stays_has_no_line(cast, category, reserve):
    hand(cast, reserve, home=4, far=3)
    hand(cast, reserve, home=1, far=3)
    home, far = (row_of(unit, category) for unit in (cast.home.group, cast.far.group))
    reserve.refresh_from_db()
    assert (reserve.places, home.places, len(ledger(far))) == (6, 1, 1)
    assert ledger(home)[1:] == [(Kind.RECALL, -3, 0, f"区收回：{WHY}")]
    assert ledger(reserve)[-1] == (Kind.RECALL, 3, 0, f"收回自东苑协作组：{WHY}")


def test_a_group_hands_its_own_places_to_its_schools(cast, category, reserve):
    hand(cast, reserve, home=4)
    group = row_of(cast.home.group, category)
    left = allot(group, {cast.home.school: 3}, reason="按规模", by=cast.users.group, at=AT)
    school = row_of(cast.home.school, category)
    assert (left.places, school.places) == (1, 3)
    assert ledger(school) == [(Kind.ALLOT, 3, 0, "东苑协作组下达：按规模")]


def more_than_left(cast, reserve):
    hand(cast, reserve, home=4, far=7)


def less_than_used(cast, reserve):
    hand(cast, reserve, home=4)
    Quota.objects.of_group(cast.home.group).update(used=2)
    hand(cast, reserve, home=1)


def below_nothing(cast, reserve):
    hand(cast, reserve, home=-1)


def nothing_new(cast, reserve):
    hand(cast, reserve, home=0)


def no_reason(cast, reserve):
    allot(reserve, {cast.home.group: 1}, reason=" ", by=cast.users.district, at=AT)


def old_page(cast, reserve):
    hand(cast, reserve, home=4)
    seen = {cast.home.group: 0}
    allot(reserve, {cast.home.group: 2}, seen=seen, reason=WHY, by=cast.users.district, at=AT)


def a_school_from_the_reserve(cast, reserve):
    allot(reserve, {cast.home.school: 1}, reason=WHY, by=cast.users.district, at=AT)


def another_groups_school(cast, reserve):
    hand(cast, reserve, home=4)
    group = row_of(cast.home.group, reserve.category)
    allot(group, {cast.far.school: 1}, reason=WHY, by=cast.users.district, at=AT)


def a_group_of_another_district(cast, reserve):
    other = factories.make_group(district=factories.make_district(full_name="邻区"))
    allot(reserve, {other: 1}, reason=WHY, by=cast.users.district, at=AT)


def a_group_that_helps_itself(cast, reserve):
    allot(reserve, {cast.home.group: 1}, reason=WHY, by=cast.users.group, at=AT)


def a_school_that_helps_itself(cast, reserve):
    hand(cast, reserve, home=4)
    group = row_of(cast.home.group, reserve.category)
    allot(group, {cast.home.school: 1}, reason=WHY, by=cast.users.school, at=AT)


def a_group_for_another_ones_schools(cast, reserve):
    hand(cast, reserve, far=4)
    group = row_of(cast.far.group, reserve.category)
    allot(group, {cast.far.school: 1}, reason=WHY, by=cast.users.group, at=AT)


def a_closed_cycle(cast, reserve):
    Cycle.objects.update(state=Cycle.State.CLOSED)
    hand(cast, reserve, home=4)


REFUSALS = {
    more_than_left: "区里还有 10 个名额可以下达，本次多下达 11 个，超出 1 个",
    less_than_used: "东苑协作组已用 2 个，不能减到 1 个",
    below_nothing: "名额不能是负数",
    nothing_new: "名额没有变动",
    no_reason: "须写明理由",
    old_page: "在您打开之后有变动",
    a_school_from_the_reserve: "名额只能由区下达给本区协作组",
    another_groups_school: "名额只能由区下达给本区协作组",
    a_group_of_another_district: "名额只能由区下达给本区协作组",
    a_group_that_helps_itself: "不在您的职责范围内",
    a_school_that_helps_itself: "不在您的职责范围内",
    a_group_for_another_ones_schools: "名额只能由区下达给本区协作组",
    a_closed_cycle: "已结束，名额不能再变动",
}


@pytest.mark.parametrize(
    ("deed", "words"), REFUSALS.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_what_may_not_be_handed_down_is_refused_and_nothing_is_written(cast, reserve, deed, words):
    with pytest.raises(Refused, match=words), transaction.atomic():
        deed(cast, reserve)
    reserve.refresh_from_db()
    assert (reserve.places, QuotaMove.objects.count()) == (10, 1)


# --- moving between units ------------------------------------------------------------


def test_places_move_between_two_groups_without_the_reserve(cast, category, reserve):
    hand(cast, reserve, home=4, far=3)
    home, far = (row_of(unit, category) for unit in (cast.home.group, cast.far.group))
    terms = {"reason": "没有人选", "by": cast.users.district, "at": AT}
    said = said_by(lambda: transfer(home, cast.far.group, 2, **terms))
    home.refresh_from_db()
    far.refresh_from_db()
    assert (home.places, far.places) == (2, 5)
    assert ledger(home)[1:] == [(Kind.RECALL, -2, 0, "调剂给西苑协作组：没有人选")]
    assert ledger(far)[1:] == [(Kind.ALLOT, 2, 0, "由东苑协作组调剂：没有人选")]
    changes = {"places": ["东苑协作组 4、西苑协作组 3", "东苑协作组 2、西苑协作组 5"]}
    assert said == ("quota.transfer", changes, "没有人选", "示例区")


def test_a_group_moves_places_between_its_own_schools(cast, category, reserve):
    hand(cast, reserve, home=4)
    other = factories.make_school(group=cast.home.group)
    group = row_of(cast.home.group, category)
    allot(group, {cast.home.school: 2}, reason=WHY, by=cast.users.group, at=AT)
    school = row_of(cast.home.school, category)
    assert transfer(school, other, 1, reason="调剂", by=cast.users.group, at=AT).places == 1


def more_than_free(cast, home):
    Quota.objects.filter(pk=home.pk).update(used=3)
    transfer(home, cast.far.group, 2, reason=WHY, by=cast.users.district, at=AT)


def none(cast, home):
    transfer(home, cast.far.group, 0, reason=WHY, by=cast.users.district, at=AT)


def to_itself(cast, home):
    transfer(home, cast.home.group, 1, reason=WHY, by=cast.users.district, at=AT)


def to_a_school(cast, home):
    transfer(home, cast.far.school, 1, reason=WHY, by=cast.users.district, at=AT)


def by_the_group(cast, home):
    transfer(home, cast.far.group, 1, reason=WHY, by=cast.users.group, at=AT)


def between_two_groups_schools_by_one(cast, home):
    allot(home, {cast.home.school: 2}, reason=WHY, by=cast.users.group, at=AT)
    school = row_of(cast.home.school, home.category)
    transfer(school, cast.far.school, 1, reason=WHY, by=cast.users.group, at=AT)


TRANSFERS = {
    more_than_free: "名额 4 个，已用 3 个，只能调出 1 个",
    none: "至少 1 个",
    to_itself: "只能在两个协作组之间",
    to_a_school: "只能在两个协作组之间",
    by_the_group: "不在您的职责范围内",
    between_two_groups_schools_by_one: "不在您的职责范围内",
}


@pytest.mark.parametrize(
    ("deed", "words"), TRANSFERS.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_what_may_not_move_is_refused(cast, category, reserve, deed, words):
    hand(cast, reserve, home=4)
    with pytest.raises(Refused, match=words):
        deed(cast, row_of(cast.home.group, category))
    assert not QuotaMove.objects.filter(reason__contains="调剂").exists()


# --- what the database holds ------------------------------------------------------------


def used_twice(category, unit):
    Quota.objects.create(category=category, group=unit, places=1, used=2)


def at_two_levels(category, unit):
    Quota.objects.create(category=category, group=unit, school=factories.make_school(group=unit))


def second_reserve(category, unit):
    for _ in range(2):
        Quota.objects.create(category=category)


def second_of_a_group(category, unit):
    for _ in range(2):
        Quota.objects.create(category=category, group=unit)


def second_of_a_school(category, unit):
    school = factories.make_school(group=unit)
    for _ in range(2):
        Quota.objects.create(category=category, school=school)


def move_without_reason(category, unit):
    quota = Quota.objects.create(category=category)
    QuotaMove.objects.create(quota=quota, kind=Kind.GRANT, places=1, reason="", moved_at=AT)


def move_of_nothing(category, unit):
    quota = Quota.objects.create(category=category)
    QuotaMove.objects.create(quota=quota, kind=Kind.GRANT, reason="核定", moved_at=AT)


FORBIDDEN = (
    used_twice,
    at_two_levels,
    second_reserve,
    second_of_a_group,
    second_of_a_school,
    move_without_reason,
    move_of_nothing,
)


@pytest.mark.parametrize("row", FORBIDDEN, ids=lambda row: row.__name__)
def test_the_database_refuses_a_row_that_no_ledger_has(cast, category, row):
    with pytest.raises(IntegrityError), transaction.atomic():
        row(category, cast.home.group)


# --- the line on the form ------------------------------------------------------------


def test_the_line_says_whose_places_a_school_spends(cast, category, reserve):
    school = cast.home.school
    assert line_of(category, school) == "还没有下达名额"
    hand(cast, reserve, home=4)
    assert line_of(category, school) == "本协作组名额 0/4（各校共用）"
    group = row_of(cast.home.group, category)
    allot(group, {school: 3}, reason=WHY, by=cast.users.group, at=AT)
    Quota.objects.of_school(school).update(used=2)
    assert line_of(category, school) == "本校名额 2/3"
    assert line_of(category, factories.make_school(group=cast.home.group)) == "本协作组名额 0/1（各校共用）"


def test_a_school_whose_places_were_all_taken_back_shares_its_groups_again(cast, category, reserve):
    hand(cast, reserve, home=4)
    for places in (3, 0):
        group = row_of(cast.home.group, category)
        allot(group, {cast.home.school: places}, reason=WHY, by=cast.users.group, at=AT)
    assert line_of(category, cast.home.school) == "本协作组名额 0/4（各校共用）"


def test_the_lines_of_all_awards_cost_one_query(django_assert_num_queries):
    cycle = rows.make_open_cycle()
    school, categories = factories.make_school(district=cycle.district), list(cycle.categories.all())
    rows.give_places(categories[0], 2, group=school.group)
    with django_assert_num_queries(1):
        found = lines_of(categories, school)
    assert list(found.values()) == ["本协作组名额 0/2（各校共用）", *["还没有下达名额"] * 3]


# --- replaying ------------------------------------------------------------


class Walk:
    """Random steps at two groups of two schools each; what is refused changes nothing."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.cycle = rows.make_open_cycle(kinds=[Category.Kind.ADVANCED_COLLECTIVE])
        self.category = rows.category_of(self.cycle)
        self.office = System(self.cycle.district)
        self.groups = [factories.make_group() for _ in range(2)]
        self.schools = [factories.make_school(group=group) for group in self.groups for _ in range(2)]
        self.users = {one.pk: rows.user_of(one) for one in self.schools}
        self.terms = {"reason": "随机", "by": self.office, "at": timezone.now()}
        self.done = 0

    def take(self, number):
        moving = [self.grant, self.allot, self.allot_school, self.transfer]
        deeds = [*[self.send, self.leave] * 3, *moving]
        for _ in range(number):
            try:
                self.random.choice(deeds)()
                self.done += 1
            except Refused:
                pass

    def send(self):
        school = self.random.choice(self.schools)
        draft = rows.bare("DRAFT", cycle=self.cycle, unit=school) if self.is_free(school) else None
        if draft is not None:
            by = self.users[school.pk]
            draft = rows.fill(draft, by=by)
            nominations.submit(draft, version=draft.version, by=by, at=timezone.now())

    def is_free(self, school):
        return not Nomination.objects.of_unit(school).in_running().exists()

    def leave(self):
        sent = list(Nomination.objects.sent())
        if sent:
            one, step = self.random.choice(sent), self.random.choice(["withdraw", "return_back", "decline"])
            by = self.users[one.unit_id] if step == "withdraw" else self.head(one.unit.group)
            terms = {} if step == "withdraw" else {"reason": "随机"}
            getattr(nominations, step)(one, **terms, by=by, at=timezone.now())
            Nomination.objects.filter(status="RETURNED").update(status="WITHDRAWN")

    def head(self, group):
        return rows.user_of(group, Role.GROUP)

    def grant(self):
        grant(self.category, self.random.randint(0, 12), **self.terms)

    def allot(self):
        reserve = Quota.objects.of_district().first()
        if reserve is not None:
            allot(reserve, {one: self.random.randint(0, 5) for one in self.groups}, **self.terms)

    def allot_school(self):
        school = self.random.choice(self.schools)
        group = Quota.objects.of_group(school.group).first()
        if group is not None:
            allot(group, {school: self.random.randint(0, 2)}, **self.terms)

    def transfer(self):
        one, two = self.random.sample(self.random.choice([self.groups, self.schools]), 2)
        source = Quota.objects.filter(**{"school" if one in self.schools else "group": one}).first()
        if source is not None:
            transfer(source, two, self.random.randint(1, 2), **self.terms)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_replaying_the_ledger_gives_the_shown_balance_whatever_was_done(seed):
    walk = Walk(seed)
    grant(walk.category, 10, **walk.terms)
    allot(Quota.objects.get(), dict.fromkeys(walk.groups, 3), **walk.terms)
    walk.take(30)
    found = [(replay(row), (row.places, row.used)) for row in Quota.objects.all()]
    assert [shown for _, shown in found] == [replayed for replayed, _ in found]
    assert balance_faults(walk.cycle) == []
    assert (walk.done > 10, QuotaMove.objects.filter(kind=Kind.FREE).exists()) == (True, True)


def test_a_balance_that_the_ledger_does_not_give_is_found(cast, category, reserve):
    hand(cast, reserve, home=4)
    Quota.objects.of_group(cast.home.group).update(used=1)
    (fault,) = balance_faults(category.cycle)
    assert (fault.places, fault.used, fault.taken) == (4, 0, 0)
    assert "东苑协作组显示名额 4 个、已用 1 个；按变动记录应为 4 个、0 个" in fault.words


# --- to-dos ------------------------------------------------------------


def test_the_office_is_told_until_somebody_has_places(cast, category, reserve):
    told = lambda: [one.title for one in places_to_hand_down(cast.users.district, AT)]  # noqa: E731
    assert told() == ["2020年度先进评选：1 个奖项还没有下达名额"]
    assert places_to_hand_down(cast.users.group, AT) == []
    hand(cast, reserve, home=1)
    assert told() == []


def test_a_closed_cycle_waits_for_no_places(cast, category):
    Cycle.objects.update(state=Cycle.State.CLOSED)
    Round.objects.update(state=Round.State.CLOSED)
    assert places_to_hand_down(cast.users.district, AT) == []
