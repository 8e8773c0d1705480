"""Steps on volunteer cards: issue, reissue, void, yearly registration, print."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused
from members.models import AnnualRegistration, Card, CardEvent, Person, ServiceRule
from members.rules import rule_on
from members.workflow import cards as steps
from tests.factories import make_district, make_group, make_person, make_school
from tests.members.cards_rows import AT, make_card, make_volunteer
from tests.members.teams_rows import make_membership, make_team

OUTSIDERS = ("leader", "auditor", "group", "stranger", "judge", "outreach")
TODAY = datetime.date(2026, 11, 27)


def trail(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def numbers() -> list[str]:
    return list(Card.objects.order_by("year", "sequence").values_list("number", flat=True))


def fresh(card: Card) -> Card:
    return Card.objects.for_list(TODAY).get(pk=card.pk)


# --- issue ------------------------------------------------------------------------------------------------


def test_a_card_says_the_year_of_first_registration_and_is_registered_for_the_year_of_issue(cast):
    person = make_volunteer(school=cast.home.school)
    card = steps.issue_card(person, by=cast.users.district, at=AT)
    stored = Card.objects.get()
    said = (stored.number, stored.year, stored.sequence, stored.status, stored.issued_on, stored.reissues)
    assert said == ("GGW202400001", 2024, 1, "VALID", TODAY, 0)
    assert len(card.check_token) == 32
    assert [(row.year, row.registered_by) for row in AnnualRegistration.objects.all()] == [
        (2026, cast.users.district)
    ]
    assert [(row.kind, row.made_by) for row in CardEvent.objects.all()] == [("ISSUE", cast.users.district)]
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.changes) == ("card.issue", {"number": [None, "GGW202400001"]})
    assert line.district == cast.home.district


def test_numbers_run_on_in_each_district_and_year(cast):
    for registered in (datetime.date(2024, 5, 6), datetime.date(2025, 1, 9), datetime.date(2024, 8, 1)):
        make_card(school=cast.home.school, registered_on=registered, at=AT)
    assert numbers() == ["GGW202400001", "GGW202400002", "GGW202500001"]


def test_another_district_counts_by_itself(cast):
    make_card(school=cast.home.school, at=AT)
    other = make_school(group=make_group(district=make_district(full_name="邻区")), full_name="邻区小学")
    assert make_card(school=other, at=AT).number == "GGW202400001"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"registered_on": None}, "还没有通过志愿者登记"),
        ({"died_on": TODAY}, "已离世"),
        ({"is_volunteer": False}, "不是志愿者"),
        ({"stopped_on": TODAY}, "已停止服务"),
        ({"name": "王\U000e0100秀"}, "字库里没有"),
    ],
)
def test_who_may_have_no_card_uses_no_number_up(cast, fields, said):
    person = make_volunteer(school=cast.home.school, **fields)
    with pytest.raises(Refused, match=said):
        steps.issue_card(person, by=cast.users.district, at=AT)
    assert (Card.objects.count(), AuditEvent.objects.count()) == (0, 0)
    assert make_card(school=cast.home.school, at=AT).number == "GGW202400001"


def test_a_character_that_no_font_has_is_named(cast):
    person = make_volunteer(school=cast.home.school, name="王\U000e0100秀")
    with pytest.raises(Refused, match="“\U000e0100”"):
        steps.issue_card(person, by=cast.users.district, at=AT)


def test_a_volunteer_who_stops_tomorrow_still_gets_his_card(cast):
    make_card(school=cast.home.school, stopped_on=TODAY + datetime.timedelta(days=1), at=AT)
    assert numbers() == ["GGW202400001"]


def test_one_person_has_one_card(cast):
    card = make_card(school=cast.home.school, at=AT)
    with pytest.raises(Refused, match=f"已有志愿者证（{card.number}）"):
        steps.issue_card(card.person, by=cast.users.district, at=AT)
    assert Card.objects.count() == 1


@pytest.mark.parametrize("who", [*OUTSIDERS, "school"])
def test_only_the_district_issues(cast, who):
    person = make_volunteer(school=cast.home.school)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.issue_card(person, by=getattr(cast.users, who), at=AT)
    assert not Card.objects.exists()


@pytest.mark.parametrize("name", ["陈䶮", "李㛃", "𫖯仲淹", "王𬀩", "张𬭎", "买买提·阿布都热合曼江"])
def test_rare_names_get_a_card(cast, name):
    assert make_card(school=cast.home.school, name=name, at=AT).person.name == name


def test_the_format_is_the_rule_in_force(cast):
    rule = {"district": cast.home.district, "card_number_format": "示教{年度}-{序号}"}
    ServiceRule.objects.create(from_on=TODAY, **rule)
    ServiceRule.objects.create(**rule | {"from_on": datetime.date(2030, 1, 1), "card_number_format": "X"})
    assert make_card(school=cast.home.school, at=AT).number == "示教2024-00001"


@pytest.mark.parametrize("form", ["{year}", "{年度", "{0}", "", "{序号:>40}", "{年度.real.x}"])
def test_a_format_that_cannot_be_filled_in_is_named(cast, form):
    ServiceRule.objects.create(district=cast.home.district, from_on=TODAY, card_number_format=form)
    person = make_volunteer(school=cast.home.school)
    with pytest.raises(Refused, match="证号格式"):
        steps.issue_card(person, by=cast.users.district, at=AT)
    assert not Card.objects.exists()


def test_a_format_without_a_sequence_never_gives_a_number_twice(cast):
    ServiceRule.objects.create(district=cast.home.district, from_on=TODAY, card_number_format="GGW{年度}")
    make_card(school=cast.home.school, at=AT)
    with pytest.raises(Refused, match="这个证号已经用过"):
        make_card(school=cast.home.school, at=AT)
    assert numbers() == ["GGW2024"]


def test_the_rule_on_a_day_is_the_newest_begun(cast):
    district = cast.home.district
    assert (rule_on(district, TODAY).pk, rule_on(district, TODAY).day_cap_half_hours) == (None, 16)
    old = ServiceRule.objects.create(district=district, from_on=datetime.date(2025, 1, 1))
    new = ServiceRule.objects.create(district=district, from_on=TODAY)
    days = (datetime.date(2024, 12, 31), datetime.date(2026, 11, 26), TODAY)
    assert [rule_on(district, day).pk for day in days] == [None, old.pk, new.pk]


def test_in_bulk_one_refused_person_stops_nobody(cast):
    good, bad = make_volunteer(school=cast.home.school), make_person(school=cast.home.school, name="李无证")
    last = make_volunteer(school=cast.far.school)
    outcomes = steps.issue_cards([good, bad, last], by=cast.users.district, at=AT)
    assert [(outcome.person, outcome.number) for outcome in outcomes] == [
        (good, "GGW202400001"),
        (bad, ""),
        (last, "GGW202400002"),
    ]
    assert outcomes[1].why.startswith("李无证还没有通过志愿者登记")
    assert len(trail("card.issue")) == 2


def test_candidates_are_registered_serving_and_without_a_card(cast):
    wanted = make_volunteer(school=cast.home.school)
    make_card(school=cast.home.school)
    make_person(school=cast.home.school)
    make_volunteer(school=cast.home.school, died_on=TODAY)
    make_volunteer(school=cast.home.school, stopped_on=TODAY)
    assert list(steps.candidates(Person.objects.all(), TODAY)) == [wanted]


# --- the card's life --------------------------------------------------------------------------------------


def test_a_reissue_keeps_the_number_and_changes_the_code(cast):
    card = make_card(school=cast.home.school, at=AT)
    steps.reissue(card, by=cast.users.district, at=AT, reason=" 遗失 ")
    stored = Card.objects.get()
    assert (stored.number, stored.reissues, stored.status) == (card.number, 1, "VALID")
    assert stored.check_token != card.check_token
    event = CardEvent.objects.get(kind="REISSUE")
    assert (event.reason, event.replaced_token) == ("遗失", card.check_token)
    (line,) = trail("card.reissue")
    assert line.changes == {"reissues": [0, 1]}
    assert card.check_token not in str(line.changes)


def test_a_reissue_needs_a_reason_and_a_serving_holder(cast):
    card = make_card(school=cast.home.school, at=AT)
    with pytest.raises(Refused, match="补发原因"):
        steps.reissue(card, by=cast.users.district, at=AT, reason=" ")
    card.person.died_on = TODAY
    card.person.save()
    with pytest.raises(Refused, match="已离世。不能补发"):
        steps.reissue(card, by=cast.users.district, at=AT, reason="遗失")
    assert (Card.objects.get().reissues, trail("card.reissue")) == (0, [])


def test_a_void_card_keeps_its_number_for_good(cast):
    card = make_card(school=cast.home.school, at=AT)
    steps.void_card(card, by=cast.users.district, at=AT, reason="退出志愿服务")
    stored = Card.objects.get()
    assert (stored.status, stored.voided_on, stored.void_reason) == ("VOID", TODAY, "退出志愿服务")
    assert CardEvent.objects.get(kind="VOID").reason == "退出志愿服务"
    assert [line.changes for line in trail("card.void")] == [{"status": ["VALID", "VOID"]}]
    assert make_card(school=cast.home.school, at=AT).number == "GGW202400002"
    with pytest.raises(Refused, match="已有志愿者证"):
        steps.issue_card(card.person, by=cast.users.district, at=AT)


def test_a_void_card_takes_no_further_step(cast):
    card = make_card(school=cast.home.school, at=AT)
    steps.void_card(card, by=cast.users.district, at=AT, reason="退出")
    kept = AuditEvent.objects.count()
    with pytest.raises(Refused, match="不能补发"):
        steps.reissue(card, by=cast.users.district, at=AT, reason="遗失")
    with pytest.raises(Refused, match="不能注销"):
        steps.void_card(card, by=cast.users.district, at=AT, reason="退出")
    with pytest.raises(Refused, match="不能年度注册"):
        steps.register_year(card, 2025, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="已注销的志愿者证不能打印"):
        steps.refuse_unprintable([fresh(card)])
    assert AuditEvent.objects.count() == kept


@pytest.mark.parametrize("who", [*OUTSIDERS, "school"])
def test_only_the_district_reissues_and_voids(cast, who):
    card, by = make_card(school=cast.home.school, at=AT), getattr(cast.users, who)
    for step in (steps.reissue, steps.void_card):
        with pytest.raises(Refused, match="不在您的职责范围内"):
            step(card, by=by, at=AT, reason="遗失")
    assert (Card.objects.get().status, Card.objects.get().reissues) == ("VALID", 0)


def test_voiding_needs_a_reason(cast):
    with pytest.raises(Refused, match="请写明理由"):
        steps.void_card(make_card(school=cast.home.school), by=cast.users.district, at=AT, reason=" ")


@pytest.mark.parametrize("who", ["district", "school"])
def test_district_and_own_school_register_a_card_for_a_year(cast, who):
    card = make_card(school=cast.home.school, at=AT)
    row = steps.register_year(card, 2025, by=getattr(cast.users, who), at=AT)
    assert (row.year, row.registered_on, row.registered_by) == (2025, TODAY, getattr(cast.users, who))
    (line,) = trail("card.register_year")
    assert (line.changes, line.object_id) == ({"registered_year": 2025}, str(card.pk))


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_registers_a_card(cast, who):
    card = make_card(school=cast.home.school, at=AT)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.register_year(card, 2025, by=getattr(cast.users, who), at=AT)
    assert AnnualRegistration.objects.count() == 1


@pytest.mark.parametrize(("year", "said"), [(2023, "只能注册"), (2027, "只能注册"), (2026, "已经注册")])
def test_a_year_is_registered_once_and_neither_too_early_nor_too_late(cast, year, said):
    card = make_card(school=cast.home.school, at=AT)
    with pytest.raises(Refused, match=said):
        steps.register_year(card, year, by=cast.users.school, at=AT)
    assert (AnnualRegistration.objects.count(), trail("card.register_year")) == (1, [])


def test_a_dead_holder_s_card_is_not_registered_again(cast):
    card = make_card(school=cast.home.school, at=AT)
    card.person.died_on = TODAY
    card.person.save()
    with pytest.raises(Refused, match="请核对后注销此证"):
        steps.register_year(card, 2025, by=cast.users.district, at=AT)


def test_registration_in_bulk_says_row_by_row_what_came_of_it(cast):
    good, twice = make_card(school=cast.home.school, at=AT), make_card(school=cast.home.school, at=AT)
    steps.register_year(twice, 2025, by=cast.users.school, at=AT)
    outcomes = steps.register_cards([good, twice], 2025, by=cast.users.school, at=AT)
    assert [outcome.number for outcome in outcomes] == [good.number, ""]
    assert outcomes[1].why == "这张证本年度已经注册。"
    assert len(trail("card.register_year")) == 2


def test_words_of_the_queryset_tell_cards_apart(cast):
    valid = make_card(school=cast.home.school, name="甲", at=AT)
    late = make_card(school=cast.home.school, at=datetime.datetime(2025, 3, 1, tzinfo=datetime.UTC))
    dead = make_card(school=cast.home.school, at=AT)
    dead.person.died_on = TODAY
    dead.person.save()
    void = make_card(school=cast.home.school, at=AT)
    steps.void_card(void, by=cast.users.district, at=AT, reason="退出")
    # Whoever died since cannot be registered: his school has nothing to do for his card.
    dying = make_card(school=cast.home.school, at=datetime.datetime(2025, 3, 1, tzinfo=datetime.UTC))
    Person.objects.filter(pk=dying.person_id).update(died_on=TODAY)
    cards = Card.objects.order_by("pk")
    assert list(cards.registered_in(2026)) == [valid, dead, void]
    assert list(cards.waiting_in(2026)) == [late]
    assert list(cards.to_be_voided(TODAY)) == [dead, dying]
    assert list(cards.void()) == [void]
    assert list(cards.named("甲", cast.users.district)) == [valid]
    assert list(cards.numbered("ggw202400002")) == [late]


# --- print ------------------------------------------------------------------------------------------------


def test_a_print_leaves_its_moment_a_digest_and_one_line(cast):
    cards = [fresh(make_card(school=cast.home.school, at=AT)) for _ in range(2)]
    steps.record_print(cards, by=cast.users.school, at=AT)
    assert {card.printed_at for card in Card.objects.all()} == {AT}
    assert [steps.is_changed(fresh(card)) for card in cards] == [False, False]
    (line,) = trail("card.print")
    assert line.changes == {"count": 2, "numbers": "GGW202400001 — GGW202400002"}
    assert line.district == cast.home.district


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_prints(cast, who):
    card = fresh(make_card(school=cast.home.school, at=AT))
    with pytest.raises(Refused, match="不能打印这些志愿者证"):
        steps.record_print([card], by=getattr(cast.users, who), at=AT)
    assert (Card.objects.get().printed_at, trail("card.print")) == (None, [])


def change_name(card, cast):
    card.person.name = "王秀兰"
    card.person.save()


def change_unit(card, cast):
    card.person.school = cast.far.school
    card.person.save()


def change_team(card, cast):
    make_membership(person=card.person)


def change_photo(card, cast):
    card.person.photo = "photos/another"
    card.person.save()


def change_reissues(card, cast):
    steps.reissue(card, by=cast.users.district, at=AT, reason="遗失")


def change_organ(card, cast):
    card.district.committee_name = "新名关工委"
    card.district.save()


@pytest.mark.parametrize(
    "change", [change_name, change_unit, change_team, change_photo, change_reissues, change_organ]
)
def test_whatever_the_card_prints_makes_it_stale_when_it_changes(cast, change):
    card, other = make_card(school=cast.home.school, at=AT), make_card(school=cast.home.school, at=AT)
    assert steps.changed_cards(Card.objects.all(), TODAY) == []
    steps.record_print([fresh(card)], by=cast.users.district, at=AT)
    assert steps.changed_cards(Card.objects.all(), TODAY) == []
    change(Card.objects.get(pk=card.pk), cast)
    assert steps.changed_cards(Card.objects.all(), TODAY) == [card.pk]
    assert steps.is_changed(fresh(other)) is False  # never printed


def test_a_team_left_before_today_is_not_on_the_card(cast):
    card = make_card(school=cast.home.school, at=AT)
    make_membership(person=card.person, team=make_team(name="旧队"), to_on=datetime.date(2026, 11, 26))
    make_membership(person=card.person, team=make_team(name="讲师团"))
    make_membership(person=card.person, team=make_team(name="诗书画协会"))
    assert steps.teams_of(fresh(card)) == "讲师团、诗书画协会"


def test_nothing_chosen_is_nothing_to_print():
    with pytest.raises(Refused, match="请先选择"):
        steps.refuse_unprintable([])


# --- constraints ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"number": "GGW202400001", "sequence": 2},
        {"number": "另一个号", "sequence": 1},
        {"number": "另一个号", "sequence": 2, "status": "VOID", "voided_on": TODAY},
        {"number": "另一个号", "sequence": 2, "status": "VOID", "void_reason": "退出"},
        {"number": "另一个号", "sequence": 2, "voided_on": TODAY},
    ],
)
def test_the_database_refuses_a_card_that_breaks_the_rules(cast, fields):
    first = make_card(school=cast.home.school, at=AT)
    row = {"district": first.district, "person": make_volunteer(), "year": 2024, "issued_on": TODAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(check_token="0" * 32, **row, **fields)
    assert Card.objects.count() == 1


def test_the_database_refuses_a_second_registration_of_a_year(cast):
    card = make_card(school=cast.home.school, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualRegistration.objects.create(card=card, year=2026, registered_on=TODAY)
