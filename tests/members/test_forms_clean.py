"""Free text on the forms of members: what cannot be seen is refused with its place, line breaks stay."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from guanweihui.models import User
from members.forms import care, certificates, committees, registration, service, serving, slips, teams
from members.models import OutingPlace

pytestmark = pytest.mark.django_db
UNSEEN = "某处\u202e文字"
LINE = SimpleNamespace(pk=1, person=SimpleNamespace(name="王玥"))
#: What a form is made with besides its data; most take nothing.
MADE_WITH = {
    care.OutingForm: lambda request: {"user": request.user},
    care.PapersForm: lambda request: {"instance": OutingPlace()},
    committees.AppointForm: lambda request: {"level": "school"},
    committees.NewSeatForm: lambda request: {"level": "school"},
    committees.SeatForm: lambda request: {"seats": {}},
    registration.ReturnForm: lambda request: {"lines": [LINE]},
    service.RecordForm: lambda request: {"request": request},
    service.QuarterForm: lambda request: {"request": request},
    serving.AskForm: lambda request: {"keys": []},
    serving.PhonesForm: lambda request: {"keys": []},
    teams.TeamForm: lambda request: {"staff": User.objects.none()},
}
ONE_LINE = [
    (certificates.CertificateForm, "head handler contact purpose"),
    (certificates.EndForm, "reason"),
    (certificates.PrintForm, "purpose"),
    (care.CareForm, "visitors gift"),
    (care.OutingForm, "name place meeting_place contact contact_phone"),
    (care.PapersForm, "family_member emergency_contact emergency_phone"),
    (care.PurposeForm, "purpose"),
    (serving.AskForm, "task"),
    (serving.PhonesForm, "purpose"),
    (committees.AppointForm, "printed_name duty reason"),
    (committees.EndAppointmentForm, "reason"),
    (committees.RenewForm, "basis"),
    (committees.SeatForm, "printed_name duty"),
    (committees.NewSeatForm, "printed_name duty"),
    (teams.TeamForm, "name purpose"),
    (teams.LeaveForm, "reason"),
    (slips.OwnClaimForm, "content place basis"),
    (registration.ReturnForm, registration.remark_field(LINE.pk).replace(".", "_")),
    (service.RecordForm, "basis"),
    (service.QuarterForm, "remark"),
]
SEVERAL_LINES = [
    (care.CareForm, "note"),
    (teams.TeamForm, "charter"),
    (teams.PlanForm, "plan summary"),
    (slips.CorrectionForm, "words"),
    (slips.ResolutionForm, "resolution"),
    (registration.ReturnForm, "reason"),
    (service.ReasonForm, "reason"),
]


def each(pairs):
    return [
        pytest.param(form, name, id=f"{form.__name__}.{name}")
        for form, names in pairs
        for name in names.split()
    ]


def bound(cast, form, **data):
    """Fill in one field of a form; what else is missing is no matter here."""
    request = RequestFactory().get("/")
    request.user = cast.users.district
    return form(data, **MADE_WITH.get(form, lambda request: {})(request))


@pytest.mark.parametrize(("form", "name"), each(ONE_LINE + SEVERAL_LINES))
def test_what_cannot_be_seen_is_refused_with_its_place(cast, form, name):
    said = "".join(bound(cast, form, **{name: UNSEEN}).errors.get(name, []))
    assert ("第 3 个字符" in said, "U+202E" in said) == (True, True)
    assert name not in bound(cast, form, **{name: "某处的文字"}).errors


@pytest.mark.parametrize(("form", "name"), each(SEVERAL_LINES))
def test_line_breaks_of_longer_texts_stay(cast, form, name):
    filled = bound(cast, form, **{name: "第一行\r\n第二行"})
    assert name not in filled.errors
    assert filled.cleaned_data[name] == "第一行\n第二行"
