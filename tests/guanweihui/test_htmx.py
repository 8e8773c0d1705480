"""Parts for htmx, pages for everyone else."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from guanweihui.htmx import wants_part


def asked(**headers) -> bool:
    request = RequestFactory().get("/list/", headers=headers)
    HtmxMiddleware(lambda request: HttpResponse())(request)
    return wants_part(request)


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_only_a_plain_htmx_request_gets_a_part(headers, part):
    assert asked(**headers) is part


def test_a_request_that_passed_no_htmx_middleware_gets_the_page():
    assert wants_part(RequestFactory().get("/list/")) is False
