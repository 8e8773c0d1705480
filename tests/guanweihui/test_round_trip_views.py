"""The pages of a round's workbook: who may, what a bad file gets, what they cost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activities.models import Enrolment
from guanweihui import answers
from guanweihui.forms import IMPORT_BYTES
from guanweihui.models import AuditEvent, Due, ImportBatch, Round
from tests import factories
from tests.cast import count_queries
from tests.guanweihui.answer_rows import GOOD, make_draft, make_due, make_open_round
from tests.guanweihui.answer_rows import probe as probe  # the small questionnaire
from tests.guanweihui.round_trip_rows import cell, edited, filled, opened, saved, template

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(cast, probe):
    return make_due(cast)


def url(name, *args):
    return reverse(f"round-{name}", args=args)


def upload(client, round_, content, name="填报表.xlsx"):
    return client.post(url("load", round_.pk), {"file": SimpleUploadedFile(name, content)})


def previewed(client, round_, content) -> ImportBatch:
    answer = upload(client, round_, content)
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.get(pk=answer["Location"].rstrip("/").split("/")[-1])


def schools_in(answer) -> list[str]:
    rows = opened(answer.getvalue()).worksheets[0].iter_rows()
    return [row[0].value for row in rows if row[0].value and row[0].value.isdigit()]


# --- the template ---------------------------------------------------------------------------------------


def test_a_school_takes_its_own_row_and_the_trail_says_so(cast, due):
    make_due(cast, school=cast.far.school, round=due.round)
    answer = cast.school.get(url("template", due.round_id))
    assert (answer.status_code, schools_in(answer)) == (200, ["1105001"])
    told = AuditEvent.objects.get(action="round.take_template")
    assert (told.actor, told.changes) == (cast.users.school, {"rows": 1})


def test_group_and_office_take_the_schools_that_owe_it_still_or_all(cast, due):
    make_due(cast, school=cast.far.school, round=due.round)
    met = factories.make_school(group=cast.home.group, code="1105002")
    answers.file_on_behalf(
        make_due(cast, school=met, round=due.round),
        GOOD,
        basis="电话",
        by=cast.users.group,
        at=timezone.now(),
    )
    take = url("template", due.round_id)
    found = {
        who: [schools_in(getattr(cast, who).get(take + query)) for query in ("", "?rows=all")]
        for who in ("group", "district")
    }
    assert found == {
        "group": [["1105001"], ["1105001", "1105002"]],
        "district": [["1105001", "1105999"], ["1105001", "1105002", "1105999"]],
    }


def test_a_group_s_workbook_masks_telephones_and_a_mask_kept_changes_nothing(cast, due):
    make_draft(cast, due=due)
    taken = {
        who: getattr(cast, who).get(url("template", due.round_id)).getvalue() for who in ("school", "group")
    }
    phones = {who: cell(opened(content), "1105001", "phone").value for who, content in taken.items()}
    assert phones == {"school": "19900005678", "group": "199****5678"}
    content = edited(taken["group"], {(cast.home.school, "classes"): 4})
    batch = previewed(cast.group, due.round, content)
    cast.group.post(url("load-confirm", due.round_id, batch.pk))
    assert Enrolment.objects.get().typed == {**GOOD, "classes": "4"}


def test_a_round_that_everybody_met_says_that_nothing_is_left(cast, due):
    answers.file_on_behalf(due, GOOD, basis="电话", by=cast.users.group, at=timezone.now())
    answer = cast.group.get(url("template", due.round_id), follow=True)
    assert answer.redirect_chain == [(url("load", due.round_id), 302)]
    assert "各校都已报送" in answer.content.decode()


@pytest.mark.parametrize("state", [{"state": Round.State.PLANNED}, {"kind": Round.Kind.REGISTRATION}])
def test_a_round_without_a_workbook_has_no_such_page(cast, due, state):
    Round.objects.update(**state)
    statuses = [cast.district.get(url(page, due.round_id)).status_code for page in ("template", "load")]
    assert statuses == [404, 404]


# --- the load -------------------------------------------------------------------------------------------


def test_a_school_reads_the_verdict_and_confirms_its_draft(cast, due):
    content = edited(template(due.round), filled(cast.home.school))
    batch = previewed(cast.school, due.round, content)
    assert (batch.round, batch.school, batch.group, batch.kinds) == (
        due.round,
        cast.home.school,
        None,
        "报送任务填报表",
    )
    page = cast.school.get(url("load-detail", due.round_id, batch.pk)).content.decode()
    assert "将存入本校的草稿" in page
    assert "199****5678" in page
    assert "19900005678" not in page
    answer = cast.school.post(url("load-confirm", due.round_id, batch.pk), follow=True)
    assert [str(one) for one in answer.context["messages"]] == ["已存入本校的草稿，请在填报页面核对后提交。"]
    assert Enrolment.objects.get().typed == GOOD


def test_a_group_files_for_its_schools_and_takes_it_back(cast, due):
    batch = previewed(cast.group, due.round, edited(template(due.round), filled(cast.home.school)))
    assert (batch.group, batch.school) == (cast.home.group, None)
    answer = cast.group.post(url("load-confirm", due.round_id, batch.pk), follow=True)
    assert [str(one) for one in answer.context["messages"]] == ["已代报 1 所学校。"]
    assert Enrolment.objects.get().status == "SUBMITTED"
    answer = cast.group.post(url("load-undo", due.round_id, batch.pk), follow=True)
    assert [str(one) for one in answer.context["messages"]] == ["本次导入已撤销。"]
    assert Enrolment.objects.count() == 0


def test_wrong_rows_stop_the_load_until_the_good_ones_are_asked_for(cast, due):
    make_due(cast, school=cast.far.school, round=due.round)
    cells = {**filled(cast.home.school), **filled(cast.far.school, classes="十二")}
    batch = previewed(cast.district, due.round, edited(template(due.round), cells))
    page = cast.district.get(url("load-detail", due.round_id, batch.pk)).content.decode()
    assert "只导入没有错误的行" in page
    assert "请填整数，例如 12。" in page
    confirm = url("load-confirm", due.round_id, batch.pk)
    assert cast.district.post(confirm).status_code == 409
    errors = cast.district.get(url("load-errors", due.round_id, batch.pk))
    assert schools_in(errors) == ["1105999"]
    cast.district.post(confirm, {"valid_rows": "on"})
    assert [one.due.school for one in Enrolment.objects.all()] == [cast.home.school]


def test_the_office_s_own_summary_comes_in_by_the_same_page(cast):
    with open("guanweihui/demo/03-主题读书活动报名汇总.xlsx", "rb") as file:
        content = file.read()
    round_ = make_open_round()
    factories.make_campaign(round=round_, theme="别的主题")
    answer = upload(cast.district, round_, content, "03.xlsx")
    assert answer.status_code == 422
    assert "标题写的主题是“我为祖国点赞”" in answer.content.decode()


def test_an_old_template_is_refused_beside_the_link_to_the_new_one(cast, due):
    book = opened(template(due.round))
    book["模板信息"]["C1"].value = "0"
    answer = upload(cast.school, due.round, saved(book))
    page = answer.content.decode()
    assert (answer.status_code, ImportBatch.objects.count()) == (422, 0)
    assert "这份填报表是旧的" in page
    assert url("template", due.round_id) in page


def test_a_file_above_the_limit_is_refused_with_the_limit(cast, due):
    answer = upload(cast.school, due.round, b"PK" + b"0" * IMPORT_BYTES)
    assert answer.status_code == 422
    assert "超过 10" in answer.content.decode()


def test_a_file_that_is_no_workbook_is_refused(cast, due):
    answer = upload(cast.school, due.round, b"hello", "填报表.xlsx")
    assert (answer.status_code, ImportBatch.objects.count()) == (422, 0)


# --- who, and how ---------------------------------------------------------------------------------------


def test_another_s_batch_and_another_round_s_do_not_exist(cast, due):
    batch = previewed(cast.school, due.round, template(due.round))
    other = make_due(cast).round
    pages = ["load-detail", "load-errors", "load-confirm", "load-undo"]

    def ask(client, name, round_):
        address = url(name, round_.pk, batch.pk)
        return (client.post if name in ("load-confirm", "load-undo") else client.get)(address).status_code

    assert [ask(cast.group, name, due.round) for name in pages] == [404] * 4
    assert [ask(cast.school, name, other) for name in pages] == [404] * 4


@pytest.mark.parametrize("player", ["leader", "auditor", "judge", "outreach", "volunteer", "stranger"])
def test_the_pages_do_not_exist_for_others(cast, due, player):
    client = getattr(cast, player)
    assert [client.get(url(page, due.round_id)).status_code for page in ("template", "load")] == [404, 404]


def test_a_visitor_is_sent_to_sign_in(cast, due):
    answer = cast.anonymous.get(url("load", due.round_id))
    assert (answer.status_code, answer["Location"].startswith(reverse("login"))) == (302, True)


def test_the_wrong_method_is_refused(cast, due):
    batch = previewed(cast.school, due.round, template(due.round))
    found = {
        "template": cast.school.post(url("template", due.round_id)).status_code,
        "load": cast.school.delete(url("load", due.round_id)).status_code,
        **{
            name: cast.school.get(url(name, due.round_id, batch.pk)).status_code
            for name in ("load-confirm", "load-undo")
        },
    }
    assert set(found.values()) == {405}


def test_the_office_reads_a_group_s_batch_and_may_not_confirm_it(cast, due):
    batch = previewed(cast.group, due.round, edited(template(due.round), filled(cast.home.school)))
    page = cast.district.get(url("load-detail", due.round_id, batch.pk)).content.decode()
    assert "由上传人确认" in page
    assert cast.district.post(url("load-confirm", due.round_id, batch.pk)).status_code == 409


def test_pages_cost_the_same_for_one_school_and_for_three(cast, probe):
    def cost(schools: int) -> tuple[int, int]:
        round_ = make_open_round()
        factories.make_campaign(round=round_, theme=f"主题{schools}")
        made = [factories.make_school(group=cast.home.group) for _ in range(schools)]
        for school in made:
            Due.objects.create(round=round_, school=school)
        cells = {key: value for school in made for key, value in filled(school).items()}
        batch = previewed(cast.district, round_, edited(template(round_), cells))
        return (
            count_queries(cast.district, url("load", round_.pk)),
            count_queries(cast.district, url("load-detail", round_.pk, batch.pk)),
        )

    assert [cost(1), cost(3)] == [(5, 10), (5, 10)]


def test_a_template_is_downloaded_under_its_round_and_school(cast, due):
    answer = cast.school.get(url("template", due.round_id))
    assert answer.filename == f"{due.round.title}-和平小学-填报表.xlsx"
    assert cell(opened(answer.getvalue()), "1105001", "school_name").value == "示例区和平小学"
