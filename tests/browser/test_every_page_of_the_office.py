"""Every page that the district's office can reach: half of all pages, so a second worker takes them."""

import pytest

from tests.browser.test_every_page import OFFICE, nothing_left_out, sweep


@pytest.mark.parametrize("role", OFFICE)
@pytest.mark.usefixtures("lived_in")
def test_every_page_of_a_role_keeps_to_the_rules(visit, role):
    sweep(visit, role)


def test_no_page_was_left_out():
    nothing_left_out(OFFICE)
