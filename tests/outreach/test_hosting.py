"""The host school's own pages: what waits for its word, confirming, returning, and nothing else."""

import pytest

from guanweihui.models import AuditEvent
from members.models import ServiceRecord
from outreach.models import Need, Trip
from outreach.workflow import trips as steps
from outreach.workflow.trips_files import add_photos, remove_photo
from tests.cast import count_queries
from tests.outreach.rows import make_need, make_trip
from tests.outreach.trips_rows import AT, confirmed, entered, picture, submitted, values_of

S = Trip.Status
pytestmark = pytest.mark.django_db
HOME = "/hosting/"


def words(response) -> str:
    return response.content.decode()


def url_of(trip) -> str:
    return f"{HOME}trips/{trip.pk}/"


def test_the_pages_are_the_host_school_s_alone(cast):
    trip = submitted(cast)
    for url in (HOME, url_of(trip)):
        for who in ("district", "leader", "auditor", "group", "school", "judge", "outreach", "volunteer"):
            assert getattr(cast, who).get(url).status_code == 404
        assert cast.anonymous.get(url).status_code == 302
        assert cast.host.delete(url).status_code == 405
    assert cast.host.post(HOME).status_code == 405


@pytest.mark.parametrize(
    "url",
    ["/outreach/trips/", "/outreach/", "/outreach/mine/", "/outreach/trips/new/", "/people/", "/todos/"],
)
def test_a_host_school_opens_nothing_else(cast, url):
    assert cast.host.get(url).status_code == 404


def test_home_shows_what_waits_and_what_was_confirmed(cast):
    before = confirmed(cast)
    need = make_need(host_school=cast.home.host, status=Need.Status.UNDER_WAY)
    make_need(text="别校的需求", status=Need.Status.UNDER_WAY)
    page = words(cast.host.get(HOME))
    for said in (
        cast.home.host.name,
        "现在没有要确认的下校",
        need.text,
        "以前确认的下校",
        url_of(before),
        "李主任",
    ):
        assert said in page, said
    assert ("别校的需求" in page, "工作台" in page, "下校记录</a>" in page) == (False, True, False)


def test_drafts_and_other_schools_trips_are_not_there(cast):
    draft = entered(cast)
    other = cast.home.pairing.partnerships.order_by("pk").last().host_school
    theirs = make_trip(pairing=cast.home.pairing, host_school=other)
    page = words(cast.host.get(HOME))
    assert [url_of(trip) in page for trip in (draft, theirs)] == [False, False]
    assert [cast.host.get(url_of(trip)).status_code for trip in (draft, theirs)] == [404, 404]
    assert cast.host.post(url_of(theirs), {"name": "李主任", "answer": "confirm"}).status_code == 404


def test_the_whole_trip_is_read_and_confirmed(cast):
    trip = submitted(cast, words="老师们很用心")
    (photo,) = add_photos(trip, [{"name": "a.jpg", "content": picture()}], by=cast.users.outreach, at=AT)
    page = words(cast.host.get(url_of(trip)))
    for said in (
        "周校长（第1次）",
        "听课节数",
        "老师们很用心",
        f"/photos/{photo.pk}/",
        "确认无误",
        "有误退回",
    ):
        assert said in page, said
    answer = cast.host.post(
        url_of(trip), {"name": "李主任", "words": "属实", "version": 2, "answer": "confirm"}, follow=True
    )
    assert "已确认，谢谢您" in words(answer)
    trip.refresh_from_db()
    assert (trip.status, trip.proof, trip.confirmer_name, trip.confirm_words) == (
        S.CONFIRMED,
        Trip.Proof.LINK,
        "李主任",
        "属实",
    )
    assert ServiceRecord.objects.filter(status="CONFIRMED").count() == 3
    (line,) = AuditEvent.objects.filter(action="trip.confirm")
    assert (line.link, line.reason) == (cast.users.host.link, "受援学校确认人：李主任，属实")
    again = words(cast.host.get(url_of(trip)))
    assert ("已确认：李主任" in again, "确认无误" in again) == (True, False)


def test_a_trip_is_returned_with_its_reason(cast):
    trip = submitted(cast)
    for fields, said in (
        ({"name": "", "answer": "confirm"}, "请填写“您的姓名”"),
        ({"name": "李主任", "answer": "return"}, "请写明哪里有误"),
    ):
        answer = cast.host.post(url_of(trip), fields)
        assert (answer.status_code, said in words(answer)) == (422, True)
    answer = cast.host.post(
        url_of(trip), {"name": "李主任", "words": "听课是5节", "version": 1, "answer": "return"}, follow=True
    )
    assert "已退回" in words(answer)
    trip.refresh_from_db()
    assert (trip.status, trip.confirm_words, trip.confirmer_name) == (S.RETURNED, "听课是5节", "李主任")
    assert ServiceRecord.objects.count() == 0


def test_what_was_decided_meanwhile_is_told(cast):
    trip = submitted(cast)
    steps.withdraw(trip, by=cast.users.outreach, at=AT)
    steps.submit(trip, by=cast.users.outreach, at=AT)
    steps.send_back(trip, version=1, reason="重填", by=cast.users.district, at=AT)
    answer = cast.host.post(url_of(trip), {"name": "李主任", "answer": "confirm"})
    assert (answer.status_code, "现在是“已退回”" in words(answer)) == (409, True)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [("confirm", S.CONFIRMED, "请重新核对以后再确认"), ("return", S.RETURNED, "请重新核对以后再退回")],
)
def test_an_old_page_answers_nothing_that_it_did_not_show(cast, answer, status, said):
    """The principal withdraws, writes 20 lessons for 2 and sends anew; the school has the 2 before it."""
    trip = submitted(cast, lessons_observed=2)
    page = cast.host.get(url_of(trip))
    sent = {"name": "李主任", "words": "情况属实", "answer": answer}
    sent["version"] = page.context["form"]["version"].value()
    steps.withdraw(trip, by=cast.users.outreach, at=AT)
    values = values_of(cast.home.pairing, lessons_observed=20)
    steps.edit(trip, values, version=trip.version, by=cast.users.outreach, at=AT)
    steps.submit(trip, by=cast.users.outreach, at=AT)
    old = cast.host.post(url_of(trip), sent)
    page = words(old)
    assert (old.status_code, said in page, "情况属实" in page, "20 节" in page) == (422, True, True, True)
    trip.refresh_from_db()
    assert (trip.status, ServiceRecord.objects.count()) == (S.SUBMITTED, 0)
    sent["version"] = old.context["form"]["version"].value()
    assert cast.host.post(url_of(trip), sent).status_code == 302
    trip.refresh_from_db()
    assert (trip.status, trip.confirm_words) == (status, "情况属实")


def test_photos_changed_meanwhile_are_looked_at_again(cast):
    trip = submitted(cast)
    (photo,) = add_photos(trip, [{"name": "a.jpg", "content": picture()}], by=cast.users.outreach, at=AT)
    sent = {"name": "李主任", "answer": "confirm"}
    assert cast.host.post(url_of(trip), {**sent, "version": 1}).status_code == 422
    remove_photo(trip, photo, by=cast.users.outreach, at=AT)
    assert cast.host.post(url_of(trip), {**sent, "version": 2}).status_code == 422
    assert cast.host.post(url_of(trip), sent).status_code == 422
    assert cast.host.post(url_of(trip), {**sent, "version": 3}).status_code == 302


def test_a_school_closed_meanwhile_is_told_with_the_text_kept(cast):
    trip = submitted(cast)
    cast.home.host.closed_on = trip.from_on
    cast.home.host.save()
    answer = cast.host.post(url_of(trip), {"name": "李主任", "version": 1, "answer": "confirm"})
    assert (answer.status_code, "停办" in words(answer), "李主任" in words(answer)) == (422, True, True)


def test_a_revoked_link_opens_nothing(cast):
    link = cast.users.host.link
    link.revoked_at = AT
    link.save()
    assert cast.host.get(HOME).status_code == 302


def test_home_costs_the_same_at_one_and_three_rows(cast):
    def make(n):
        make_trip(pairing=cast.home.pairing, host_school=cast.home.host, number=n)
        make_trip(pairing=cast.home.pairing, host_school=cast.home.host, number=10 + n, status=S.CONFIRMED)

    need = make_need(host_school=cast.home.host, status=Need.Status.UNDER_WAY)
    make(1)
    once = count_queries(cast.host, HOME)
    for n in (2, 3):
        make(n)
        Need.objects.create(visit=need.visit, field=need.field, text=f"需求{n}", status=Need.Status.UNDER_WAY)
    assert once == count_queries(cast.host, HOME) == 8
