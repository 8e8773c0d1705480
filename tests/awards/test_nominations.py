"""Steps of a nomination: what goes up, what comes back, and the place that it takes."""

import pytest

from awards.models import Nomination
from guanweihui.models import Due
from tests.awards import rows

S = Nomination.Status
pytestmark = pytest.mark.django_db


def test_a_nomination_goes_from_its_school_to_the_districts_review():
    nomination = rows.make_accepted()
    opinions = nomination.opinions.order_by("level").values_list("level", "verdict", "signed_by")
    assert (nomination.status, nomination.rank, nomination.quota.used) == (S.ACCEPTED, 1, 1)
    assert list(opinions) == [
        ("1_UNIT", "AGREE", "党支部书记李明"),
        ("2_GROUP", "AGREE", "周组长"),
        ("3_DISTRICT", "AGREE", "系统"),
    ]
    assert nomination.due.state == Due.State.DRAFT, "only 报送完毕 meets the due"
