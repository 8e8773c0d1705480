"""One row of every model of the members app, at one school: for tests that go over all models."""

import datetime

from django.utils import timezone

from guanweihui.models import Due, Round
from members import models
from tests.factories import make_person, make_round, make_user

DAY = datetime.date(2018, 11, 5)
NINE, ELEVEN = datetime.time(9), datetime.time(11)


def make_one_of_each(school) -> dict[str, object]:
    """Return the rows by model name."""
    district, now, user = school.district, timezone.now(), make_user()
    person, other = make_person(school=school, name="郑一然"), make_person(school=school, name="冯二禾")
    merged = make_person(school=school, name="郑壹然", merged_into=person)
    team = models.Team.objects.create(district=district, name="讲师团", staff=user)
    card = models.Card.objects.create(
        district=district, person=person, number="GGW201800001", year=2018, sequence=1, issued_on=DAY,
        check_token="0" * 32,
    )  # fmt: skip
    sheet = models.ServiceSheet.objects.create(
        district=district, school=school, number="QD20180001", content="宣讲", place="礼堂", held_on=DAY,
        starts_at=NINE, ends_at=ELEVEN, created_at=now,
    )  # fmt: skip
    outing = models.Outing.objects.create(
        district=district, name="参观示例展馆", place="示例展馆", held_on=DAY, contact="李明",
        contact_phone="19900000000",
    )  # fmt: skip
    due = Due.objects.create(round=make_round(district=district, kind=Round.Kind.REGISTRATION), school=school)
    registration = models.Registration.objects.create(due=due)
    rows = [
        team, card, sheet, outing, registration,
        models.TeamMembership.objects.create(team=team, person=person, from_on=DAY),
        models.TeamPlan.objects.create(team=team, year=2018, plan="备课与宣讲"),
        models.CardEvent.objects.create(card=card, kind="ISSUE", happened_at=now, made_by=user),
        models.AnnualRegistration.objects.create(card=card, year=2018, registered_on=DAY),
        models.ServiceRule.objects.create(district=district, from_on=DAY),
        models.StarTier.objects.create(district=district, from_on=DAY, name="一星", hours=100),
        models.ServiceRecord.objects.create(
            district=district, person=person, school=school, sheet=sheet, content="宣讲", served_on=DAY,
            half_hours=4, claimed_at=now,
        ),
        models.QuarterCheck.objects.create(
            school=school, year=2018, quarter=4, people=1, records=1, half_hours=4, checked_at=now
        ),
        models.ServiceCertificate.objects.create(
            district=district, person=person, issuer=school, from_on=DAY, to_on=DAY, half_hours=4,
            head="张建国",
            handler="李明", contact="010-00000000", posted_on=DAY, posted_until=DAY, check_token="1" * 32,
        ),
        models.Care.objects.create(
            district=district, person=person, kind="VISIT", given_on=DAY, visitors="李明"
        ),
        models.OutingPlace.objects.create(outing=outing, person=person),
        models.TaskCall.objects.create(district=district, person=person, task="宣讲", asked_on=DAY),
        models.Slip.objects.create(district=district, person=person, code_index="2" * 32, issued_at=now),
        models.Correction.objects.create(
            district=district, person=person, about="SERVICE", words="少记一次", reported_at=now
        ),
        models.RegistrationLine.objects.create(registration=registration, person=person, consented_on=DAY),
        models.DistinctPair.objects.create(
            district=district, first=person, second=other, reason="生日不同", decided_at=now
        ),
        models.Merge.objects.create(
            district=district, survivor=person, merged=merged, reason="同一人", merged_at=now
        ),
    ]  # fmt: skip
    return {row._meta.model_name: row for row in [*rows, person]}


def make_transfer(person, to_school) -> models.Transfer:
    """Ask for a person on behalf of another school."""
    return models.Transfer.objects.create(
        district=person.district, person=person, typed_name=person.name, from_school=person.school,
        to_school=to_school, reason="随迁", asked_at=timezone.now(),
    )  # fmt: skip
