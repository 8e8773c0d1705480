"""Everybody of the cast stands where he should."""

import pytest

from guanweihui.models import School
from guanweihui.scope import reach_of
from tests.cast import PLAYERS


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("district", 2),
        ("leader", 2),
        ("auditor", 2),
        ("group", 1),
        ("school", 1),
        ("stranger", 1),
        ("judge", 0),
    ],
)
def test_each_sees_the_schools_of_his_place(cast, who, seen):
    assert School.objects.visible_to(getattr(cast.users, who)).count() == seen


def test_everybody_but_a_visitor_is_signed_in(cast):
    answers = {who: getattr(cast, who).get("/reports/").status_code for who in PLAYERS}
    assert answers == dict.fromkeys(PLAYERS, 200) | {
        "judge": 404,
        "outreach": 404,
        "host": 404,
        "volunteer": 404,
        "anonymous": 302,
    }
    assert reach_of(cast.users.outreach).home == cast.home.district
