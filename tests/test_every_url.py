"""Every route × every role: complete by construction, because an unknown route fails here.

`ACCESS` names who may open a route; for everybody else it does not exist (404), and a visitor is sent to
sign in. `PUBLIC` routes need no sign-in. The office (Django admin) is judged as a whole.
"""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from guanweihui.models import AuditEvent, ImportBatch, Job
from tests import factories
from tests.cast import PLAYERS

WIDE = {"district", "leader", "auditor"}
COMMITTEE = {*WIDE, "group", "school", "stranger"}
EVERYBODY = set(PLAYERS) - {"anonymous"}
ACCOUNTS = EVERYBODY - {"outreach"}
LOADERS = {"district", "school", "stranger"}

PUBLIC = {"login", "logout", "livez", "readyz", "link", "help", "contrast"}
ACCESS = {
    "home": EVERYBODY,
    "report-centre": COMMITTEE,
    "report-detail": WIDE,
    "report-run": WIDE,
    "job-detail": {"district"},
    "job-file": {"district"},
    "job-cancel": {"district"},
    "import-list": LOADERS,
    "import-new": LOADERS,
    "import-template": LOADERS,
    "import-detail": {"district"},
    "import-confirm": {"district"},
    "import-undo": {"district"},
    "import-errors": {"district"},
    "unit-tree": COMMITTEE,
    "group-list": {*WIDE, "group"},
    "group-export": {*WIDE, "group"},
    "group-detail": {*WIDE, "group"},
    "school-list": COMMITTEE,
    "school-detail": {*WIDE, "group", "school"},
    "school-export": COMMITTEE,
    "person-list": COMMITTEE,
    "person-detail": {*WIDE, "group", "school"},
    "person-reveal": {"district", "school"},
    "person-export": {"district", "school", "stranger"},
    "enrolment-list": COMMITTEE,
    "enrolment-detail": {*WIDE, "group", "school"},
    "enrolment-export": COMMITTEE,
    "honour-list": COMMITTEE,
    "honour-detail": {*WIDE, "group", "school"},
    "honour-export": COMMITTEE,
    "pairing-list": {*WIDE, "outreach"},
    "pairing-detail": {*WIDE, "outreach"},
    "pairing-export": WIDE,
    "visit-list": {*WIDE, "outreach"},
    "visit-export": WIDE,
    "event-list": {*WIDE, "outreach"},
    "event-export": WIDE,
    "trail-list": WIDE,
    "trail-detail": WIDE,
    "account": ACCOUNTS,
    "password-change": ACCOUNTS,
    "sessions-end": ACCOUNTS,
    "second-factor": ACCOUNTS,
    "second-factor-setup": ACCOUNTS,
}
#: Routes that only POST opens; a GET by somebody with the right is 405, without it 404 or 405.
POST_ONLY = {
    "report-run",
    "job-cancel",
    "import-confirm",
    "import-undo",
    "person-reveal",
    "sessions-end",
    "contrast",
    "logout",
}


def routes(resolver=None, namespace=""):
    """Yield (name, pattern) of every route outside the office."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "office":
                yield from routes(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name


@pytest.fixture
def world(cast):
    """One row for each route that names one, all at the home school or the district."""
    now = timezone.now()
    district, school = cast.home.district, cast.home.school
    job = Job.objects.create(
        district=district, kind="report", label="任务", created_at=now, created_by=cast.users.district
    )
    batch = ImportBatch.objects.create(
        district=district,
        kinds="学校名录",
        filename="a.xlsx",
        digest="0",
        state=ImportBatch.State.CONFIRMED,
        confirmed_at=now,
        created_at=now,
        created_by=cast.users.district,
    )
    factories.make_honour(unit=school)
    event = AuditEvent.objects.create(
        district=district, at=now, actor_label="系统", action="user.create", digest="0"
    )
    rows = {
        "job": job,
        "import": batch,
        "group": cast.home.group,
        "school": school,
        "person": factories.make_person(school=school),
        "enrolment": factories.make_enrolment(school=school),
        "honour": factories.make_honour(unit=school),
        "pairing": cast.home.pairing,
        "trail": event,
    }
    return {kind: row.pk for kind, row in rows.items()}


def address(name: str, world: dict[str, int]) -> str:
    """Return the address of a route, with the world's row where it names one."""
    special = {
        "report-detail": ["statistics"],
        "report-run": ["statistics"],
        "import-template": ["register"],
        "link": ["0" * 32],
    }
    if name in special:
        return reverse(name, args=special[name])
    try:
        return reverse(name)
    except Exception:
        return reverse(name, args=[world[name.split("-")[0]]])


def test_every_route_is_judged_here():
    assert sorted(set(routes())) == sorted({*PUBLIC, *ACCESS})


@pytest.mark.parametrize("player", PLAYERS)
def test_each_role_opens_what_it_may_and_nothing_else(cast, world, player):
    """GET is enough: rights are judged before the method on our own views, 405 tells a POST-only one."""
    client = getattr(cast, player)
    faults = {}
    for name, allowed in ACCESS.items():
        url = address(name, world)
        answer = client.get(url)
        if player == "anonymous":
            fine = answer.status_code == 302 and answer["Location"].startswith(reverse("login"))
        elif name in POST_ONLY:
            fine = answer.status_code == 405
        elif player in allowed:
            fine = answer.status_code in {200, 302} or (name, answer.status_code) in NOTHING_THERE
        else:
            fine = answer.status_code == 404
        if not fine:
            faults[name] = answer.status_code
    assert faults == {}


#: The batch and the job of this world have no file, which is a 404 for their owner too.
NOTHING_THERE = {("job-file", 404), ("import-errors", 404)}


@pytest.mark.parametrize("player", [one for one in PLAYERS if one != "anonymous"])
def test_post_only_routes_do_not_exist_for_those_without_the_right(cast, world, player):
    client = getattr(cast, player)
    faults = {
        name: status
        for name in sorted(POST_ONLY & set(ACCESS))
        if player not in ACCESS[name] and (status := client.post(address(name, world)).status_code) != 404
    }
    assert faults == {}


def test_public_routes_answer_a_visitor(cast, world):
    """A link that nobody issued and a queue without a worker are told as such, not sent to sign in."""
    statuses = {name: cast.anonymous.get(address(name, world)).status_code for name in sorted(PUBLIC)}
    assert statuses == {
        "contrast": 405,
        "help": 200,
        "link": 404,
        "livez": 200,
        "login": 200,
        "logout": 405,
        "readyz": 200,
    }


OFFICE = ("/office/", "/office/members/person/", "/office/guanweihui/school/add/", "/office/login/")


@pytest.mark.parametrize("player", PLAYERS)
def test_the_office_exists_for_district_staff_only(cast, player):
    statuses = [getattr(cast, player).get(path).status_code for path in OFFICE]
    assert statuses == ([200, 200, 200, 404] if player == "district" else [404] * 4)


def test_the_addresses_of_a_figure_open(cast, world):
    from guanweihui import figures
    from guanweihui.figures import Period

    statuses = {
        figure.name: cast.district.get(figure.url(Period.of(2018))).status_code for figure in figures.every()
    }
    assert set(statuses.values()) == {200}
