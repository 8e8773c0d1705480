"""The fixed cast of the tests: who they are, where they stand, and a client for each."""

import datetime
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanweihui.gate import LINK_KEY, issue_link
from guanweihui.scope import LinkHolder, Role
from tests.factories import (
    make_district,
    make_group,
    make_host_link,
    make_link,
    make_pairing,
    make_post,
    make_school,
    make_user,
)

#: Names of the cast; each has a client `cast.<name>` and a user `cast.users.<name>`.
PLAYERS = (
    "district",
    "leader",
    "group",
    "school",
    "stranger",
    "judge",
    "outreach",
    "host",
    "volunteer",
    "auditor",
    "anonymous",
)


class Cast(SimpleNamespace):
    """The players by name; `doors` make a player's client, signed in, when a test first asks for it.

    Few tests play with all eleven, and a sign-in costs more queries than all else that the cast needs.
    """

    def __getattr__(self, name):
        doors = self.__dict__.get("doors", {})
        if name not in doors:
            raise AttributeError(name)
        client = doors.pop(name)()
        setattr(self, name, client)
        return client


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def cast(db):
    """Give the cast at two groups of one district.

    `cast.home` holds what is theirs: district, group (东苑协作组), school (in it), pairing; `cast.far` the
    other group, and the school of `stranger` in it. The outreach principal comes by a link, and so do the
    host school (`home.host`, the first of the pair's) and the volunteer, whose link is nobody's until a test
    gives it to a person (`slip_link`).
    """
    district = make_district()
    group, other = make_group(full_name="东苑协作组"), make_group(full_name="西苑协作组")
    school = make_school(group=group, full_name="示例区和平小学", code="1105001")
    strange = make_school(group=other, full_name="示例区光明中学", code="1105999")
    pairing = make_pairing(principal_name="周校长")
    link, _ = make_link(pairing)
    host = pairing.partnerships.select_related("host_school").order_by("pk").first().host_school
    host_link, _ = make_host_link(host)
    places = {
        "district": (Role.DISTRICT, {"district": district}),
        "leader": (Role.LEADER, {"district": district}),
        "auditor": (Role.AUDITOR, {"district": district}),
        "judge": (Role.JUDGE, {"district": district}),
        "group": (Role.GROUP, {"group": group}),
        "school": (Role.SCHOOL, {"school": school}),
        "stranger": (Role.SCHOOL, {"school": strange}),
    }
    users, doors = {}, {"anonymous": Client}
    for name, (role, unit) in places.items():
        users[name] = make_user(username=name, name=f"{name}先生")
        make_post(user=users[name], role=role, **unit)
        doors[name] = partial(signed_in, users[name])
    slip = make_slip_link(district)
    for name, path in {"outreach": link, "host": host_link, "volunteer": slip}.items():
        users[name], doors[name] = LinkHolder(path), partial(client_by_link, path)
    home = SimpleNamespace(district=district, group=group, school=school, pairing=pairing, host=host)
    far = SimpleNamespace(group=other, school=strange)
    return Cast(doors=doors, users=SimpleNamespace(**users), home=home, far=far)


@pytest.fixture
def renewed(cast):
    """Renew the agreements of the cast's pair, which ran out in 2021: nothing of it waits for the office."""
    cast.home.pairing.partnerships.update(to_on=datetime.date(2098, 9, 30))


def make_slip_link(district):
    """Issue the link of a volunteer's slip."""
    link, _ = issue_link(
        district=district, role=Role.VOLUNTEER, holder_name="王玥", by=None, at=timezone.now(), days=30
    )
    return link


def client_by_link(link) -> Client:
    """Return a client whose session came by this link."""
    client = Client()
    session = client.session
    session[LINK_KEY] = link.pk
    session.save()
    return client


def count_queries(client: Client, url: str) -> int:
    """Return how many queries a page costs somebody whose session is already running."""
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)
