"""Volunteer teams (志愿者队伍): head, deputy, secretary, charter, yearly plan, roster."""

import datetime

from django.db import models
from django.db.models import Count, F, Q

from guanweihui.lookups import begins_with
from guanweihui.models import District, User
from guanweihui.scope import ScopedQuerySet, Way, to_district, to_link, to_school

from .people import Person


class TeamQuerySet(ScopedQuerySet):
    # Every committee role reads the names of its district's teams; rosters have their own ways.
    ways = (to_district(), Way("group", "district__groups"), Way("school", "district__schools"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; posts at several units of a district do not show a team twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def in_order(self):
        return self.order_by("position", "pk")

    def for_list(self):
        """Load what a row of the list shows, in the district's order."""
        return self.select_related("staff").in_order()

    def active_on(self, day: datetime.date):
        return self.filter(Q(dissolved_on=None) | Q(dissolved_on__gt=day))

    def standing_in(self, first: datetime.date, last: datetime.date):
        """Keep teams that stood on a day from `first` to `last`; an unknown foundation counts as founded."""
        return self.active_on(first).filter(Q(founded_on=None) | Q(founded_on__lte=last))


class Team(models.Model):
    """A volunteer team of a district. Its head has no account: to-dos go to the staff member named."""

    district = models.ForeignKey(District, models.PROTECT, related_name="teams", verbose_name="区")
    name = models.CharField("名称", max_length=40)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    purpose = models.CharField("主要工作", max_length=200, blank=True)
    charter = models.TextField("章程", blank=True)
    phone = models.CharField(
        "联系电话", max_length=20, blank=True, help_text="办公电话，会印在个人服务单上。"
    )
    staff = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="teams", verbose_name="联系工作人员"
    )
    founded_on = models.DateField("成立日期", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    #: The office's papers name two of the demo's seven teams; the others are made up and say so.
    is_invented = models.BooleanField("示例队伍", default=False)
    #: Grows with every edit on a form, so that an old tab is told instead of overwriting.
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿者队伍"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="one_team_a_name",
                violation_error_message="本区已有同名的队伍。",
            ),
            models.CheckConstraint(
                condition=Q(founded_on=None) | Q(dissolved_on=None) | Q(dissolved_on__gte=F("founded_on")),
                name="team_ends_after_it_begins",
                violation_error_message="撤销日期不能早于成立日期。",
            ),
        ]

    def __str__(self):
        return self.name


def counts_between(
    first: datetime.date, last: datetime.date, *, member: str = "", person: str = "person__"
) -> Q:
    """Return what makes a membership count on a day from `first` to `last`; see counting_in().

    `member` and `person` lead to the two from the rows that are asked, which may be people.
    """
    found = Q(**{f"{member}from_on__lte": last})
    found &= Q(**{f"{member}to_on": None}) | Q(**{f"{member}to_on__gte": first})
    for end in (f"{person}died_on", f"{person}stopped_on", f"{member}team__dissolved_on"):
        still = Q(**{f"{end}__gt": first}) & Q(**{f"{end}__gt": F(f"{member}from_on")})
        found &= Q(**{end: None}) | still
    return found


class TeamMembershipQuerySet(ScopedQuerySet):
    ways = (*to_school("person__school", district="team__district"), to_link("person__slip_link"))

    def in_period(self, first: datetime.date, last: datetime.date):
        """Keep memberships that held on at least one day from `first` to `last`."""
        return self.filter(from_on__lte=last).filter(Q(to_on=None) | Q(to_on__gte=first))

    def serving(self, day: datetime.date):
        return self.in_period(day, day)

    def counting_in(self, first: datetime.date, last: datetime.date):
        """Keep memberships that count on at least one day from `first` to `last`.

        A death, a stop of service and the end of the team end it too: the day itself no longer counts. A
        file merged into another one does not count beside it.
        """
        return self.filter(counts_between(first, last), person__merged_into=None)

    def counting_on(self, day: datetime.date):
        """Keep memberships that count on `day`."""
        return self.counting_in(day, day)

    def tally_by_team(self) -> dict[int, int]:
        """Count the distinct persons of each team, by the team's key, in one query."""
        rows = self.order_by().values("team").annotate(people=Count("person", distinct=True))
        return {row["team"]: row["people"] for row in rows}

    def officers(self):
        """Keep heads, deputies and secretaries."""
        return self.exclude(office=TeamMembership.Office.MEMBER)

    def for_table(self):
        """Load what counting a period needs, in one query."""
        return self.order_by().values_list(
            "team",
            "person",
            "person__sex",
            "from_on",
            "to_on",
            "person__died_on",
            "person__stopped_on",
            "team__dissolved_on",
        )

    def named(self, text: str):
        """Search by the beginning of a name, its pinyin or initials, or a whole staff number."""
        text = text.strip()
        if not text:
            return self
        found = Q(person__staff_no=text.upper()) | begins_with("person__name", text)
        for field in ("pinyin", "initials", "other_pinyin", "other_initials"):
            found |= begins_with(f"person__{field}", text.lower())
        return self.filter(found)

    def of_team(self, team):
        return self.filter(team=team)

    def of_person(self, person):
        return self.filter(person=person)

    def of_people(self, people):
        return self.filter(person__in=people)

    def for_roster(self):
        """Load what a roster shows: officers first, then by name."""
        return self.select_related("team", "person__school__group", "person__elder_class").order_by(
            "team__position", "team", "office", "person__pinyin", "from_on", "pk"
        )


class TeamMembership(models.Model):
    """A person in a team for a time. Moving mid-year counts once in the district, and in each team."""

    class Office(models.IntegerChoices):
        HEAD = 1, "队长"
        DEPUTY = 2, "副队长"
        SECRETARY = 3, "秘书"
        MEMBER = 9, "队员"

    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships", verbose_name="队伍")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="人员")
    office = models.PositiveSmallIntegerField("队内职务", choices=Office, default=Office.MEMBER)
    from_on = models.DateField("加入日期")
    to_on = models.DateField("退出日期", null=True, blank=True)

    objects = TeamMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "队伍成员"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=Q(to_on=None),
                name="one_current_membership_a_team",
                violation_error_message="此人已在这支队伍里。",
            ),
            models.UniqueConstraint(
                fields=["team", "office"],
                condition=Q(to_on=None, office__in=[1, 3]),
                name="one_head_and_one_secretary_a_team",
                violation_error_message="这支队伍的这个职务已有人担任，请先让原任退出或改任。",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="membership_ends_after_it_begins",
                violation_error_message="退出日期不能早于加入日期。",
            ),
        ]
        indexes = [models.Index(fields=["person", "from_on"], name="memberships_of_a_person")]

    def __str__(self):
        return f"{self.person}（{self.team}）"


class TeamPlanQuerySet(ScopedQuerySet):
    # Who reads a team reads its plan.
    ways = (
        to_district("team__district"),
        Way("group", "team__district__groups"),
        Way("school", "team__district__schools"),
    )

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; posts at several units of a district do not show a plan twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def of_team(self, team):
        return self.filter(team=team).order_by("-year")


class TeamPlan(models.Model):
    """What a team means to do in a year, and at its end what came of it."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="plans", verbose_name="队伍")
    year = models.PositiveSmallIntegerField("年度")
    plan = models.TextField("年度计划")
    summary = models.TextField("年度总结", blank=True)

    objects = TeamPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "队伍年度计划"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "year"],
                name="one_plan_a_team_and_year",
                violation_error_message="这支队伍本年度已有计划。",
            )
        ]

    def __str__(self):
        return f"{self.team} {self.year}"
