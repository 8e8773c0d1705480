"""Who may see what: actors, their reach, and the one filter that every caused query passes.

A post (user × role × place × term) gives reach. A queryset names the ways that lead to its rows, and
`visible_to(actor)` is the union of those ways. A row outside it does not exist for the actor: 404.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Role(models.TextChoices):
    DISTRICT = "DISTRICT", "区关工委工作人员"
    LEADER = "LEADER", "区关工委领导"
    AUDITOR = "AUDITOR", "审计员"
    GROUP = "GROUP", "协作组长"
    SCHOOL = "SCHOOL", "学校联络员"
    JUDGE = "JUDGE", "评委"
    OUTREACH = "OUTREACH", "下乡校长"
    HOST = "HOST", "受援学校"
    VOLUNTEER = "VOLUNTEER", "志愿者"


#: Roles whose post at a district opens every row of the district; a judge's post does not.
DISTRICT_WIDE = frozenset({Role.DISTRICT, Role.LEADER, Role.AUDITOR})
#: Roles that read the hierarchy and the registers, each within its reach.
COMMITTEE = frozenset({*DISTRICT_WIDE, Role.GROUP, Role.SCHOOL})


@dataclass(frozen=True)
class Place:
    """One post in the terms of a filter: the role, and the one unit it is held at."""

    role: str
    kind: str  # "district", "group", "school" or "link"
    pk: int


@dataclass(frozen=True)
class Reach:
    """The places an actor serves at. Empty reach sees nothing."""

    places: tuple[Place, ...] = ()
    #: The district of the first place; what the page's head is named after.
    home: Any = field(default=None, compare=False)
    #: Keys of all districts in which the places lie; whatever is in reach lies in one of them.
    districts: frozenset[int] = field(default=frozenset(), compare=False)

    @property
    def year_starts_in(self) -> int:
        """Return the month in which the statistical year of the home district begins."""
        return self.home.year_starts_in if self.home else 9

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(place.role for place in self.places)

    def of(self, roles: Collection[str] | None) -> "Reach":
        """Narrow to the places held in one of `roles`; None keeps all."""
        if roles is None:
            return self
        places = tuple(place for place in self.places if place.role in roles)
        return Reach(places, self.home, self.districts)

    def ids(self, kind: str) -> list[int]:
        return sorted({place.pk for place in self.places if place.kind == kind and self._opens(place)})

    def serves(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    @staticmethod
    def _opens(place: Place) -> bool:
        return place.kind != "district" or place.role in DISTRICT_WIDE


@dataclass(frozen=True)
class Origin:
    """Where an actor's request came from; the audit line keeps it."""

    address: str = ""
    request_id: str = ""


class System:
    """The portal itself as an actor: loads, the worker, commands. Reaches one district, or none yet."""

    is_authenticated = True
    is_active = True
    pk = None

    def __init__(self, district: Any = None, *, name: str = "系统", origin: Origin | None = None) -> None:
        self.name = name
        self.origin = origin or Origin()
        places = (Place(Role.DISTRICT, "district", district.pk),) if district else ()
        self.reach = Reach(places, district, frozenset({district.pk} if district else ()))

    def __str__(self) -> str:
        return self.name


class LinkHolder:
    """Somebody who came by an AccessLink: no account, reach only where the link leads."""

    is_authenticated = True
    is_active = True
    is_staff = False
    is_superuser = False
    pk = None

    def __init__(self, link: Any) -> None:
        self.link = link
        self.name = link.holder_name
        self.origin = Origin()
        self.reach = Reach((Place(link.role, "link", link.pk),), link.district, frozenset({link.district_id}))

    def __str__(self) -> str:
        return str(self.name)


def reach_of(actor: Any) -> Reach:
    """Return the actor's reach today, one query an actor object.

    Today is the district's local day: a post that ended yesterday opens nothing.
    """
    reach = getattr(actor, "reach", None)
    if reach is None:
        if not actor.is_authenticated or not actor.is_active:
            return Reach()
        posts = list(actor.posts.serving(timezone.localdate()).with_district())
        districts = [post.home_district() for post in posts]
        reach = Reach(
            tuple(post.as_place() for post in posts),
            districts[0] if districts else None,
            frozenset(one.pk for one in districts),
        )
        actor.reach = reach
    return reach


def committee_of(actor: Any) -> str:
    """Return the full name of the actor's committee, as 填报单位 prints it."""
    home = reach_of(actor).home
    return home.committee_name if home else ""


@dataclass(frozen=True)
class Way:
    """One way to a row: the lookup path that leads from it to a unit, and the unit's kind."""

    kind: str
    path: str

    def q(self, reach: Reach) -> Q | None:
        ids = reach.ids(self.kind)
        return Q(**{f"{self.path}__in": ids}) if ids else None


def to_district(path: str = "district") -> Way:
    return Way("district", path)


def to_school(path: str = "school", *, district: str | None = None) -> tuple[Way, ...]:
    """The three ways that lead through a school: its district, its group, itself.

    `district` names a nearer path to the district when the row carries one.
    """
    return (
        Way("district", district or f"{path}__district"),
        Way("group", f"{path}__group"),
        Way("school", path),
    )


def to_link(path: str = "access_link") -> Way:
    return Way("link", path)


class ScopedQuerySet(models.QuerySet):
    """A queryset that knows who may see its rows. Subclasses name their `ways`."""

    ways: ClassVar[tuple[Way, ...]] = ()

    def visible_to(self, actor: Any, *, roles: Collection[str] | None = None) -> Any:
        """Keep the rows the actor's posts lead to; with `roles`, only posts in those roles count."""
        reach = reach_of(actor).of(roles)
        found = [q for way in self.ways if (q := way.q(reach)) is not None]
        if not found:
            return self.none()
        union = found[0]
        for q in found[1:]:
            union |= q
        return self.filter(union)
