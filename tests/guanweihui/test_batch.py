"""From upload to rows and back: preview, confirm, undo, and what each leaves in the trail."""

import datetime
import io
from dataclasses import replace

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanweihui.imports import batch as batches
from guanweihui.imports import errors, kinds
from guanweihui.imports.inserts import free_keys, insert
from guanweihui.imports.problems import Unusable
from guanweihui.imports.reader import Unreadable, read
from guanweihui.management.commands import worker
from guanweihui.models import AuditEvent, ImportBatch, ImportedRow, School, User, Workday
from guanweihui.scope import Role, System
from guanweihui.workflow import Refused
from members.models import Person
from tests.factories import make_district, make_elder_class, make_person, make_post, make_school
from tests.workbooks import NOW, REGISTER_HEAD, counts, register_row

HOUR = datetime.timedelta(hours=1)
DISTRICT = frozenset({Role.DISTRICT})


def upload(*rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "花名册"
    for row in (("花名册",), REGISTER_HEAD, *rows):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def clerk(db):
    make_elder_class(name="老教师", position=4)
    make_school(full_name="示例市示例区第1小学")
    return make_post().user


def preview(clerk, *rows, **options):
    return batches.preview(
        upload(*rows),
        "名册.xlsx",
        **{"by": clerk, "at": NOW, "district": make_district(), "roles": DISTRICT, **options},
    )


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_a_preview_stores_the_sealed_upload_and_no_row(clerk):
    plan, batch = preview(clerk, register_row(), register_row(教工编号="T3", 身份证号="1"))
    assert counts(plan) == {"NEW": 1, "WRONG": 1}
    assert (batch.state, batch.new_count, batch.wrong_count, batch.kinds) == (
        ImportBatch.State.PREVIEWED,
        1,
        1,
        "离退休教师花名册",
    )
    assert (Person.objects.count(), actions()) == (0, ["importbatch.preview"])
    with default_storage.open(batch.stored_name) as stored:
        kept = stored.read()
    assert not kept.startswith(b"PK")
    assert b"990105194608250206" not in kept


def test_confirming_writes_once_with_one_line_in_the_trail(clerk):
    _, batch = preview(clerk, register_row())
    done = batches.confirm(batch, by=clerk, at=NOW + HOUR)
    assert (done.state, done.confirmed_at) == (ImportBatch.State.CONFIRMED, NOW + HOUR)
    assert Person.objects.get().name == "叶萍"
    assert actions() == ["importbatch.preview", "importbatch.confirm"]
    with pytest.raises(Refused, match="这一批已经办理过"):
        batches.confirm(batch, by=clerk, at=NOW + HOUR)
    assert Person.objects.count() == 1


def test_only_the_loader_confirms(clerk):
    _, batch = preview(clerk, register_row())
    with pytest.raises(Refused, match="不是您上传的"):
        batches.confirm(batch, by=make_post().user, at=NOW)
    assert Person.objects.count() == 0


def test_wrong_rows_hold_the_batch_unless_the_good_ones_are_asked_for(clerk):
    _, batch = preview(clerk, register_row(), register_row(教工编号="T3", 身份证号="1"))
    with pytest.raises(Refused, match="还有错误的行"):
        batches.confirm(batch, by=clerk, at=NOW)
    assert Person.objects.count() == 0
    batches.confirm(batch, by=clerk, at=NOW, valid_rows=True)
    assert Person.objects.count() == 1


def test_another_verdict_than_the_previewed_one_is_looked_at_again_first(clerk, monkeypatch):
    """Somebody stores the person while the upload is read for the confirmation."""
    _, batch = preview(clerk, register_row())
    school = School.objects.get()

    def read_late(data, filename):
        if not Person.objects.exists():
            make_person(school=school, name="叶萍", staff_no="T00002", id_number="990105194608250206")
        return read(data, filename)

    monkeypatch.setattr(batches, "read", read_late)
    with pytest.raises(Refused, match="^内容与核对时不同，请重新核对。$"):
        batches.confirm(batch, by=clerk, at=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.counts()) == ("PREVIEWED", (0, 1, 0, 0))
    assert Person.objects.get().emergency_contact != "万凯"
    done = batches.confirm(batch, by=clerk, at=NOW)
    assert (done.state, done.counts(), Person.objects.get().emergency_contact) == (
        "CONFIRMED",
        (0, 1, 0, 0),
        "万凯",
    )


def end(user):
    """Take a user's posts away, as of yesterday; return him as the next request finds him."""
    user.posts.update(to_on=timezone.localdate() - datetime.timedelta(days=1))
    return User.objects.get(pk=user.pk)


def test_whoever_left_the_district_neither_sees_nor_confirms_nor_undoes(clerk):
    _, waiting = preview(clerk, register_row(教工编号="T3", 身份证号=None))
    _, batch = preview(clerk, register_row())
    batches.confirm(batch, by=clerk, at=NOW)
    school = School.objects.get()
    gone = end(clerk)
    make_post(user=gone, role=Role.SCHOOL, school=school)
    make_post(user=gone, role=Role.LEADER)
    assert list(ImportBatch.objects.visible_to(gone, roles=batches.LOADERS)) == []
    with pytest.raises(Refused, match="不在您的职责范围内"):
        batches.confirm(waiting, by=gone, at=NOW)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        batches.undo(batch, by=gone, at=NOW)
    assert Person.objects.count() == 1


def test_a_coordinator_keeps_his_batches_as_long_as_his_school(clerk):
    school = School.objects.get()
    liaison = make_post(role=Role.SCHOOL, school=school).user
    _, batch = preview(liaison, register_row(), roles=frozenset({Role.SCHOOL}), school=school)
    assert list(ImportBatch.objects.visible_to(liaison)) == [batch]
    moved = end(liaison)
    make_post(user=moved, role=Role.SCHOOL, school=make_school())
    assert list(ImportBatch.objects.visible_to(moved)) == []
    with pytest.raises(Refused, match="不在您的职责范围内"):
        batches.confirm(batch, by=moved, at=NOW)


def test_today_s_roles_decide_what_kinds_may_be_confirmed(clerk, monkeypatch):
    _, batch = preview(clerk, register_row())
    monkeypatch.setattr(kinds, "_KINDS", {"register": replace(kinds.get("register"), roles=frozenset())})
    for work in (batches.plan_again, batches.confirm):
        with pytest.raises(Unusable, match="您不能导入“离退休教师花名册”"):
            work(batch, by=clerk, at=NOW)


def test_rows_are_locked_before_they_are_taken_back_or_changed(clerk):
    """SQLite has one writer at a time and knows no row locks."""
    make_person(school=School.objects.get(), name="叶萍", staff_no="T00002", id_number="990105194608250206")
    _, batch = preview(clerk, register_row())
    for work in (batches.confirm, batches.undo):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            work(batch, by=clerk, at=NOW)
        locks = [one["sql"] for one in queries if one["sql"].endswith("FOR UPDATE")]
        tables = [model._meta.db_table for model in (ImportBatch, Person)]
        wanted = tables if connection.features.has_select_for_update else []
        assert [table for table in tables if any(f'FROM "{table}"' in sql for sql in locks)] == wanted


def test_uploads_go_when_they_serve_nothing_any_more(clerk):
    days = [datetime.timedelta(days=n) for n in range(9)]
    _, waiting = preview(clerk, register_row(教工编号="T3", 身份证号=None))
    _, batch = preview(clerk, register_row())
    batches.confirm(batch, by=clerk, at=NOW)
    assert batches.delete_old_uploads(NOW + days[1]) == 0
    assert batches.delete_old_uploads(NOW + days[1] + HOUR) == 1
    assert not default_storage.exists(batch.stored_name)
    assert batches.delete_old_uploads(NOW + days[7]) == 0
    assert batches.delete_old_uploads(NOW + days[7] + HOUR) == 1
    assert not default_storage.exists(waiting.stored_name)
    assert set(ImportBatch.objects.values_list("stored_name", "state")) == {
        ("", "PREVIEWED"),
        ("", "CONFIRMED"),
    }
    waiting.refresh_from_db()
    with pytest.raises(Refused, match="暂存的文件已经不在了，请重新上传。"):
        batches.confirm(waiting, by=clerk, at=NOW)


def test_a_changed_upload_is_refused(clerk):
    _, batch = preview(clerk, register_row())
    _, other = preview(clerk, register_row(姓名="丁一"))
    ImportBatch.objects.filter(pk=batch.pk).update(stored_name=other.stored_name)
    batch.refresh_from_db()
    with pytest.raises(Refused, match="暂存的文件与预览时不一致"):
        batches.confirm(batch, by=clerk, at=NOW)


def test_a_kind_outside_the_roles_is_refused_by_name(clerk):
    book = openpyxl.Workbook()
    for row in (("先进集体名单",), ("单位", "证书编号"), ("甲", "1")):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(Unusable, match="您不能导入“先进集体名单”，请交区关工委办公室导入。"):
        batches.preview(
            stream.getvalue(),
            "a.xlsx",
            by=clerk,
            at=NOW,
            district=make_district(),
            roles=frozenset({Role.SCHOOL}),
        )
    assert ImportBatch.objects.count() == 0


def test_an_unreadable_upload_leaves_nothing(clerk):
    with pytest.raises(Unreadable):
        batches.preview(b"no zip", "a.xlsx", by=clerk, at=NOW, district=make_district(), roles=DISTRICT)
    assert (ImportBatch.objects.count(), actions()) == (0, [])


def test_an_undo_has_its_hours_and_its_line(clerk):
    _, batch = preview(clerk, register_row())
    done = batches.confirm(batch, by=clerk, at=NOW)
    with pytest.raises(Refused, match="24 小时以内"):
        batches.undo(done, by=clerk, at=NOW + 25 * HOUR)
    assert batches.undo(done, by=clerk, at=NOW + 24 * HOUR) == []
    done.refresh_from_db()
    assert (Person.objects.count(), done.state, done.undone_at) == (
        0,
        ImportBatch.State.UNDONE,
        NOW + 24 * HOUR,
    )
    assert actions()[-1] == "importbatch.undo"
    with pytest.raises(Refused):
        batches.undo(done, by=clerk, at=NOW + HOUR)


def test_imported_rows_keep_old_values_sealed_and_no_plain_digest(clerk):
    _, batch = preview(clerk, register_row())
    batches.confirm(batch, by=clerk, at=NOW)
    _, batch = preview(clerk, register_row(联系电话="19900000000"))
    batches.confirm(batch, by=clerk, at=NOW)
    row = ImportedRow.objects.get(batch=batch)
    assert '"phone": "19909729960"' in row.before
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after_digest FROM guanweihui_importedrow WHERE id = %s", [row.pk])
        sealed, digest = cursor.fetchone()
    assert sealed.startswith("enc1:")
    assert len(digest) == 32


def test_the_error_workbook_holds_the_wrong_rows_alone_and_no_formula(clerk):
    plan, _ = preview(
        clerk, register_row(), register_row(教工编号="T3", 身份证号="1", 紧急联系人="@SUM(1+1)")
    )
    page = openpyxl.load_workbook(io.BytesIO(errors.workbook(plan))).active
    assert (page.title, page["A1"].value, page.max_row) == ("花名册", "花名册", 3)
    risky = page.cell(3, REGISTER_HEAD.index("紧急联系人") + 1)
    assert (risky.value, risky.data_type, risky.quotePrefix) == ("@SUM(1+1)", "s", True)
    assert page.cell(3, REGISTER_HEAD.index("联系电话") + 1).value == "19909729960"
    assert [page.cell(3, column).value for column in (13, 14)] == [
        "身份证号：身份证号应为 18 位，现有 1 位",
        "身份证号：请核对。",
    ]


def test_without_wrong_rows_the_error_workbook_says_so(clerk):
    plan, _ = preview(clerk, register_row())
    page = openpyxl.load_workbook(io.BytesIO(errors.workbook(plan))).active
    assert page["A1"].value == "没有错误的行。"


def test_inserted_rows_have_the_keys_that_the_database_would_give(db):
    district = make_district()
    days = [
        Workday(district=district, day=NOW.date() + n * datetime.timedelta(1), is_workday=True)
        for n in (1, 2)
    ]
    insert(days)
    assert [day._state.adding for day in days] == [False, False]
    assert set(Workday.objects.values_list("pk", "is_workday")) == {(day.pk, True) for day in days}
    after = Workday.objects.create(district=district, day=NOW.date(), is_workday=False)
    assert after.pk > max(day.pk for day in days)
    assert free_keys(Workday, 2, "default")[0] > after.pk


def test_a_refusal_of_the_database_becomes_its_sentence(clerk):
    _, batch = preview(clerk, register_row())
    plan = batches.plan_again(batch, by=clerk, at=NOW)
    make_person(school=School.objects.get(), staff_no="T00002")
    batch.state, batch.confirmed_at = ImportBatch.State.CONFIRMED, NOW
    with pytest.raises(Refused, match="这个教工编号已登记在另一人名下。"), batches._clear_refusals():
        batches.write(plan, batch)


def test_the_portal_itself_loads_without_an_account(clerk):
    batch = ImportBatch(district=make_district(), filename="a", digest="", created_at=NOW)
    batch.save()
    assert batch in ImportBatch.objects.visible_to(System(make_district()))


def test_the_worker_deletes_old_uploads_each_minute(clerk):
    _, batch = preview(clerk, register_row())
    assert worker.Command().each_minute() == worker.MINUTE
    assert not default_storage.exists(batch.stored_name)
