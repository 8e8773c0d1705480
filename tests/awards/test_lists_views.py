"""Pages of the list to be commended: live decisions, minutes, approval by another person, on paper."""

import io
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from awards.models import AwardList, AwardListEntry
from awards.todos import lists as todos
from awards.views import list_page
from awards.workflow.list_counts import minutes_field, minutes_seen, seen_of
from guanweihui.models import Attachment, AuditEvent, Job
from guanweihui.scope import Role
from tests.awards import list_rows, rows
from tests.cast import count_queries
from tests.factories import make_district, make_post, make_user

pytestmark = pytest.mark.django_db
S = AwardList.Status
Kind = rows.Kind
HTMX = {"HX-Request": "true"}


def words(response) -> str:
    return response.content.decode()


def one(name: str, row) -> str:
    return reverse(f"award-list-{name}", args=[row.pk])


@pytest.fixture
def cycle(cast):
    return list_rows.make_cycle(
        district=cast.home.district, kinds=(Kind.ADVANCED_COLLECTIVE, Kind.GOOD_LEADER)
    )


@pytest.fixture
def draft(cycle):
    return list_rows.make_list(cycle=cycle)


def decision(entry, outcome, **fields) -> dict[str, object]:
    """Return what the line of an entry sends when a button is pressed."""
    entry.refresh_from_db()
    return {"outcome": outcome, "note": "", "reserve_place": "", "seen": seen_of(entry), **fields}


def test_the_office_begins_a_list_and_comes_to_its_page(cast, cycle):
    nomination = rows.bare("ACCEPTED", cycle=cycle)
    answer = cast.district.post(reverse("award-list-start", args=[cycle.pk]), follow=True)
    assert nomination.nominee in words(answer)
    assert "拟表彰 0 / 2" in words(answer)


def test_a_list_that_cannot_begin_says_why(cast, cycle):
    rows.bare("ENDORSED", cycle=cycle)
    answer = cast.district.post(reverse("award-list-start", args=[cycle.pk]))
    assert (answer.status_code, "还有 1 份推荐没有审核完" in words(answer)) == (409, True)


def test_a_pressed_button_writes_the_decision_with_and_without_scripts(cast, draft):
    first, second = (list_rows.add(draft) for _ in range(2))
    plain = cast.district.post(one("decide", first), decision(first, "AWARD"))
    assert (plain.status_code, plain["Location"]) == (302, f"{one('detail', draft)}#entry-{first.pk}")
    live = cast.district.post(one("decide", second), decision(second, "AWARD"), headers=HTMX)
    assert live.status_code == 200
    assert re.findall(r'id="(entry-\d+|counts-\d+|totals)"', words(live)) == [
        f"entry-{second.pk}",
        f"counts-{second.nomination.category_id}",
        "totals",
    ]
    assert "<b>拟表彰 2 / 2</b>　推荐 2" in words(live)
    assert list_rows.stand(draft) == [("AWARD", None), ("AWARD", None)]


def test_lines_that_moved_come_with_the_decided_one(cast, draft):
    first, second, third = (list_rows.add(draft, outcome) for outcome in ("RESERVE", "RESERVE", "OPEN"))
    answer = cast.district.post(
        one("decide", third), decision(third, "RESERVE", reserve_place="2"), headers=HTMX
    )
    found = re.findall(r'<tr id="entry-(\d+)"( hx-swap-oob="true")?', words(answer))
    assert found == [(str(third.pk), ""), (str(second.pk), ' hx-swap-oob="true"')]
    assert [place for _, place in list_rows.stand(draft)] == [1, 3, 2]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_refused_decision_keeps_what_was_typed_and_shows_what_stands(cast, draft, headers):
    entry = list_rows.add(draft)
    old = decision(entry, "DECLINE", note="我写的理由")
    list_rows.decide(entry, "RESERVE", note="李老师记", by=cast.users.district)
    answer = cast.district.post(one("decide", entry), old, headers=headers)
    text = words(answer)
    assert answer.status_code == 422
    assert "被district先生" in text
    assert "现在是“递补第1名（李老师记）”" in text
    assert 'value="我写的理由"' in text
    # The line carries what stands now, so that pressing again is an answer to it.
    entry.refresh_from_db()
    assert f'value="{seen_of(entry)}"' in text
    again = {**old, "seen": seen_of(entry)}
    assert cast.district.post(one("decide", entry), again, headers=HTMX).status_code == 200


def test_an_outcome_that_does_not_exist_is_no_decision(cast, draft):
    entry = list_rows.add(draft)
    answer = cast.district.post(one("decide", entry), decision(entry, "HONOURED"), headers=HTMX)
    assert (answer.status_code, list_rows.stand(draft)) == (422, [("OPEN", None)])


def test_an_entry_of_another_district_does_not_exist(cast):
    far = list_rows.make_list(cycle=list_rows.make_cycle(district=make_district(full_name="别处区")))
    entry = list_rows.add(far)
    statuses = [
        cast.district.get(one("detail", far)).status_code,
        cast.district.post(one("decide", entry), decision(entry, "AWARD")).status_code,
        cast.leader.get(one("approve", far)).status_code,
    ]
    assert statuses == [404, 404, 404]


def test_only_the_office_has_buttons_and_only_on_a_draft(cast, draft):
    list_rows.add(draft)
    shown = {
        who: 'name="outcome"' in words(getattr(cast, who).get(one("detail", draft)))
        for who in ("district", "leader", "auditor")
    }
    assert shown == {"district": True, "leader": False, "auditor": False}
    AwardList.objects.update(status=S.PROPOSED)
    assert 'name="outcome"' not in words(cast.district.get(one("detail", draft)))


def test_the_rest_and_the_next_reserve_go_on_by_their_own_buttons(cast, cycle):
    amended = list_rows.make_list(cycle=cycle, number=2, entries=["AWARD", "RESERVE"])
    reserve = AwardListEntry.objects.get(outcome="RESERVE")
    assert one("promote", reserve) in words(cast.district.get(one("detail", amended)))
    cast.district.post(one("promote", reserve))
    assert list_rows.stand(amended) == [("AWARD", None), ("AWARD", None)]
    list_rows.add(amended, kind=Kind.GOOD_LEADER)
    category = rows.category_of(cycle, Kind.GOOD_LEADER)
    assert cast.district.post(one("rest", amended), {"category": category.pk}).status_code == 302
    assert list_rows.stand(amended)[-1] == ("AWARD", None)
    assert cast.district.post(one("rest", amended), {"category": "x"}).status_code == 404


# --- minutes --------------------------------------------------------------------------------------------


def scan(name="会议记录.pdf"):
    file = io.BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF")
    file.name = name
    return file


def test_signed_minutes_are_for_the_district_alone(cast, draft):
    data = {**list_rows.MET, "minutes": "逐一评议。", "seen": minutes_seen(draft), "scan": scan()}
    assert cast.district.post(one("minutes", draft), data).status_code == 302
    draft.refresh_from_db()
    file = Attachment.objects.get()
    assert (draft.minutes, file.field, file.district) == (
        "逐一评议。",
        minutes_field(draft),
        cast.home.district,
    )
    url = reverse("attachment-file", args=[file.pk])
    opened = {
        who: getattr(cast, who).get(url).status_code
        for who in ("district", "leader", "auditor", "group", "school", "judge")
    }
    assert opened == {
        "district": 200,
        "leader": 200,
        "auditor": 200,
        "group": 404,
        "school": 404,
        "judge": 404,
    }
    assert AuditEvent.objects.order_by("pk").first().action == "awardlist.write_minutes"


def test_a_bad_scan_keeps_the_typed_minutes(cast, draft):
    data = {"minutes": "写了很久的记录", "seen": minutes_seen(draft), "scan": scan("a.exe")}
    answer = cast.district.post(one("minutes", draft), data)
    assert (answer.status_code, "写了很久的记录" in words(answer)) == (422, True)
    draft.refresh_from_db()
    assert (draft.minutes, Attachment.objects.count()) == ("", 0)


def test_a_list_that_is_no_draft_takes_the_scan_only(cast, draft):
    AwardList.objects.update(status=S.APPROVED, approved_at=timezone.now())
    assert 'name="minutes"' not in words(cast.district.get(one("minutes", draft)))
    data = {"seen": minutes_seen(draft), "scan": scan(), "minutes": "补记"}
    assert cast.district.post(one("minutes", draft), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.minutes, Attachment.objects.count()) == ("", 1)


# --- approval -------------------------------------------------------------------------------------------


def proposed_by(cast, draft, user):
    list_rows.add(draft, "AWARD")
    return list_rows.propose(draft, by=user)


def test_the_office_puts_forward_and_a_leader_approves(cast, draft):
    list_rows.add(draft, "AWARD")
    now = timezone.now()
    page = cast.district.get(one("propose", draft))
    assert "拟表彰 1 / 2，递补 0 个，不予表彰 0 个，未议 0 个" in words(page)
    data = {"version": draft.version, "note": "", "confirmed": "on"}
    assert cast.district.post(one("propose", draft), data).status_code == 302
    assert [todo.url for todo in todos.lists_to_approve(cast.users.leader, now)] == [one("approve", draft)]
    assert [todo.url for todo in todos.lists_put_forward(cast.users.district, now)] == [one("detail", draft)]
    draft.refresh_from_db()
    untouched = cast.leader.post(one("approve", draft), {"version": draft.version})
    assert (untouched.status_code, "请确认“我已核对名单和人数，确认审定”。" in words(untouched)) == (
        422,
        True,
    )
    answer = cast.leader.post(one("approve", draft), {"version": draft.version, "confirmed": "on"})
    draft.refresh_from_db()
    assert (answer.status_code, draft.status, draft.approved_by) == (302, S.APPROVED, cast.users.leader)


def test_the_proposer_with_a_leader_s_post_as_well_is_refused_on_the_page(cast, draft):
    make_post(user=cast.users.district, role=Role.LEADER, district=cast.home.district)
    proposed = proposed_by(cast, draft, cast.users.district)
    answer = cast.district.post(one("approve", draft), {"version": proposed.version, "confirmed": "on"})
    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (422, S.PROPOSED)
    assert "提请人不能审定自己提请的名单，请由另一位领导审定。" in words(answer)
    assert todos.lists_to_approve(cast.users.district, timezone.now()) == []
    other = make_user()
    make_post(user=other, role=Role.LEADER, district=cast.home.district)
    assert list_rows.approve(draft, by=other).status == S.APPROVED


def test_an_old_page_approves_nothing(cast, draft):
    proposed = proposed_by(cast, draft, cast.users.district)
    data = {"version": proposed.version - 1, "confirmed": "on"}
    answer = cast.leader.post(one("approve", draft), data)
    assert (answer.status_code, "有变动" in words(answer)) == (422, True)


def test_a_list_sent_back_waits_for_the_office_with_its_reason(cast, draft):
    proposed_by(cast, draft, cast.users.district)
    assert cast.leader.post(one("send-back", draft), {"reason": ""}).status_code == 422
    assert cast.leader.post(one("send-back", draft), {"reason": "请核对名额"}).status_code == 302
    found = todos.lists_to_mend(cast.users.district, timezone.now())
    assert [(todo.status, todo.url) for todo in found] == [("已退回", one("detail", draft))]
    assert "请核对名额" in words(cast.district.get(one("detail", draft)))


def test_a_reviewed_cycle_without_a_list_is_a_to_do_of_the_office(cast, cycle):
    def titles():
        return [todo.title for todo in todos.lists_to_begin(cast.users.district, timezone.now())]

    waiting = rows.bare("ENDORSED", cycle=cycle)
    rows.bare("ACCEPTED", cycle=cycle)
    before = titles()
    type(waiting).objects.filter(pk=waiting.pk).update(status="ACCEPTED")
    ripe = titles()
    list_rows.make_list(cycle=cycle)
    assert (before, ripe, titles()) == ([], ["2020年度先进评选：推荐已全部复核，等待建立名单"], [])


def test_an_amended_list_opens_at_the_new_one(cast, cycle):
    old = list_rows.make_approved(cycle=cycle, entries=["AWARD"])
    answer = cast.district.post(one("amend", old), {"reason": "异议成立", "confirmed": "on"})
    fresh = AwardList.objects.get(number=2)
    assert answer["Location"] == one("detail", fresh)
    shown = {
        state: [number for number in ("第1次", "第2次") if number in words(cast.auditor.get(url))]
        for state in ("REPLACED", "DRAFT", "")
        if (url := f"{reverse('award-list-list')}?cycle={cycle.pk}&state={state}")
    }
    assert shown == {"REPLACED": ["第1次"], "DRAFT": ["第2次"], "": ["第1次", "第2次"]}


# --- on paper, and what it costs ------------------------------------------------------------------------


def test_the_list_is_a_workbook_by_category(cast, draft):
    entry = list_rows.add(draft, "RESERVE", note="得票第二", rank=2)
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(cast.leader.get(one("export", draft)).streaming_content))
    )
    found = [row for row in book.active.iter_rows(values_only=True) if row[0] == 1 and row[1] == "先进集体"]
    name, group = entry.nomination.printed_unit, entry.nomination.unit.group.short_name
    assert found == [(1, "先进集体", name, name, None, group, 2, "递补", 1, "得票第二")]


def test_the_pack_is_ordered_for_one_category_or_all(cast, draft):
    list_rows.add(draft)
    category = rows.category_of(draft.cycle)
    for asked in ("", category.pk):
        answer = cast.auditor.post(one("pack", draft), {"category": asked, "format": "xlsx"})
        assert answer["Location"] == reverse("job-detail", args=[Job.objects.latest("pk").pk])
    assert list(Job.objects.order_by("pk").values_list("params", "label")) == [
        (
            {"award_list": draft.pk, "category": None, "format": "xlsx"},
            f"{draft}评审材料（全部奖项，Excel）",
        ),
        (
            {"award_list": draft.pk, "category": category.pk, "format": "xlsx"},
            f"{draft}评审材料（先进集体，Excel）",
        ),
    ]
    assert cast.auditor.post(one("pack", draft), {"category": "0", "format": "xlsx"}).status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_cost_the_same_whatever_the_number_of_rows(cast, cycle, draft, number, monkeypatch):
    # The rules of a cycle read their own rows, at their own constant number of queries.
    monkeypatch.setattr(list_page, "check_many", lambda nominations, on: {})
    for _ in range(number):
        list_rows.add(draft)
        list_rows.add(draft, kind=Kind.GOOD_LEADER)
    for other in range(number - 1):
        list_rows.make_list(cycle=list_rows.make_cycle(district=cast.home.district, year=2000 + other))
    found = (
        count_queries(cast.district, one("detail", draft)),
        count_queries(cast.district, reverse("award-list-list")),
    )
    assert found == (7, 6)
