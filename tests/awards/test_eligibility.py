"""Who may be commended: what each rule finds, with the row that proves it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from awards import eligibility
from awards.eligibility import Verdict, check, check_many
from awards.models import Category, Cycle, CycleRule, Decision, Nomination, Veto
from guanweihui.areas import url_or_none
from guanweihui.models import Succession
from guanweihui.scope import Role, System
from members.models import DistinctPair
from tests import factories
from tests.awards import rows

Code, Effect, Kind = CycleRule.Code, CycleRule.Effect, Category.Kind
S = Nomination.Status
DAY = datetime.date(2020, 5, 11)
BEFORE = datetime.date(2020, 3, 1)
#: How the rules stand where a test names nothing else; the values are those that a rule asks for.
VALUES = {Code.EARLIER_WINNER: 2, Code.RANK_SHARE: 20, Code.FRONT_LINE: 50}
IN_SERVICE = {"retirement_kind": "", "retired_on": None, "on_register": False}
pytestmark = pytest.mark.django_db


def add_rules(cycle, effect=Effect.BLOCK, codes=tuple(Code)):
    for code in codes:
        CycleRule.objects.create(cycle=cycle, code=code, effect=effect, value=VALUES.get(code))


@pytest.fixture
def cycle():
    """Give a cycle under way in which every rule blocks."""
    made = rows.make_open_cycle()
    add_rules(made)
    return made


def nominate(cycle, kind=Kind.ADVANCED_RETIRED, *, status=S.SUBMITTED, typed=None, **person):
    """Write a sent nomination of somebody who meets every rule, but for what `person` says."""
    defaults = {} if kind == Kind.ADVANCED_RETIRED else IN_SERVICE
    school = person.pop("unit", None) or factories.make_school(district=cycle.district)
    name = person.pop("name", f"王{next(factories.number)}")
    one = factories.make_person(**{"school": school, "name": name, **defaults, **person})
    nomination = rows.bare(status, cycle=cycle, kind=kind, unit=school, person=one)
    nomination.typed = typed or {"rank_level": "其他", "front_line": "是"}
    nomination.save()
    return nomination


def nominate_unit(cycle, unit=None):
    return rows.bare(S.SUBMITTED, cycle=cycle, unit=unit or factories.make_school(district=cycle.district))


def person_url(person):
    return reverse("person-detail", args=[person.pk])


# --- one case a rule, and more where a rule has more than one way to be broken -----------------------------


def dead(cycle):
    one = nominate(cycle, died_on=BEFORE)
    return one, person_url(one.person), "已于2020年3月1日离世"


def merged(cycle):
    one = nominate(cycle)
    keeper = factories.make_person(school=one.unit, name="王新")
    one.person.merged_into = keeper
    one.person.save()
    return one, person_url(keeper), "已并入另一份"


def moved(cycle):
    one = nominate(cycle)
    one.person.school = factories.make_school(district=cycle.district, full_name="示例区光明中学")
    one.person.save()
    return one, person_url(one.person), "已转到示例区光明中学"


def stopped(cycle):
    one = nominate(cycle, stopped_on=BEFORE)
    return one, person_url(one.person), "停止服务"


def retired_leader(cycle):
    one = nominate(cycle, Kind.GOOD_LEADER, retirement_kind="RETIRED", retired_on=BEFORE)
    return one, person_url(one.person), "请改在“退休先进个人”中推荐"


def serving_as_retired(cycle):
    one = nominate(cycle, **IN_SERVICE)
    return one, person_url(one.person), "请改在“在职先进个人”中推荐"


def twice_in_two_awards(cycle):
    """Two files of one person, merged since: the database sees two persons, the rule sees one."""
    one = nominate(cycle, Kind.GOOD_LEADER)
    other = nominate(cycle, Kind.ADVANCED_IN_SERVICE, unit=one.unit)
    other.person.merged_into = one.person
    other.person.save()
    return one, url_or_none("nomination-detail", other.pk), "“好领导”和在职先进个人不能交叉推荐"


def at_two_schools(cycle):
    one = nominate(cycle, name="王峰", born_on=datetime.date(1950, 6, 1), birth_precision="month")
    twin = {"name": "王峯", "born_on": datetime.date(1950, 6, 9), "id_number": ""}
    other = nominate(cycle, **twin)
    return one, url_or_none("nomination-detail", other.pk), "姓名和出生年月相同"


def winner(cycle):
    one = nominate(cycle)
    honour = won(cycle, 2018, Kind.ADVANCED_RETIRED, unit=one.unit, person=one.person)
    return one, reverse("honour-detail", args=[honour.pk]), honour.certificate_no


def winning_unit_under_its_old_name(cycle):
    """The old school went on, by way of another one, in the one that is nominated today."""
    old, between, unit = (factories.make_school(district=cycle.district) for _ in range(3))
    for before, after in ((old, between), (between, unit)):
        Succession.objects.create(predecessor=before, successor=after, succeeded_on=BEFORE, kind="MERGED")
    honour = won(cycle, 2018, Kind.ADVANCED_COLLECTIVE, unit=old)
    return nominate_unit(cycle, unit), reverse("honour-detail", args=[honour.pk]), f"以{old.full_name}名义"


def vetoed(cycle):
    one = nominate(cycle)
    bar(cycle, Veto.Kind.VETO, person=one.person)
    return one, url_or_none("veto-list"), "“一票否决”登记（自2020年3月1日起）"


def vetoed_unit(cycle):
    one = nominate_unit(cycle)
    bar(cycle, Veto.Kind.VETO, school=one.unit, until_on=DAY)
    return one, url_or_none("veto-list"), "（2020年3月1日至2020年5月11日）"


def banned_school(cycle):
    one = nominate(cycle)
    bar(cycle, Veto.Kind.BAN, school=one.unit)
    return one, url_or_none("veto-list"), f"{one.unit.full_name}有“停评”登记"


def too_many_officials(cycle):
    one = nominate(cycle, typed={"rank_level": "处级", "front_line": "是"})
    for _ in range(3):
        nominate(cycle)
    return one, url_or_none("nomination-list"), "4 人，其中处级干部 1 人，占 25.0%，超过规定的 20%"


def too_few_of_the_front_line(cycle):
    one = nominate(cycle, typed={"rank_level": "其他", "front_line": "否"})
    nominate(cycle, typed={"front_line": "否"})
    nominate(cycle)
    return one, url_or_none("nomination-list"), "3 人，其中一线人员 1 人，占 33.3%，少于规定的 50%"


def won(cycle, year, kind, **fields):
    """Make an honour of an earlier cycle of the district."""
    before, _ = Cycle.objects.get_or_create(
        district=cycle.district, year=year, defaults={"name": f"{year}年度表彰"}
    )
    decision, _ = Decision.objects.get_or_create(cycle=before, doc_number=f"〔{year}〕1号", decided_on=BEFORE)
    category = factories.make_category(cycle=before, kind=kind)
    return factories.make_honour(category=category, decision=decision, **fields)


def bar(cycle, kind, **fields):
    by = factories.make_user()
    defaults = {"reason": "师德问题查实", "from_on": BEFORE, "set_by": by, "set_at": timezone.now()}
    return Veto.objects.create(district=cycle.district, kind=kind, **{**defaults, **fields})


CASES = {
    dead: Code.STANDING,
    merged: Code.STANDING,
    moved: Code.STANDING,
    stopped: Code.STANDING,
    retired_leader: Code.RETIREMENT,
    serving_as_retired: Code.RETIREMENT,
    twice_in_two_awards: Code.ONE_AWARD,
    at_two_schools: Code.TWO_SCHOOLS,
    winner: Code.EARLIER_WINNER,
    winning_unit_under_its_old_name: Code.EARLIER_WINNER,
    vetoed: Code.VETO,
    vetoed_unit: Code.VETO,
    banned_school: Code.BAN,
    too_many_officials: Code.RANK_SHARE,
    too_few_of_the_front_line: Code.FRONT_LINE,
}


@pytest.mark.parametrize(("case", "code"), CASES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_rule_that_is_broken_blocks_with_its_proof_and_no_other_does(cycle, case, code):
    nomination, url, words = case(cycle)
    (found,) = eligibility.blocking(check(nomination, on=DAY))
    assert (found.code, found.url) == (code, url)
    assert words in found.words
    assert "师德" not in found.words, "why somebody is barred is the office's to know"


@pytest.mark.parametrize(("case", "code"), CASES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_same_rule_only_warns_where_the_cycle_says_so_and_is_silent_when_off(case, code):
    cycle = rows.make_open_cycle()
    add_rules(cycle, Effect.WARN, [code])
    nomination, url, _ = case(cycle)
    (found,) = check(nomination, on=DAY)
    assert (found.code, found.verdict, found.url) == (code, Verdict.WARN, url)
    CycleRule.objects.update(effect=Effect.OFF)
    assert check(nomination, on=DAY) == []


# --- what meets the rules ---


def test_who_meets_every_rule_gets_a_finding_a_rule_each_with_its_proof(cycle):
    nomination = nominate(cycle)
    found = check(nomination, on=DAY)
    assert [one.code for one in found] == list(Code)
    assert {one.verdict for one in found} == {Verdict.OK}
    assert [one.url for one in found][:2] == [person_url(nomination.person)] * 2
    assert not eligibility.is_open(found)


def test_a_collective_is_judged_only_by_the_rules_that_can_apply_to_it(cycle):
    nomination = nominate_unit(cycle)
    found = check(nomination, on=DAY)
    assert [(one.code, one.verdict) for one in found] == [
        (code, Verdict.OK) for code in (Code.EARLIER_WINNER, Code.VETO, Code.BAN)
    ]
    assert {one.url for one in found} == {reverse("school-detail", args=[nomination.unit_id])}


def later_death(cycle):
    return nominate(cycle, died_on=DAY + datetime.timedelta(days=1))


def retires_next_year(cycle):
    dates = {"retirement_kind": "RETIRED", "retired_on": datetime.date(2021, 1, 1)}
    return nominate(cycle, Kind.ADVANCED_IN_SERVICE, **dates)


def withdrawn_twin(cycle):
    nomination, _, _ = at_two_schools(cycle)
    Nomination.objects.exclude(pk=nomination.pk).update(status=S.WITHDRAWN)
    return nomination


def twin_that_another_school_only_drafts(cycle):
    nomination, _, _ = at_two_schools(cycle)
    Nomination.objects.exclude(pk=nomination.pk).update(status=S.DRAFT, submitted_at=None)
    return nomination


def namesakes_found_to_be_two(cycle):
    nomination, _, _ = at_two_schools(cycle)
    other = Nomination.objects.exclude(pk=nomination.pk).get()
    pair = sorted([nomination.person, other.person], key=lambda one: one.pk)
    DistinctPair.objects.create(
        district=cycle.district, first=pair[0], second=pair[1], reason="已核实", decided_at=timezone.now()
    )
    return nomination


def namesakes_with_two_numbers(cycle):
    born = {"name": "王峰", "born_on": datetime.date(1950, 6, 1)}
    nominate(cycle, **born)
    return nominate(cycle, **born)


def namesakes_of_a_year(cycle):
    born = {"name": "王峰", "born_on": datetime.date(1950, 1, 1), "birth_precision": "year", "id_number": ""}
    nominate(cycle, **born)
    return nominate(cycle, **born)


def winner_of_long_ago(cycle):
    nomination = nominate(cycle)
    for year in (2016, 2018):
        won(cycle, year, Kind.ADVANCED_RETIRED)
    won(cycle, 2014, Kind.ADVANCED_RETIRED, unit=nomination.unit, person=nomination.person)
    return nomination


def winner_whose_honour_is_void(cycle):
    nomination, _, _ = winner(cycle)
    nomination.person.honours.update(voided_on=DAY, void_reason="重复")
    return nomination


def unit_whose_teacher_won(cycle):
    nomination = nominate_unit(cycle)
    person = factories.make_person(school=nomination.unit)
    won(cycle, 2018, Kind.ADVANCED_RETIRED, unit=nomination.unit, person=person)
    return nomination


def unit_that_took_in_a_part_of_a_winner(cycle):
    """The old school's totals follow its chief successor, and this is the other one."""
    nomination, old = nominate_unit(cycle), factories.make_school(district=cycle.district)
    terms = {"succeeded_on": BEFORE, "kind": "SPLIT", "is_chief": False}
    Succession.objects.create(predecessor=old, successor=nomination.unit, **terms)
    won(cycle, 2018, Kind.ADVANCED_COLLECTIVE, unit=old)
    return nomination


def lifted_veto(cycle):
    nomination = nominate(cycle)
    bar(cycle, Veto.Kind.VETO, person=nomination.person, lifted_at=timezone.now(), lift_reason="复查撤销")
    return nomination


def ban_that_is_over(cycle):
    nomination = nominate(cycle)
    bar(cycle, Veto.Kind.BAN, school=nomination.unit, until_on=DAY - datetime.timedelta(days=1))
    return nomination


def one_official_in_five(cycle):
    nomination, _, _ = too_many_officials(cycle)
    nominate(cycle)
    return nomination


MET = (
    later_death,
    retires_next_year,
    withdrawn_twin,
    twin_that_another_school_only_drafts,
    namesakes_found_to_be_two,
    namesakes_with_two_numbers,
    namesakes_of_a_year,
    winner_of_long_ago,
    winner_whose_honour_is_void,
    unit_whose_teacher_won,
    unit_that_took_in_a_part_of_a_winner,
    lifted_veto,
    ban_that_is_over,
    one_official_in_five,
)


@pytest.mark.parametrize("case", MET, ids=lambda case: case.__name__)
def test_what_lies_just_inside_a_rule_meets_it(cycle, case):
    assert [one for one in check(case(cycle), on=DAY) if one.verdict is not Verdict.OK] == []


def test_a_share_never_bars_a_school_from_sending_only_the_office_from_passing(cycle):
    """The first official sent is all of those sent; the share is settled once everybody is in."""
    official = {"rank_level": "处级", "front_line": "是"}
    nomination = nominate(cycle, status=S.DRAFT, typed=official)
    found = {one.code: one.verdict for one in check(nomination, on=DAY)}
    assert found[Code.RANK_SHARE] is Verdict.WARN
    Nomination.objects.update(status=S.SUBMITTED, submitted_at=timezone.now())
    found = {one.code: one.verdict for one in check(nomination, on=DAY)}
    assert found[Code.RANK_SHARE] is Verdict.BLOCK


def test_a_proof_has_no_address_for_whoever_may_not_open_it(cycle):
    nomination, url, _ = vetoed(cycle)
    found = eligibility.blocking(check(nomination, on=DAY))
    school, office = rows.user_of(nomination.unit), System(cycle.district)
    assert [one.url for one in eligibility.seen_by(found, school)] == [""]
    assert [one.url for one in eligibility.seen_by(found, office)] == [url]
    group = rows.user_of(nomination.unit.group, Role.GROUP)
    ok = check(nominate(cycle), on=DAY)
    assert [one.url for one in eligibility.seen_by(ok, group)] == [one.url for one in ok]


def test_thirty_nominations_cost_as_many_queries_as_one(cycle):
    for case in CASES:
        case(cycle)
    nominations = list(Nomination.objects.of_cycle(cycle).for_list())
    more = [nominate(cycle) for _ in range(30 - len(nominations) % 30)]
    unit, person = (next(one for one in nominations if (one.person is None) == is_one) for is_one in (1, 0))
    few, many = (queries_of(found) for found in ([unit, person], [*nominations, *more]))
    assert (few, many) == (6, 6)
    assert queries_of([unit]) == 4, "a collective asks for no share"


def queries_of(nominations):
    with CaptureQueriesContext(connection) as caught:
        assert len(check_many(nominations, on=DAY)) == len(nominations)
    return len(caught)
