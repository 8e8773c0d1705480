"""Pages of the places: board, a group's page, the forms that move places, the ledger."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from awards.models import Category, Cycle, Quota, QuotaMove
from awards.reports.quotas import quota_board, quota_paper
from guanweihui.documents import pdf
from guanweihui.figures import Period
from guanweihui.models import AuditEvent
from guanweihui.scope import Role
from tests import factories
from tests.awards import rows
from tests.cast import count_queries

Kind = Category.Kind
pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(cast):
    """Give a cycle of two awards; the collective one has places at every level, three of them used."""
    made = rows.make_open_cycle(
        district=cast.home.district, kinds=[Kind.ADVANCED_COLLECTIVE, Kind.ADVANCED_RETIRED]
    )
    category = rows.category_of(made)
    rows.give_places(category, 5)
    rows.give_places(category, 4, group=cast.home.group)
    rows.give_places(category, 2, school=cast.home.school)
    rows.give_places(category, 3, group=cast.far.group)
    Quota.objects.of_group(cast.home.group).update(used=1)
    Quota.objects.of_school(cast.home.school).update(used=2)
    return made


def page(client, route, row, query="", status=200):
    answer = client.get(reverse(route, args=[row.pk]) + query)
    assert answer.status_code == status
    return answer.content.decode()


def post(client, route, row, query="", **data):
    return client.post(reverse(route, args=[row.pk]) + query, data)


def places():
    """Return the places of every unit by its name, the district's as 区."""
    return {str(row.school or row.group or "区"): row.places for row in Quota.objects.all()}


# --- board ------------------------------------------------------------


def test_the_board_adds_a_groups_schools_to_its_group_and_all_up(cast, cycle):
    table = quota_board(cast.users.district, cycle)
    assert [row.cells[:5] for row in table.rows] == [
        (1, "东苑协作组", 3, 6, 3),
        (2, "西苑协作组", 0, 3, 3),
        (3, "区里未下达", 0, 5, 5),
    ]
    assert table.total.cells == (None, "合　计", 3, 14, 11, 0, 0, 0, 3, 14, 11)


def test_the_board_offers_the_steps_to_the_office_alone(cast, cycle):
    links = [
        reverse(f"quota-{step}", args=[rows.category_of(cycle).pk]) for step in ("grant", "allot", "transfer")
    ]
    shown = {name: page(getattr(cast, name), "quota-board", cycle) for name in ("district", "leader")}
    assert [link in shown["district"] for link in links] == [True] * 3
    assert [link in shown["leader"] for link in links] == [False] * 3
    Cycle.objects.update(state=Cycle.State.CLOSED)
    assert links[0] not in page(cast.district, "quota-board", cycle)


def test_each_group_of_the_board_leads_to_its_own_page(cast, cycle):
    links = [
        f"{reverse('quota-group', args=[cycle.pk])}?group={one.pk}"
        for one in (cast.home.group, cast.far.group)
    ]
    shown = page(cast.auditor, "quota-board", cycle)
    assert [shown.count(f'href="{link}"') for link in links] == [1, 1]


def test_the_board_tells_the_office_of_a_balance_that_the_ledger_does_not_give(cast, cycle):
    words = "余额与变动记录不一致"
    assert words in page(cast.district, "quota-board", cycle), "the used places of the fixture have no move"
    Quota.objects.update(used=0)
    assert words not in page(cast.district, "quota-board", cycle)


def test_the_board_is_a_workbook_with_the_same_numbers(cast, cycle):
    answer = cast.leader.get(reverse("quota-export", args=[cycle.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    values = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert [line[1:5] for line in values if line[1] in ("东苑协作组", "区里未下达")] == [
        ["东苑协作组", 3, 6, 3],
        ["区里未下达", 0, 5, 5],
    ]
    assert AuditEvent.objects.filter(action="list.export").count() == 1


@pytest.mark.skipif(pdf.available() is not None, reason="no PDF here")
def test_the_board_is_printed(cast, cycle):
    answer = cast.leader.get(reverse("quota-print", args=[cycle.pk]))
    assert b"".join(answer.streaming_content)[:5] == b"%PDF-"


def test_the_report_centre_prints_the_latest_cycle_up_to_its_year(cast, cycle):
    assert quota_paper(cast.users.leader, Period.of(2020, 1)).title == "2020年度先进评选名额使用情况"
    assert quota_paper(cast.users.leader, Period.of(2019, 1)).tables[0].notes == ("还没有评选周期。",)


# --- the group's page -----------------------------------------------------------------------


def test_a_group_sees_what_its_schools_share_and_what_some_have_of_their_own(cast, cycle):
    shown = page(cast.group, "quota-group", cycle)
    assert "共 6 个，已用 3 个，剩余 3 个" in shown
    assert re.findall(r"各校共用|和平小学|光明中学|西苑", shown.partition("<main")[2]) == [
        "各校共用",
        "和平小学",
    ]
    assert reverse("quota-schools", args=[rows.category_of(cycle).pk]) in shown


def test_a_group_opens_no_other_groups_page(cast, cycle):
    page(cast.group, "quota-group", cycle, f"?group={cast.far.group.pk}", status=404)
    assert "西苑协作组" in page(cast.leader, "quota-group", cycle, f"?group={cast.far.group.pk}")


# --- granting and handing down ------------------------------------------------------------------


def test_the_office_grants_and_is_told_when_it_may_not(cast, cycle):
    category = rows.category_of(cycle)
    done = post(cast.district, "quota-grant", category, places=20, reason="增加")
    assert done["Location"] == reverse("quota-board", args=[cycle.pk])
    assert places()["区"] == 11
    refused = post(cast.district, "quota-grant", category, places=2, reason="写错了")
    assert (refused.status_code, places()["区"]) == (422, 11)
    shown = refused.content.decode()
    assert "不能减到 2 个" in shown
    assert "写错了" in shown, "what was typed is kept"


def test_a_first_grant_proposes_the_places_and_the_surplus(cast, cycle):
    Category.objects.filter(kind=Kind.ADVANCED_RETIRED).update(places=37, surplus_percent=20)
    shown = page(cast.district, "quota-grant", rows.category_of(cycle, Kind.ADVANCED_RETIRED))
    assert 'value="45"' in shown


def boxes(units):
    """Return what the page sends of each unit: the places it showed, and those typed."""
    return {
        name: value
        for unit, (seen, wanted) in units.items()
        for name, value in ((f"seen_{unit.pk}", seen), (f"unit_{unit.pk}", wanted))
    }


def test_all_groups_are_handed_their_places_on_one_page(cast, cycle):
    category = rows.category_of(cycle)
    sent = boxes({cast.home.group: (4, 6), cast.far.group: (3, 2)})
    done = post(cast.district, "quota-allot", category, **sent, reason="按学校数")
    assert done.status_code == 302
    assert places() == {"区": 4, "东苑协作组": 6, "和平小学": 2, "西苑协作组": 2}
    assert AuditEvent.objects.filter(action="quota.allot").count() == 1


def test_a_page_opened_before_somebody_else_saved_is_told_and_keeps_what_was_typed(cast, cycle):
    category = rows.category_of(cycle)
    sent = boxes({cast.home.group: (1, 6), cast.far.group: (3, 3)})
    told = post(cast.district, "quota-allot", category, **sent, reason="按学校数")
    shown = told.content.decode()
    assert (told.status_code, places()["东苑协作组"]) == (422, 4)
    assert "名额在您打开之后有变动" in shown
    assert 'value="6"' in shown


def test_a_box_left_empty_or_filled_with_words_is_shown_beside_the_unit(cast, cycle):
    category = rows.category_of(cycle)
    sent = boxes({cast.home.group: (4, ""), cast.far.group: (3, "三")})
    told = post(cast.district, "quota-allot", category, **sent, reason="按学校数")
    assert (told.status_code, told.content.decode().count("picked")) == (422, 2)


def test_before_anything_is_granted_the_office_is_sent_to_grant(cast, cycle):
    category = rows.category_of(cycle, Kind.ADVANCED_RETIRED)
    answer = cast.district.get(reverse("quota-allot", args=[category.pk]))
    assert answer["Location"] == reverse("quota-grant", args=[category.pk])


def test_a_group_hands_its_places_to_its_schools_and_takes_them_back(cast, cycle):
    category = rows.category_of(cycle)
    sent = boxes({cast.home.school: (2, 3)})
    assert post(cast.group, "quota-schools", category, **sent, reason="按规模").status_code == 302
    assert (places()["东苑协作组"], places()["和平小学"]) == (3, 3)
    sent = boxes({cast.home.school: (3, 2)})
    assert post(cast.group, "quota-schools", category, **sent, reason="收回").status_code == 302
    assert (places()["东苑协作组"], places()["和平小学"]) == (4, 2)


def test_a_group_without_places_has_nothing_to_hand_on(cast, cycle):
    category = rows.category_of(cycle, Kind.ADVANCED_RETIRED)
    answer = cast.group.get(reverse("quota-schools", args=[category.pk]))
    assert answer["Location"].startswith(reverse("quota-group", args=[cycle.pk]))


# --- moving between units ---------------------------------------------------------------------


def test_the_office_moves_places_between_groups(cast, cycle):
    category = rows.category_of(cycle)
    source = Quota.objects.of_group(cast.far.group).get()
    sent = {"source": source.pk, "target": f"group-{cast.home.group.pk}", "places": 2, "reason": "没有人选"}
    assert post(cast.district, "quota-transfer", category, **sent).status_code == 302
    assert (places()["东苑协作组"], places()["西苑协作组"]) == (6, 1)


def test_a_group_is_offered_its_own_schools_and_nothing_else(cast, cycle):
    category = rows.category_of(cycle)
    school = factories.make_school(group=cast.home.group)
    Quota.objects.of_school(cast.home.school).update(used=0)
    shown = page(cast.group, "quota-transfer", category).partition("<main")[2]
    assert "和平小学（名额 2，已用 0，可调出 2）" in shown
    assert not re.search("光明中学|group-", shown)
    source = Quota.objects.of_school(cast.home.school).get()
    sent = {"source": source.pk, "target": f"school-{cast.far.school.pk}", "places": 1, "reason": "调剂"}
    assert post(cast.group, "quota-transfer", category, **sent).status_code == 422
    sent["target"] = f"school-{school.pk}"
    assert post(cast.group, "quota-transfer", category, **sent).status_code == 302


# --- the ledger -----------------------------------------------------------------------------


def move(quota, **fields):
    defaults = {"kind": "SPEND", "used": 1, "reason": "提交推荐", "moved_at": timezone.now()}
    return QuotaMove.objects.create(quota=quota, **{**defaults, **fields})


def test_the_ledger_lists_every_move_with_its_reason_and_narrows_by_each_field(cast, cycle):
    nomination = rows.bare("SUBMITTED", cycle=cycle, unit=cast.home.school)
    move(Quota.objects.of_school(cast.home.school).get(), nomination=nomination)
    move(Quota.objects.of_group(cast.far.group).get(), kind="RECALL", used=0, places=-1, reason="调剂给东苑")
    category = rows.category_of(cycle)
    queries = {
        "": 6,
        f"?category={category.pk}": 6,
        f"?category={rows.category_of(cycle, Kind.ADVANCED_RETIRED).pk}": 0,
        "?kind=SPEND": 1,
        f"?group={cast.far.group.pk}": 2,
        "?text=和平小学": 1,
        "?text=调剂给": 1,
    }
    found = {query: page(cast.leader, "quota-ledger", cycle, query).count("serial") for query in queries}
    assert found == queries


def test_a_group_reads_the_moves_of_its_own_rows_only(cast, cycle):
    shown = page(cast.group, "quota-ledger", cycle)
    assert shown.count("serial") == 2
    assert "西苑协作组" not in shown.partition("<main")[2]


# --- cost ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("player", "route", "queries"),
    [
        ("district", "quota-board", 10),
        ("group", "quota-group", 7),
        ("leader", "quota-ledger", 8),
        ("district", "quota-allot", 7),
    ],
)
def test_a_page_costs_as_many_queries_with_three_groups_as_with_one(cast, cycle, player, route, queries):
    row = rows.category_of(cycle) if route == "quota-allot" else cycle
    few = count_queries(getattr(cast, player), reverse(route, args=[row.pk]))
    for _ in range(3):
        group = factories.make_group(district=cycle.district)
        rows.give_places(rows.category_of(cycle), 2, group=group)
        school = factories.make_school(group=cast.home.group)
        quota = rows.give_places(rows.category_of(cycle), 2, school=school)
        move(quota, nomination=rows.bare("SUBMITTED", cycle=cycle, unit=school))
    many = count_queries(getattr(cast, player), reverse(route, args=[row.pk]))
    assert (few, many) == (queries, queries)


def test_a_head_of_two_groups_sees_the_cycle_once(cast, cycle):
    factories.make_post(user=cast.users.group, role=Role.GROUP, group=cast.far.group)
    assert "西苑协作组" in page(cast.group, "quota-group", cycle, f"?group={cast.far.group.pk}")
