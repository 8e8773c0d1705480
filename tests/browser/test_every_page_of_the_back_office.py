"""Every page of the back office, /office/: a third of all pages, so another worker takes them."""

import pytest

from tests.browser.test_every_page import nothing_left_out, sweep


@pytest.mark.usefixtures("lived_in")
def test_every_page_of_the_back_office_keeps_to_the_rules(visit):
    sweep(visit, "district", back_office=True)


def test_no_page_was_left_out():
    nothing_left_out(["back-office"])
