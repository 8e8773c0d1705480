"""Every page that the district's office can reach: a third of all pages, so a second worker takes them."""

import pytest

from tests.browser.test_every_page import nothing_left_out, sweep


@pytest.mark.usefixtures("lived_in")
def test_every_page_of_the_office_keeps_to_the_rules(visit):
    sweep(visit, "district")


def test_no_page_was_left_out():
    nothing_left_out(["district"])
