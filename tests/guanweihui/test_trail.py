"""The trail's pages, and the words that stand on them."""

import ast
import datetime
import re
from pathlib import Path

import pytest
from django.utils import timezone

from guanweihui import actions, audit, filings
from guanweihui.scope import Role, System
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
AT = datetime.datetime(2018, 11, 5, 1, 30, tzinfo=datetime.UTC)


def line(cast, action="school.change", row=None, by=None, at=AT, **more):
    return audit.record(action, row or cast.home.school, by=by or cast.users.district, at=at, **more)


@pytest.mark.django_db
def test_the_trail_is_for_the_district_s_roles(cast):
    event = line(cast)
    for path in ("/trail/", f"/trail/{event.pk}/"):
        answers = {
            name: getattr(cast, name).get(path).status_code
            for name in ("district", "leader", "auditor", "group", "school", "judge", "outreach", "anonymous")
        }
        assert answers == {
            **dict.fromkeys(("district", "leader", "auditor"), 200),
            **dict.fromkeys(("group", "school", "judge", "outreach"), 404),
            "anonymous": 302,
        }
        assert cast.auditor.post(path).status_code == 405


@pytest.mark.django_db
def test_lines_of_another_district_do_not_exist(cast):
    far = factories.make_district(full_name="别处区")
    event = line(cast, row=far)
    assert "别处区" not in cast.auditor.get("/trail/").content.decode()
    assert cast.auditor.get(f"/trail/{event.pk}/").status_code == 404


@pytest.mark.django_db
def test_the_list_is_narrowed_by_who_what_object_and_day(cast):
    first = line(cast)
    second = line(cast, "user.sign_in", cast.users.leader, cast.users.leader, district=cast.home.district)
    third = line(cast, "enrolment.submit", at=AT + datetime.timedelta(days=9))

    def found(**query):
        return [row.key for row in cast.auditor.get("/trail/", query).context["rows"]]

    everything = [str(event.pk) for event in (third, second, first)]
    assert found() == everything
    assert found(by="leader") == [str(second.pk)]
    assert found(action="=user.sign_in") == [str(second.pk)]
    assert found(action=".submit") == [str(third.pk)]
    assert found(object="和平小学") == [str(third.pk), str(first.pk)]
    assert found(last="2018-11-05") == [str(second.pk), str(first.pk)]
    assert found(first="2018-11-06") == [str(third.pk)]
    assert found(type="guanweihui.School", id=cast.home.school.pk) == [str(third.pk), str(first.pk)]
    assert found(page="NaN", sort="-x;--", action="?", first="gestern") == everything
    assert found(type="no.Model", id="1") == everything


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_the_same_few_queries(cast, django_assert_num_queries, rows):
    for _ in range(rows):
        line(cast)
    cast.auditor.get("/trail/")
    with django_assert_num_queries(8):
        cast.auditor.get("/trail/")


@pytest.mark.django_db
def test_a_line_shows_changes_in_words(cast):
    enrolment = factories.make_enrolment(school=cast.home.school)
    changes = {
        "status": ["DRAFT", "SUBMITTED"],
        "submitted_at": [None, "2018-11-05T01:30:00+00:00"],
        "count": 3,
    }
    event = line(cast, "enrolment.submit", enrolment, changes=changes, reason="补报")
    answer = cast.auditor.get(f"/trail/{event.pk}/")
    assert answer.context["changes"] == [
        ("状态", "草稿", "已提交"),
        ("提交时间", "", "2018-11-05 09:30"),
        ("个数", "", "3"),
    ]
    body = answer.content.decode()
    assert [word in body for word in ("提交", "补报", "待封存", "2018-11-05 09:30:00")] == [True] * 4
    audit.seal_all()
    assert "已封存，序号 1" in cast.auditor.get(f"/trail/{event.pk}/").content.decode()


@pytest.mark.django_db
def test_the_list_says_how_far_the_chain_reaches(cast):
    line(cast)
    audit.seal_all()
    assert "已封存 1 条，近 90 天没有核验" in cast.auditor.get("/trail/").content.decode()
    now = timezone.now()
    by = System(cast.home.district)
    line(cast, "trail.verify", cast.home.district, by, now, changes={"sealed": 1, "breaks": 0})
    assert "全部相符" in cast.auditor.get("/trail/").content.decode()
    line(
        cast,
        "trail.verify",
        cast.home.district,
        by,
        now + datetime.timedelta(seconds=1),
        changes={"breaks": 2},
    )
    assert "发现 2 处不符" in cast.auditor.get("/trail/").content.decode()


APPS = ("guanweihui", "members", "awards", "activities", "outreach")
ACTION = re.compile(r"[a-z]+\.[a-z_]+")


def calls_of_recorders():
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in {"record", "_record", "note"}:
                    yield node


def recorded():
    """Read every literal action out of the calls that write the trail."""
    return {
        part.value
        for call in calls_of_recorders()
        for argument in call.args[:3]
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and ACTION.fullmatch(part.value)
    }


def test_every_action_in_the_code_has_a_word():
    found = recorded()
    assert {"round.open", "user.sign_in", "accesslink.revoke", "importbatch.confirm"} <= found
    found |= {f"filing.{name}" for name in filings.STEPS}
    found |= {f"due.{name}" for name in ("waive", "report_nil", "extend")} | {"school.add", "school.change"}
    assert [action for action in sorted(found) if actions.action_word(action) == actions.OTHER] == []


def test_the_columns_somebody_saw_are_named():
    rows = actions.change_rows("members.Person", {"fields": ["id_number", "phone"]})
    assert rows == [("栏目", "", "身份证号、联系电话")]


def test_an_unknown_action_is_not_shown_raw():
    assert [actions.action_word("x.y"), actions.object_word("no.Such"), actions.object_word("")] == [
        "其他操作",
        "",
        "",
    ]


def test_every_role_of_the_trail_is_district_wide():
    from guanweihui.views.trail import trail_detail, trail_list

    assert trail_list.roles == trail_detail.roles == {Role.DISTRICT, Role.LEADER, Role.AUDITOR}
