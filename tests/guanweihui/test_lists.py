"""One page of a queryset, as the query string asks for it."""

import pytest
from django.test import RequestFactory

from guanweihui.lists import page_of


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
