"""The pages of duplicates, merges and transfers."""

import datetime
import re

import pytest
from django.utils import timezone

from guanweihui.models import AuditEvent
from members.duplicates import Pairs
from members.models import Care, DistinctPair, Merge, Person, Transfer
from tests.cast import count_queries
from tests.factories import make_appointment, make_id_number, make_person
from tests.members.merging_rows import make_merge, make_transfer

SENSITIVE = re.compile(r"\d{17}[\dX]|(?<!\d)1\d{10}(?!\d)|502室|高血压|王小明")
MAY = datetime.date(1945, 5, 1)


def words(response) -> str:
    return response.content.decode()


def person(cast, **fields):
    return make_person(**{"school": cast.home.school, "name": "李峰", "born_on": MAY, **fields})


def reasons(cast) -> list[tuple[str, str, list[str]]]:
    names = dict(Person.objects.values_list("pk", "name"))
    return [(names[pair.first], names[pair.second], pair.words()) for pair in Pairs(cast.users.district)]


# --- which pairs ------------------------------------------------------------------------------------------


def test_a_pair_is_listed_with_its_reasons(cast):
    same, month, phone, former = (
        "姓名和出生年月相同",
        "姓名只差异体字，出生年月相同",
        "联系电话相同",
        "曾用名与姓名相同",
    )
    person(cast)
    person(cast, born_on=datetime.date(1945, 5, 30), birth_precision="month", school=cast.far.school)
    person(cast, name="李峯")
    one = person(cast, name="赵一", phone="19911112222", born_on=datetime.date(1950, 1, 1))
    person(cast, name="钱二", phone="19911112222", born_on=datetime.date(1951, 1, 1))
    person(cast, name="孙三", former_name="赵一", born_on=one.born_on)
    assert sorted(reasons(cast)) == sorted(
        [
            ("李峰", "李峰", [same]),
            ("李峰", "李峯", [month]),
            ("李峰", "李峯", [month]),
            ("赵一", "钱二", [phone]),
            ("赵一", "孙三", [former]),
        ]
    )


def test_more_reasons_stand_first(cast):
    person(cast, name="赵一", phone="19911112222")
    person(cast, name="钱二", phone="19911112222")
    person(cast, phone="19911113333")
    person(cast, phone="19911113333")
    assert [len(said) for *_, said in reasons(cast)] == [2, 1]


@pytest.mark.parametrize(
    "other",
    [
        {"born_on": datetime.date(1945, 6, 1)},
        {"born_on": datetime.date(1946, 5, 1)},
        {"birth_precision": "year"},
        {"name": "李丰"},
        {"name": "李丰", "former_name": "李峰", "born_on": datetime.date(1950, 1, 1)},
    ],
)
def test_what_does_not_agree_is_no_pair(cast, other):
    person(cast)
    person(cast, **other)
    assert reasons(cast) == []


def test_a_former_name_counts_where_a_birth_is_unknown(cast):
    first, second = person(cast), person(cast, name="李大", former_name="李峰")
    Person.objects.filter(pk=second.pk).update(born_on=None, birth_precision="")
    assert reasons(cast) == [("李峰", "李大", ["曾用名与姓名相同"])]
    assert first.pk < second.pk


def test_the_telephone_of_an_office_says_nothing(cast):
    for n in range(5):
        person(cast, name="赵钱孙李周"[n], phone="19911112222", born_on=datetime.date(1940 + n, 1, 1))
    assert reasons(cast) == []


def test_blank_telephones_and_unknown_births_do_not_agree(cast):
    for _ in range(2):
        Person.objects.filter(pk=person(cast, phone="").pk).update(born_on=None, birth_precision="")
    assert reasons(cast) == []


def test_a_pair_found_distinct_merged_or_abroad_is_left_out(cast):
    from tests.factories import make_district, make_group, make_school

    one, two = person(cast), person(cast)
    assert len(reasons(cast)) == 1
    DistinctPair.objects.create(
        district=cast.home.district, first=one, second=two, reason="两人", decided_at=timezone.now()
    )
    make_merge(survivor=person(cast, name="钱二"), merged=person(cast, name="钱二", id_number=""))
    abroad = make_district(full_name="外区")
    school = make_school(group=make_group(district=abroad, full_name="外组"), code="1999999")
    person(cast, school=school, name="孙三")
    person(cast, name="孙三")
    assert reasons(cast) == []


# --- pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(cast):
    return person(cast), person(cast, id_number="", name="李峯", phone="")


@pytest.fixture
def base(pair):
    one, two = pair
    return f"/people/duplicates/{one.pk}/{two.pk}/"


def test_the_pages_of_duplicates_are_the_district_s(cast, base):
    row = make_merge()
    pages = ["/people/duplicates/", base, f"{base}merge/", f"{base}distinct/", "/people/merges/"]
    pages.append(f"/people/merges/{row.pk}/undo/")
    for url in pages:
        assert cast.district.get(url).status_code == 200
        for who in ("leader", "auditor", "group", "school", "stranger", "judge", "outreach"):
            assert getattr(cast, who).get(url).status_code == 404
        assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
        assert cast.district.put(url).status_code == 405
    assert cast.district.post(base).status_code == 405


def test_the_list_leads_to_the_pair(cast, base):
    page = words(cast.district.get("/people/duplicates/"))
    assert (f'href="{base}"' in page, "姓名只差异体字" in page, "共 1 对" in page) == (True, True, True)
    assert SENSITIVE.search(page) is None


def test_the_pair_says_whether_sealed_values_agree_and_shows_none(cast, pair, base):
    one, two = pair
    make_appointment(school=cast.home.school, person=two)
    page = words(cast.district.get(base))
    assert SENSITIVE.search(page) is None
    rows = dict(re.findall(r'<th scope="row">(.*?)</th>.*?<span class="tag[^>]*>.*?</svg>(.*?)</span>', page))
    assert (rows["身份证号"], rows["家庭住址"], rows["紧急联系人电话"]) == ("只有一份填写", "相同", "不同")
    assert '<th scope="row">任职</th><td class="num">0</td><td class="num">1</td>' in page


def test_a_pair_with_a_merged_or_a_foreign_file_does_not_exist(cast, pair):
    one, two = pair
    row = make_merge()
    for first, second in ((one.pk, row.merged_id), (one.pk, one.pk), (one.pk, 0)):
        assert cast.district.get(f"/people/duplicates/{first}/{second}/").status_code == 404


def test_a_merge_from_the_page_and_back(cast, pair, base):
    one, two = pair
    bad = cast.district.post(f"{base}merge/", {"survivor": two.pk, "reason": ""})
    assert (bad.status_code, "checked" in words(bad)) == (422, True)
    assert cast.district.post(f"{base}merge/", {"survivor": 0, "reason": "已核实"}).status_code == 422
    done = cast.district.post(f"{base}merge/", {"survivor": two.pk, "reason": "已核实"})
    row = Merge.objects.get()
    assert (done.url, row.survivor, row.merged) == (f"/people/{two.pk}/", two, one)
    page = words(cast.district.get("/people/merges/"))
    assert (f"/people/merges/{row.pk}/undo/" in page, SENSITIVE.search(page)) == (True, None)
    Care.objects.create(
        district=one.district, person=two, kind="VISIT", given_on=MAY, visitors="李明"
    )  # his own since
    done = cast.district.post(f"/people/merges/{row.pk}/undo/", {"reason": "合并错了"}, follow=True)
    assert "两份档案恢复原样" in words(done)
    assert cast.district.get(f"/people/merges/{row.pk}/undo/").url == "/people/merges/"
    assert [line.action for line in AuditEvent.objects.order_by("pk")][-2:] == [
        "person.merge",
        "person.unmerge",
    ]


def test_a_refused_merge_keeps_the_text(cast, pair, base):
    one, two = pair
    make_transfer(person=two, to_school=cast.far.school)
    answer = cast.district.post(f"{base}merge/", {"survivor": one.pk, "reason": "已与本人核实"})
    assert (answer.status_code, "待确认的转校申请" in words(answer), "已与本人核实" in words(answer)) == (
        422,
        True,
        True,
    )


def test_two_persons_are_not_offered_again(cast, pair, base):
    assert cast.district.post(f"{base}distinct/", {"reason": "父子"}).url == "/people/duplicates/"
    assert "没有疑似重复的档案" in words(cast.district.get("/people/duplicates/"))
    assert "已认定不是同一人：父子" in words(cast.district.get(base))


# --- transfers --------------------------------------------------------------------------------------------


def test_the_asking_school_learns_the_other_school_only_by_asking(cast):
    one = person(cast, name="李峰")
    empty = words(cast.stranger.get("/people/transfers/new/"))
    assert "和平小学" not in empty
    form = {"id_number": one.id_number, "typed_name": "李丰", "reason": "已调入"}
    done = cast.stranger.post("/people/transfers/new/", form)
    transfer = Transfer.objects.get()
    assert done.url == f"/people/transfers/{transfer.pk}/"
    page = words(cast.stranger.get(done.url))
    assert ("和平小学" in page, "李丰" in page, "李峰" in page, f"/people/{one.pk}/" in page) == (
        True,
        True,
        False,
        False,
    )
    page = words(cast.school.get(done.url))
    assert ("李峰" in page, f"/people/{one.pk}/" in page, "/grant/" in page) == (True, True, True)


def test_an_unknown_number_leads_to_registration_and_keeps_the_text(cast):
    form = {"id_number": make_id_number(MAY, 7), "typed_name": "李丰", "reason": "已调入"}
    answer = cast.stranger.post("/people/transfers/new/", form)
    assert (answer.status_code, "本区没有用这个号码登记" in words(answer), "李丰" in words(answer)) == (
        422,
        True,
        True,
    )
    answer = cast.stranger.post(
        "/people/transfers/new/", form | {"id_number": make_id_number(MAY, 7)[:-1] + "A"}
    )
    assert (answer.status_code, "本区没有" in words(answer)) == (422, False)
    assert cast.stranger.post("/people/transfers/new/", {}).status_code == 422


def test_the_own_person_is_shown_at_once(cast):
    one = person(cast)
    form = {"id_number": one.id_number, "typed_name": "李峰", "reason": "已调入"}
    assert cast.school.post("/people/transfers/new/", form).url == f"/people/{one.pk}/"


@pytest.mark.parametrize(("who", "statuses"), [("school", (200, 200, 404)), ("stranger", (404, 404, 200))])
def test_each_side_sees_its_own_answers(cast, who, statuses):
    transfer = make_transfer(person=person(cast), to_school=cast.far.school)
    base = f"/people/transfers/{transfer.pk}/"
    client = getattr(cast, who)
    assert (
        tuple(client.get(f"{base}{step}/").status_code for step in ("grant", "refuse", "withdraw"))
        == statuses
    )
    assert client.get(base).status_code == 200


def test_a_transfer_of_others_does_not_exist(cast):
    from tests.factories import make_school

    far = make_school(group=cast.far.group, code="1105777")
    transfer = make_transfer(person=person(cast, school=far), to_school=cast.far.school)
    base = f"/people/transfers/{transfer.pk}/"
    for url in (base, f"{base}grant/", f"{base}refuse/", f"{base}withdraw/"):
        assert cast.school.get(url).status_code == 404
        assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert transfer.typed_name not in words(cast.school.get("/people/transfers/"))
    assert cast.school.post(base).status_code == 405


def test_grant_refuse_and_withdraw_from_the_page(cast):
    rows = [
        make_transfer(person=person(cast, name=name), to_school=cast.far.school)
        for name in ("甲一", "乙二", "丙三")
    ]
    base = "/people/transfers/{}/{}/"
    assert cast.school.post(base.format(rows[0].pk, "grant")).url == "/people/transfers/"
    assert cast.school.post(base.format(rows[1].pk, "refuse"), {"reason": ""}).status_code == 422
    cast.school.post(base.format(rows[1].pk, "refuse"), {"reason": "人还在本校"})
    cast.stranger.post(base.format(rows[2].pk, "withdraw"))
    states = dict(Transfer.objects.values_list("typed_name", "status"))
    assert states == {"甲一": "GRANTED", "乙二": "REFUSED", "丙三": "WITHDRAWN"}
    page = words(cast.stranger.get("/people/transfers/?status=REFUSED"))
    assert ("乙二" in page, "甲一" in page) == (True, False)
    assert "人还在本校" in words(cast.stranger.get(f"/people/transfers/{rows[1].pk}/"))
    assert cast.school.get(f"/people/transfers/{rows[0].pk}/").status_code == 200
    assert f"/people/{rows[0].person_id}/" not in words(cast.school.get(f"/people/transfers/{rows[0].pk}/"))


# --- cost -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/people/duplicates/", "/people/merges/", "/people/transfers/"])
def test_a_list_costs_the_same_for_one_row_and_for_three(cast, url):
    def add():
        person(cast, name="周五", phone="19911114444")
        make_merge()
        make_transfer(to_school=cast.far.school)

    person(cast, name="周五", phone="19911114444")
    add()
    one = count_queries(cast.district, url)
    add()
    add()
    assert (one, count_queries(cast.district, url)) == (QUERIES[url], QUERIES[url])


QUERIES = {"/people/duplicates/": 5, "/people/merges/": 5, "/people/transfers/": 5}


def test_a_pair_costs_the_same_however_much_hangs_on_it(cast, pair, base):
    cost = count_queries(cast.district, base)
    for _ in range(3):
        make_appointment(school=cast.home.school, person=pair[0], to_on=MAY)
    assert (cost, count_queries(cast.district, base)) == (7, 7)
