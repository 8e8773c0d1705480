"""One page of a queryset, as the query string asks for it."""

import pytest
from django.test import RequestFactory

from guanweihui.lists import page_of
from guanweihui.models import School
from tests.factories import make_school


class Query:
    """A queryset that remembers its order, and counts three rows."""

    ordered = True
    order: tuple = ()

    def order_by(self, *fields):
        self.order = fields
        return self

    def count(self):
        return 300

    def __getitem__(self, part):
        return list(range(part.start, part.stop))


SORTS = {"name": ("name",), "hours": ("-hours", "name")}


@pytest.mark.parametrize(
    ("query", "order", "sort"),
    [
        ("", ("name", "pk"), "name"),
        ("?sort=-hours", ("hours", "-name", "-pk"), "-hours"),
        ("?sort=password", ("name", "pk"), "name"),
    ],
)
def test_page_sorts_only_by_what_the_list_offers(query, order, sort):
    rows = Query()
    page = page_of(RequestFactory().get(f"/list/{query}"), rows, SORTS, "name")
    assert (rows.order, page.sort) == (order, sort)


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [("", 1, 20), ("?per=50&page=2", 51, 100), ("?per=7&page=x", 1, 20), ("?page=99", 281, 300)],
)
def test_page_takes_20_50_or_100_and_forgives_bad_numbers(query, first, last):
    page = page_of(RequestFactory().get(f"/list/{query}"), Query())
    assert (page.start_index(), page.end_index()) == (first, last)


@pytest.mark.django_db
def test_a_page_by_keys_keeps_the_order_and_loads_what_is_said(django_assert_num_queries):
    for number in range(21):
        make_school(short_name=f"学校{number:02}")
    names = [f"学校{number:02}" for number in range(20, -1, -1)]
    rows = School.objects.filter(short_name__startswith="学校").order_by("-short_name")
    with django_assert_num_queries(3):  # the count, the keys, the rows with their groups
        page = page_of(RequestFactory().get("/list/"), rows, load=lambda found: found.select_related("group"))
        assert [(one.short_name, bool(one.group.pk)) for one in page] == [(name, True) for name in names[:20]]
    rest = page_of(RequestFactory().get("/list/?page=2"), rows, load=lambda found: found)
    assert [one.short_name for one in rest] == names[20:]


@pytest.mark.django_db
def test_a_count_that_is_known_is_not_asked_for_again(django_assert_num_queries):
    make_school()
    rows = School.objects.order_by("pk")
    with django_assert_num_queries(1):
        page = page_of(RequestFactory().get("/list/"), rows, count=1)
        assert (page.paginator.count, len(page.object_list)) == (1, 1)
