"""Nominations as they are read: the list, its workbook and summary, the page of one."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from awards.models import Nomination
from awards.reports.nominations import nomination_paper
from awards.workflow import nominations as steps
from guanweihui.figures import Period
from guanweihui.scope import Role
from tests.awards import rows
from tests.awards.review_rows import make_rules, page
from tests.cast import count_queries
from tests.factories import make_person, make_post

S, Kind = Nomination.Status, rows.Kind
pytestmark = pytest.mark.django_db
LIST, EXPORT = "/nominations/", "/nominations/export/"
SENT_AT = datetime.datetime(2020, 3, 5, 10, 0, tzinfo=datetime.UTC)


def listed(client, **query):
    """Return the first cells of the list: what is linked, by name."""
    return [row.cells[0].text for row in client.get(LIST, query).context["shown"].rows]


def make_two(cast):
    """Make what a school of each group sent, the home school's ranked, and a draft of the home school."""
    cycle = rows.make_open_cycle(district=cast.home.district)
    mine, kind = make_person(school=cast.home.school, name="徐玥"), Kind.ADVANCED_RETIRED
    sent = {"submitted_at": SENT_AT}
    ranked = rows.bare(S.ENDORSED, cycle=cycle, unit=cast.home.school, kind=kind, person=mine, rank=2, **sent)
    far = rows.bare(S.SUBMITTED, cycle=cycle, unit=cast.far.school, **sent)
    rows.bare(S.DRAFT, cycle=cycle, unit=cast.home.school)
    return cycle, ranked, far


# --- the list ---------------------------------------------------------------------------------------------


def test_each_reader_lists_what_is_his_to_read(cast):
    make_two(cast)
    assert listed(cast.district) == ["示例区光明中学", "徐玥"]
    assert listed(cast.leader) == ["示例区光明中学", "徐玥"]
    assert listed(cast.group) == ["徐玥"]
    assert listed(cast.school) == ["示例区和平小学", "徐玥"]
    assert listed(cast.stranger) == ["示例区光明中学"]


def test_a_school_does_not_learn_its_groups_order_before_the_list_is_approved(cast):
    cycle, ranked, _ = make_two(cast)
    detail = reverse("nomination-detail", args=[ranked.pk])
    heads = [column.label for column in cast.school.get(LIST).context["shown"].columns]
    assert heads == ["人选 / 集体", "奖项", "推荐单位", "状态", "提交日期"]
    assert "第 2 名" not in page(cast.school.get(detail))
    assert "第 2 名" in page(cast.group.get(detail))
    assert "协作组排序" not in workbook_rows(cast.school)[2]
    better = make_person(school=cast.home.school, name="安平")
    more = {"unit": cast.home.school, "kind": Kind.ADVANCED_RETIRED, "person": better, "rank": 1}
    rows.bare(S.ENDORSED, cycle=cycle, **more)
    for sort in ({}, {"sort": "order"}):
        assert listed(cast.group, **sort) == ["安平", "徐玥"]
        assert listed(cast.school, **sort)[1:] == ["徐玥", "安平"], "the order of rows tells no rank"
    Nomination.objects.in_states([S.ENDORSED]).update(status=S.APPROVED)
    assert "第 2 名" in page(cast.school.get(detail))


def test_the_query_narrows_the_list(cast):
    cycle, _, _ = make_two(cast)
    older = rows.make_open_cycle(district=cast.home.district, year=2018)
    rows.bare(S.HONOURED, cycle=older, unit=cast.far.school)
    both = ["示例区光明中学", "徐玥"]
    assert listed(cast.district, cycle=cycle.pk) == both
    assert listed(cast.district, kind=Kind.ADVANCED_RETIRED) == ["徐玥"]
    assert listed(cast.district, group=cast.home.group.pk) == ["徐玥"]
    assert listed(cast.district, state=S.HONOURED) == ["示例区光明中学"]
    assert listed(cast.district, text="徐") == ["徐玥"]
    assert listed(cast.district, text="无此人") == []


def test_the_list_costs_the_same_for_one_and_for_three(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            rows.bare(S.SUBMITTED, cycle=cycle, kind=Kind.ADVANCED_RETIRED)
        counts.append((count_queries(cast.district, LIST), count_queries(cast.leader, LIST)))
    assert counts == [(7, 7), (7, 7)]


def workbook_rows(client, **query):
    answer = client.get(EXPORT, query)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active
    return [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]


def test_the_workbook_holds_what_the_query_lists(cast):
    make_two(cast)
    found = workbook_rows(cast.district, group=cast.home.group.pk)
    assert found[2:4] == [
        [
            *("序号", "评选周期", "奖项", "姓名 / 集体", "推荐单位", "职务"),
            *("协作组", "协作组排序", "状态", "提交日期"),
        ],
        [
            *(1, "2020年度先进评选", "退休先进个人", "徐玥", "示例区和平小学"),
            *("东苑协作组", 2, "待区级复核", datetime.datetime(2020, 3, 5)),
        ],
    ]


def test_the_summary_has_a_table_a_category_in_the_groups_order(cast):
    cycle, ranked, far = make_two(cast)
    first = make_person(school=cast.home.school, name="李明")
    fields = {"kind": Kind.ADVANCED_RETIRED, "printed_duty": "原校长"}
    rows.bare(S.ENDORSED, cycle=cycle, unit=cast.home.school, person=first, rank=1, **fields)
    rows.bare(S.RETURNED, cycle=cycle, unit=cast.far.school, kind=Kind.GOOD_LEADER)
    paper = nomination_paper(cast.users.district, Period.of(2020))
    assert paper.title == "2020年度先进评选推荐汇总表"
    assert [(table.title, len(table.rows)) for table in paper.tables] == [
        ("2020年度先进评选推荐汇总表（先进集体）", 1),
        ("2020年度先进评选推荐汇总表（关心关工委工作的好领导）", 0),
        ("2020年度先进评选推荐汇总表（在职先进个人）", 0),
        ("2020年度先进评选推荐汇总表（退休先进个人）", 2),
    ]
    group, school = cast.home.group.short_name, cast.home.school.full_name
    assert [row.cells for row in paper.tables[3].rows] == [
        (1, group, 1, "李明", school, "原校长", "待区级复核"),
        (2, group, 2, "徐玥", school, "", "待区级复核"),
    ]
    none_yet = nomination_paper(cast.users.district, Period.of(2012))
    assert [table.notes for table in none_yet.tables] == [("还没有开始的评选。",)]


def test_a_coordinator_who_heads_another_school_s_group_reads_there_what_was_sent(cast):
    both = make_post(user=cast.users.stranger, role=Role.GROUP, group=cast.home.group).user
    sent = rows.make_sent(school=cast.home.school, by=cast.users.school)
    steps.return_back(sent, reason="请补充。", by=both, at=timezone.now())
    sent.refresh_from_db()
    rows.fill(sent, by=cast.users.school, abstract="正在改写的摘要。")
    url = reverse("nomination-detail", args=[sent.pk])
    seen = {player: page(getattr(cast, player).get(url)) for player in ("school", "stranger")}
    assert {player: "正在改写的摘要。" in said for player, said in seen.items()} == {
        "school": True,
        "stranger": False,
    }
    assert reverse("nomination-task", args=[sent.pk]) not in seen["stranger"]


# --- one nomination ---------------------------------------------------------------------------------------


def test_a_draft_is_read_by_its_school_alone(cast):
    nomination = rows.make_nomination(school=cast.home.school, by=cast.users.school)
    url = reverse("nomination-detail", args=[nomination.pk])
    answer = page(cast.school.get(url))
    assert "组织五老进校园宣讲" in answer
    assert "提交后审核人才能看到" in answer
    for client in (cast.group, cast.district, cast.leader, cast.stranger):
        assert client.get(url).status_code == 404


def test_what_came_back_shows_reviewers_what_was_sent_and_the_school_its_draft(cast):
    sent = rows.make_sent(school=cast.home.school, by=cast.users.school)
    remarks = {"deeds": "请写明时间。", "material.stamped": "盖章不清。"}
    now = timezone.now()
    steps.return_back(sent, reason="请补充。", remarks=remarks, by=cast.users.group, at=now)
    sent.refresh_from_db()
    rows.fill(sent, by=cast.users.school, deeds="新写的事迹，还没有写完。")
    url = reverse("nomination-detail", args=[sent.pk])
    for_group, for_school = page(cast.group.get(url)), page(cast.school.get(url))
    assert "新写的事迹" not in for_group
    assert "组织五老进校园宣讲" in for_group
    assert "新写的事迹" in for_school
    for answer in (for_group, for_school):
        assert "<b>主要事迹</b>：请写明时间。" in answer
        assert "<b>附件</b>：盖章不清。" in answer


def test_an_earlier_version_is_read_as_it_was_sent(cast):
    sent = rows.make_sent(school=cast.home.school, by=cast.users.school)
    steps.return_back(sent, reason="请补充。", by=cast.users.group, at=timezone.now())
    sent.refresh_from_db()
    again = rows.fill(sent, by=cast.users.school, abstract="第二次写的摘要。")
    rows.send(again, by=cast.users.school)
    url = reverse("nomination-detail", args=[sent.pk])
    assert "第二次写的摘要" in page(cast.district.get(url))
    earlier = page(cast.district.get(url, {"version": 1}))
    assert "第二次写的摘要" not in earlier
    assert "这是第 1 次提交的内容" in earlier
    assert cast.district.get(url, {"version": 9}).status_code == 404


def test_checks_and_their_proofs_are_for_whoever_reviews(cast):
    cycle = rows.make_open_cycle(district=cast.home.district)
    make_rules(cycle)
    gone = make_person(school=cast.home.school, name="钱立", died_on=datetime.date(2019, 5, 1))
    nomination = rows.bare(
        S.SUBMITTED, cycle=cycle, unit=cast.home.school, kind=Kind.ADVANCED_RETIRED, person=gone
    )
    url = reverse("nomination-detail", args=[nomination.pk])
    assert cast.school.get(url).context["checks"] == []
    words = {one["label"]: one["word"] for one in cast.group.get(url).context["checks"]}
    assert words["人员状态"] == "提醒"


def test_the_page_costs_the_same_for_one_version_and_for_three(cast):
    sent = rows.make_sent(school=cast.home.school, by=cast.users.school)
    make_rules(sent.cycle)
    url = reverse("nomination-detail", args=[sent.pk])
    counts = [count_queries(cast.district, url)]
    for number in (2, 3):
        steps.return_back(sent, reason="请补充。", by=cast.users.group, at=timezone.now())
        sent.refresh_from_db()
        sent = rows.send(rows.fill(sent, by=cast.users.school, abstract=f"第{number}次。"))
    counts.append(count_queries(cast.district, url))
    assert counts == [11, 11]


def test_the_office_opens_what_passed_its_review_again(cast):
    nomination = rows.make_accepted(school=cast.home.school, by=cast.users.school)
    url = reverse("nomination-reopen", args=[nomination.pk])
    assert cast.district.post(url, {"reason": ""}).status_code == 422
    answer = cast.district.post(url, {"reason": "职务有误，请更正。"})
    assert answer["Location"] == reverse("nomination-detail", args=[nomination.pk])
    assert Nomination.objects.get().status == S.RETURNED
    assert cast.district.post(url, {"reason": "再开一次"}).status_code == 422
